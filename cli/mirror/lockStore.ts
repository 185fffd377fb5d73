import * as fs from "node:fs";
import { lockPath, lockTextOf } from "../lockedStack";

/** The lock file that a command writes: the committed one, or the copy of the local Azure. */
export interface LockStore {
  /** Absolute path. */
  readonly file: string;
  /** The current text. Undefined if there is no lock file. */
  read(): string | undefined;
}

/** Loads the local copy on demand, so that the command doesn't load the simulator for a stack on Azure. */
export function lockStore(stack: string, local: boolean): LockStore {
  if (!local) return { file: lockPath(stack), read: () => lockTextOf(stack) };
  const { localLockFile, localLockText } = require("../local/lock") as typeof import("../local/lock");
  const file = localLockFile(stack);
  return { file, read: () => localLockText(stack, lockTextOf(stack), fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined) };
}
