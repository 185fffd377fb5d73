/**
 * `moor.lock.<stack>.yaml`: the decisions of a stack, with the wishes they were made for and the decisions before them. Written by
 * `npm run lock`, committed, and read by every preview.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Document } from "yaml";
import type { ModelDecision, RecordedRequirements } from "../planner/decision";
import { contradictions } from "./lockConsistency";
import { isReasons, readReasons, writeReasons } from "./lockReasons";
import { type Lock, type LockEntry, lockSchema } from "./lockSchema";
import { type Mistake, mistake } from "./mistakes";
import { structureMistakes } from "./rules/structure";
import { shapeMistakes } from "./shape";
import { readStrictYaml } from "./strictYaml";

export type { Lock, LockEntry } from "./lockSchema";

/** File name of a stack's lock. */
export function lockFileName(stack: string): string {
  return `moor.lock.${stack}.yaml`;
}

/** Command that makes a stack's lock. */
export function lockCommand(stack: string): string {
  return `npm run lock -- -s ${stack}`;
}

/** How the weights of a mirrored model come into the region; the folder is part of the lock, the mark is not part of its hashes. */
export function stagingAdvice(stack: string, { id, revision, path }: ModelDecision): string {
  const where = `${path} in the workspace's blob store (datastore workspaceblobstore)`;
  return `upload the files of ${id} at ${revision} to ${where} from inside the network, then set \`staged: true\` beside it in ${lockFileName(stack)}`;
}

/** Texts of the locks of other stacks in a folder, by the names of the stacks. */
export function readLocksBeside(folder: string, stack: string): Record<string, string> {
  const names = fs.readdirSync(folder).flatMap((file) => /^moor\.lock\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  const others = names.filter((name) => name !== stack).sort();
  return Object.fromEntries(others.map((name) => [name, fs.readFileSync(path.join(folder, lockFileName(name)), "utf8")]));
}

/** Reads a lock and checks all that can be checked without the stack file: its shape, and that it agrees with itself. */
export function readLock(stack: string, lockText: string): { readonly lock: Lock } | { readonly mistakes: Mistake[] } {
  const file = lockFileName(stack);
  const parsed = parseYaml(stack, lockText);
  if ("mistakes" in parsed) return parsed;
  const { document, value } = parsed;
  const structure = structureMistakes(value, undefined, file);
  const shape = structure.length > 0 ? structure : shapeMistakes({ schema: lockSchema, value, root: file });
  if (shape.length > 0) return { mistakes: shape.map((found) => ({ ...found, code: "MOOR051", fix: takeBack(stack) })) };
  const lock = readReasons(document, lockSchema.parse(value));
  const mistakes = contradictions(lock, file, takeBack(stack));
  return mistakes.length > 0 ? { mistakes } : { lock };
}

/** Text of a lock file. */
export function writeLock(lock: Lock): string {
  const { Document } = yaml();
  // Text that YAML 1.1 reads as something else is put in quotes: what is written is what every reader reads.
  const options = { aliasDuplicateObjects: false, compat: "yaml-1.1" } as const;
  const document = new Document(lock, (key, value) => (isReasons(key) ? undefined : value), options);
  writeReasons(document, lock);
  const head = [
    "# yaml-language-server: $schema=./config/schema/lock.schema.json",
    `# Decisions of stack "${lock.stack}", made by \`${lockCommand(lock.stack)}\` from the stack file and not meant to be edited by hand.`,
    "# Each deployment's name ends in a hash over its values; the comments above a decision say why it is so.",
  ];
  return `${head.join("\n")}\n${document.toString({ lineWidth: 0 })}`;
}

/** What a lock has for a deployment. A name that no deployment has may come from a command line. */
export function lockEntry({ endpoints }: Lock, endpoint: string, label: string): LockEntry | undefined {
  const labels = Object.hasOwn(endpoints, endpoint) ? endpoints[endpoint]! : {};
  return Object.hasOwn(labels, label) ? labels[label] : undefined;
}

/** A wish that differs from the lock's, value by value. */
export interface WishDifference {
  readonly key: string;
  readonly locked: unknown;
  readonly wished: unknown;
}

/** Where two wishes differ, in the order of their keys. */
export function wishDifferences(locked: RecordedRequirements, wished: RecordedRequirements): WishDifference[] {
  const keys = [...new Set([...Object.keys(wished), ...Object.keys(locked)])];
  const pairs = keys.map((key) => ({ key, locked: locked[key], wished: wished[key] }));
  return pairs.filter((pair) => JSON.stringify(pair.locked) !== JSON.stringify(pair.wished));
}

function parseYaml(stack: string, lockText: string): { document: Document; value: unknown } | { mistakes: Mistake[] } {
  const read = readStrictYaml(lockText);
  if (!("fault" in read)) return read;
  const problem = `The file ${read.fault.what} (line ${read.fault.line}).`;
  const allowed = "YAML as `npm run lock` writes it";
  return { mistakes: [mistake("MOOR051", lockFileName(stack), { problem, allowed, fix: takeBack(stack) })] };
}

/** Making a lock anew over one that can't be read would forget what only the lock knows, so that comes last. */
function takeBack(stack: string): string {
  const file = lockFileName(stack);
  const anew = `delete it and run \`${lockCommand(stack)}\`, which loses the staged marks and the previous decisions`;
  return `Take the committed lock back with \`git checkout ${file}\`; only where none is committed, ${anew}.`;
}

/** Loaded on demand: a stack without a lock starts faster without it. */
function yaml(): typeof import("yaml") {
  return require("yaml");
}
