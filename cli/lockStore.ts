import * as fs from "node:fs";
import { lockFileName } from "../config/lockFile";
import { lockPath, lockTextOf } from "./lockedStack";

/** The lock file that a command writes: the committed one, or the copy of the local Azure. */
export interface LockStore {
  /** Absolute path. */
  readonly file: string;
  /** The current text. Undefined if there is no lock file. */
  read(): string | undefined;
  /** What the user does after the file was changed, as a sentence. */
  readonly next: string;
}

/** Loads the local copy on demand, so that the command doesn't load the simulator for a stack on Azure. */
export function lockStore(stack: string, local: boolean): LockStore {
  if (!local) {
    const next = `Review and commit ${lockFileName(stack)}, then run \`pulumi up -s ${stack}\`.`;
    return { file: lockPath(stack), read: () => lockTextOf(stack), next };
  }
  const { localLockFile, localLockText } = require("./local/lock") as typeof import("./local/lock");
  const file = localLockFile(stack);
  const copy = () => (fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined);
  return { file, read: () => localLockText(stack, lockTextOf(stack), copy()), next: `Run \`npm run local -- up -s ${stack}\`.` };
}
