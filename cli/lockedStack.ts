import * as fs from "node:fs";
import * as path from "node:path";
import { checkSettings, checkStack } from "../config/checkStack";
import { reportErrors } from "../config/errors";
import type { StackImages } from "../config/images/stack";
import { type Lock, lockCommand, lockFileName, readLock, readOtherLocks } from "../config/lockFile";
import type { RawStack } from "../config/settings";
import type { Settings } from "../config/stackFile";
import { settingsOf } from "../config/stackYaml";
import { requireStackFile, root } from "./stackFiles";

/** A stack file and the lock file that matches it. */
export interface LockedStack {
  readonly raw: RawStack;
  readonly settings: Settings;
  readonly images: StackImages;
  readonly lock: Lock;
}

export interface LockedStackOptions {
  /** Returns the error for a stack that uses no lock file. */
  readonly noLock: (settings: Settings) => string;
  /** The text of the lock file. @default - that of the file in the root folder */
  readonly lockText?: string;
}

/**
 * Reads the stack file and the lock file of a stack.
 * @throws Error with a report if one of them is invalid or missing, or if they don't match
 */
export function readLockedStack(stack: string, { noLock, lockText = lockTextOf(stack) }: LockedStackOptions): LockedStack {
  const file = requireStackFile(stack);
  const fromFile = settingsOf(fs.readFileSync(file, "utf8"), path.basename(file));
  const otherLocks = readOtherLocks(root, stack);
  const raw = { project: "moor", stack, folder: root, ...fromFile, ...(lockText === undefined ? {} : { lock: lockText }), otherLocks };
  const { settings, images, errors } = checkSettings(raw);
  if (settings === undefined) throw new Error(reportErrors(stack, errors));
  if (settings["moor:lock"] === "none") throw new Error(noLock(settings));
  const checked = checkStack(raw);
  if ("errors" in checked) throw new Error(reportErrors(stack, checked.errors));
  const read = lockText === undefined ? undefined : readLock(stack, lockText);
  if (read === undefined || "errors" in read)
    throw new Error(`${lockFileName(stack)} does not exist. To create it, run \`${lockCommand(stack)}\`.`);
  return { raw, settings, images, lock: read.lock };
}

/** Path of the committed lock file of a stack. */
export function lockPath(stack: string): string {
  return path.join(root, lockFileName(stack));
}

/** The text of the committed lock file of a stack. Undefined if there is none. */
export function lockTextOf(stack: string): string | undefined {
  const file = lockPath(stack);
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
}

/** Writes a file completely or not at all. */
export function replaceFile(file: string, text: string): void {
  fs.writeFileSync(`${file}.part`, text);
  fs.renameSync(`${file}.part`, file);
}
