/** Loads the configuration of the running Pulumi program. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { fail } from "../program/fail";
import { checkStack } from "./checkStack";
import { reportErrors } from "./errors";
import { lockFileName, readOtherLocks } from "./lockFile";
import { importCredentialsKey, type RawStack, tokenKey, webhookKey } from "./settings";
import type { StackSpec } from "./spec";

/** A stack and its secrets. The specification contains no secrets, so that it can be logged and stored. */
export interface LoadedStack {
  readonly spec: StackSpec;
  /** Hugging Face token for gated models with `source: hub`, as a secret output. */
  readonly huggingFaceToken?: pulumi.Output<string>;
  /** Webhook URL to which alerts are posted, as a secret output. */
  readonly alertWebhook?: pulumi.Output<string>;
  /** Credentials of source registries, as a secret output: a JSON map of host name to `<username>:<password>`. */
  readonly importCredentials?: pulumi.Output<string>;
}

/**
 * Loads the settings of the stack file, and the lock file.
 * @param folder Folder of Pulumi.yaml and the lock file. @default - the root of the Pulumi project
 * @throws pulumi.RunError with a report of all configuration errors
 */
export function loadStack(folder = pulumi.getRootDirectory() || process.cwd()): LoadedStack {
  const raw = readRaw(folder);
  const checked = checkStack(raw);
  if ("errors" in checked) return fail(reportErrors(raw.stack, checked.errors));
  return {
    ...checked,
    ...secret("huggingFaceToken", raw.settings[tokenKey]),
    ...secret("alertWebhook", raw.settings[webhookKey]),
    ...secret("importCredentials", raw.settings[importCredentialsKey]),
  };
}

function secret<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: pulumi.Output<string> } {
  return (value === undefined ? {} : { [key]: pulumi.secret(value) }) as { readonly [K in Key]?: pulumi.Output<string> };
}

/** Reads all settings as text. Pulumi's typed getters throw errors that can stall Node for 30 seconds. */
function readRaw(folder: string): RawStack {
  const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
  const settings = pulumi.runtime.allConfig();
  const text = (file: string) => (fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined);
  const lock = text(localLockFile(stack) ?? path.join(folder, lockFileName(stack)));
  const stackFile = text(path.join(folder, `Pulumi.${stack}.yaml`));
  const otherLocks = readOtherLocks(folder, stack);
  const secretKeys = Object.keys(settings).filter(isConfigSecret);
  const { MOOR_ENDPOINTS: endpointsVariable, MOOR_ARM_URL: localAzure } = process.env;
  const local = Boolean(localAzure);
  return { project, stack, settings, secretKeys, folder, otherLocks, lock, stackFile, endpointsVariable, local };
}

/**
 * Path of the local copy of the lock file, in the folder `MOOR_LOCK_FOLDER`. Undefined if there is none, and in a run on Azure: its weights are
 * staged only in the local Azure.
 */
function localLockFile(stack: string): string | undefined {
  const { MOOR_ARM_URL: localAzure, MOOR_LOCK_FOLDER: folder } = process.env;
  const copy = localAzure && folder ? path.join(folder, lockFileName(stack)) : undefined;
  return copy !== undefined && fs.existsSync(copy) ? copy : undefined;
}

/** Whether a setting is encrypted. The SDK exports this function but doesn't declare it in its types. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
