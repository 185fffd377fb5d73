/** Recorded resources of the shipped stack files: the program runs once for each stack and each kind of run. */

// Before Pulumi's runtime, which reads the folder on load.
import "./rootDirectory";

import * as fs from "node:fs";
import * as path from "node:path";
import * as yaml from "yaml";
import { program } from "./program";
import * as recorder from "./recorder";

const root = path.join(__dirname, "..", "..");

/** Settings of a shipped stack file, in the form that Pulumi passes to a program. */
export function shippedConfig(stack: string): Record<string, string> {
  const { config } = yaml.parse(fs.readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8")) as { config: Record<string, unknown> };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]));
}

const runs = new Map<string, Promise<recorder.Recording>>();

/** Resources of a stack; each stack runs once for each kind of run. */
export function runStack(stack: string, options: recorder.RecordOptions = {}): Promise<recorder.Recording> {
  const key = JSON.stringify([stack, options]);
  if (!runs.has(key)) runs.set(key, run(stack, options));
  return runs.get(key)!;
}

function run(stack: string, options: recorder.RecordOptions): Promise<recorder.Recording> {
  jest.spyOn(console, "log").mockImplementation(() => {});
  jest.spyOn(console, "warn").mockImplementation(() => {});
  return recorder.record(program, { stack, ...options, config: { ...shippedConfig(stack), ...options.config } });
}
