/** Reads the configuration of the running Pulumi program, once. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { fail } from "../program/fail";
import { checkStack } from "./checkStack";
import { lockFileName, readLocksBeside } from "./lockFile";
import { reportMistakes } from "./mistakes";
import { type RawStack, tokenKey, webhookKey } from "./settings";
import type { StackSpec } from "./spec";

/** A stack and its secrets, which are kept apart so that the spec can be logged and stored. */
export interface LoadedStack {
  readonly spec: StackSpec;
  /** Token for gated models with `source: hub`, as a secret. */
  readonly huggingFaceToken?: pulumi.Output<string>;
  /** Address that alerts are posted to, as a secret. */
  readonly alertWebhook?: pulumi.Output<string>;
}

/**
 * Reads the stack file's settings and the lock.
 * @param folder Folder of Pulumi.yaml, where the lock lies. @default the project's root as the engine says it
 * @throws pulumi.RunError with all mistakes in one report.
 */
export function loadStack(folder = pulumi.getRootDirectory() || process.cwd()): LoadedStack {
  const raw = readRaw(folder);
  const checked = checkStack(raw);
  if ("mistakes" in checked) return fail(reportMistakes(raw.stack, checked.mistakes));
  return { ...checked, ...secret("huggingFaceToken", raw.settings[tokenKey]), ...secret("alertWebhook", raw.settings[webhookKey]) };
}

function secret<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: pulumi.Output<string> } {
  return (value === undefined ? {} : { [key]: pulumi.secret(value) }) as { readonly [K in Key]?: pulumi.Output<string> };
}

/** Everything as text: Pulumi's own typed getters throw errors that can stall Node for half a minute. */
function readRaw(folder: string): RawStack {
  const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
  const settings = pulumi.runtime.allConfig();
  const text = (name: string) => (fs.existsSync(path.join(folder, name)) ? fs.readFileSync(path.join(folder, name), "utf8") : undefined);
  const [lock, stackFile] = [text(lockFileName(stack)), text(`Pulumi.${stack}.yaml`)];
  const locksBeside = readLocksBeside(folder, stack);
  const secretKeys = Object.keys(settings).filter(isConfigSecret);
  return { project, stack, settings, secretKeys, folder, locksBeside, lock, stackFile };
}

/** Whether Pulumi holds a setting encrypted. The SDK exports it for its own use and leaves it out of its types. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
