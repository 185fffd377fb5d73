/**
 * The lock file `moor.lock.<stack>.yaml` contains the current and previous decisions of a stack and the requirements that they were made
 * from. `npm run lock` writes it, the user commits it, and each preview reads it.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Document } from "yaml";
import type { RecordedRequirements } from "../planner/decision";
import { type ConfigError, configError } from "./errors";
import { inconsistencies } from "./lockConsistency";
import { isReasons, readReasons, writeReasons } from "./lockReasons";
import { type Lock, type LockEntry, lockSchema } from "./lockSchema";
import { structureErrors } from "./rules/structure";
import { schemaErrors } from "./schemaErrors";
import { readStrictYaml, requiresQuotes } from "./strictYaml";

export type { Lock, LockEntry } from "./lockSchema";

/** Name of the lock file of a stack. */
export function lockFileName(stack: string): string {
  return `moor.lock.${stack}.yaml`;
}

/** Command that writes the lock file of a stack. */
export function lockCommand(stack: string): string {
  return `npm run lock -- -s ${stack}`;
}

/**
 * How to stage the weights of a stack, as a part of a sentence.
 * @param local Whether the stack is in the local Azure, where the lock file doesn't change.
 */
export function stagingAdvice(stack: string, local = false): string {
  const commit = local ? "" : `, and commit ${lockFileName(stack)}`;
  return `run \`npm run mirror -- -s ${stack}${local ? " --local" : ""}\` inside the network, or with \`--via azure\` outside of it${commit}`;
}

/** Contents of the lock files of the other stacks in a folder, by stack name. */
export function readOtherLocks(folder: string, stack: string): Record<string, string> {
  const names = fs.readdirSync(folder).flatMap((file) => /^moor\.lock\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  const others = names.filter((name) => name !== stack).sort();
  return Object.fromEntries(others.map((name) => [name, fs.readFileSync(path.join(folder, lockFileName(name)), "utf8")]));
}

/** Parses a lock file and checks everything that doesn't depend on the stack file: its schema and its consistency. */
export function readLock(stack: string, lockText: string): { readonly lock: Lock } | { readonly errors: ConfigError[] } {
  const file = lockFileName(stack);
  const parsed = parseYaml(stack, lockText);
  if ("errors" in parsed) return parsed;
  const { document, value } = parsed;
  const structure = structureErrors(value, undefined, file);
  const shape = structure.length > 0 ? structure : schemaErrors({ schema: lockSchema, value, root: file });
  if (shape.length > 0) return { errors: shape.map((found) => ({ ...found, code: "MOOR051", fix: restoreFix(stack) })) };
  const lock = readReasons(document, lockSchema.parse(value));
  const errors = inconsistencies(lock, file, restoreFix(stack));
  return errors.length > 0 ? { errors } : { lock };
}

/** Serializes a lock file. */
export function writeLock(lock: Lock): string {
  const { Document, visit } = yaml();
  // Puts text that YAML 1.1 reads as another type in quotes, so that all YAML parsers read the same value. The types of the library don't
  // include everything that some parser reads as a number, such as a hash that starts with `0b`.
  const options = { aliasDuplicateObjects: false, compat: "yaml-1.1" } as const;
  const document = new Document(lock, (key, value) => (isReasons(key) ? undefined : value), options);
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "string" && requiresQuotes(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  writeReasons(document, lock);
  const head = [
    "# yaml-language-server: $schema=./config/schema/lock.schema.json",
    `# Decisions for stack "${lock.stack}". \`${lockCommand(lock.stack)}\` writes this file from the stack file. Do not edit it by hand.`,
    "# Each deployment name ends with a hash of all values that affect its answers or how it starts. The comments above each decision explain its values.",
  ];
  return `${head.join("\n")}\n${document.toString({ lineWidth: 0 })}`;
}

/** The entry of a deployment. Undefined for an unknown deployment, for example from a command line. */
export function lockEntry({ endpoints }: Lock, endpoint: string, label: string): LockEntry | undefined {
  const labels = Object.hasOwn(endpoints, endpoint) ? endpoints[endpoint]! : {};
  return Object.hasOwn(labels, label) ? labels[label] : undefined;
}

/** A requirement whose value differs from the one in the lock file. */
export interface RequirementDifference {
  readonly key: string;
  readonly locked: unknown;
  readonly required: unknown;
}

/** The differences between two sets of requirements, in the order of their keys. */
export function requirementDifferences(locked: RecordedRequirements, required: RecordedRequirements): RequirementDifference[] {
  const keys = [...new Set([...Object.keys(required), ...Object.keys(locked)])];
  const pairs = keys.map((key) => ({ key, locked: locked[key], required: required[key] }));
  return pairs.filter((pair) => JSON.stringify(pair.locked) !== JSON.stringify(pair.required));
}

function parseYaml(stack: string, lockText: string): { document: Document; value: unknown } | { errors: ConfigError[] } {
  const read = readStrictYaml(lockText);
  if (!("fault" in read)) return read;
  const problem = `The file ${read.fault.what} (line ${read.fault.line}).`;
  const allowed = "YAML in the format that `npm run lock` writes";
  return { errors: [configError("MOOR051", lockFileName(stack), { problem, allowed, fix: restoreFix(stack) })] };
}

/** A new lock file would lose the values that only the lock file contains, so creating one is the last resort. */
function restoreFix(stack: string): string {
  const file = lockFileName(stack);
  const recreate = `delete the file and run \`${lockCommand(stack)}\`, which discards the \`staged\` values and the previous decisions`;
  return `Restore the committed lock file with \`git checkout ${file}\`. If no lock file is committed, ${recreate}.`;
}

/** Loaded on demand, because a stack without a lock file starts faster without it. */
function yaml(): typeof import("yaml") {
  return require("yaml");
}
