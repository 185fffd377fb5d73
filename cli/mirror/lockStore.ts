import * as fs from "node:fs";
import * as path from "node:path";
import { lockFileName, readLock, writeLock } from "../../config/lockFile";
import { mirroredOf, recordStaged } from "../../config/stagedWeights";
import { lockTextOf } from "../lockedStack";
import { root } from "../stackFiles";

/** The lock file that a command writes. */
export interface LockStore {
  readonly file: string;
  /** The current text. Undefined if there is no lock file. */
  read(): string | undefined;
}

/**
 * The lock file of a stack. The local Azure has its own copy, because what is staged there isn't staged in Azure: it contains the decisions
 * of the committed file, and the weights that are staged in the local Azure.
 */
export function lockStore(stack: string, local: boolean): LockStore {
  const committed = path.join(root, lockFileName(stack));
  if (!local) return { file: committed, read: () => lockTextOf(stack) };
  // Loaded on demand, so that the command doesn't load the simulator for a stack on Azure.
  const { localHome } = require("../local/session") as typeof import("../local/session");
  const file = path.join(localHome(), lockFileName(stack));
  return { file, read: () => withLocalStaging(stack, lockTextOf(stack), fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined) };
}

/** The committed lock file, with the weights that its local copy records as staged. */
export function withLocalStaging(stack: string, committed: string | undefined, copy: string | undefined): string | undefined {
  if (committed === undefined || copy === undefined) return committed;
  const [own, local] = [readLock(stack, committed), readLock(stack, copy)];
  // An error in the committed file is reported by the command. An unreadable copy is replaced.
  if ("errors" in own || "errors" in local) return committed;
  const decisions = Object.values(local.lock.endpoints).flatMap((labels) =>
    Object.values(labels).map(({ current }) => mirroredOf(current)),
  );
  const lists = new Map(
    decisions.flatMap((model) => {
      const files = model?.manifest === undefined ? undefined : local.lock.manifests?.[model.manifest];
      return model === undefined || files === undefined ? [] : [[model.path, files] as const];
    }),
  );
  const recorded = [...lists].reduce((lock, [folder, files]) => recordStaged(lock, folder, files, { force: true }).lock, own.lock);
  return lists.size === 0 ? committed : writeLock(recorded);
}
