/**
 * The local copy of a lock file. Weights that are staged in the local Azure are not staged in Azure, so `npm run mirror --local` records them
 * in a copy. It contains the decisions of the committed file and the lists of locally staged files. The program reads it in the local Azure.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { writePrivateFile } from "../../azure-local";
import { lockFileName, readLock, writeLock } from "../../config/lockFile";
import type { Lock, LockEntry } from "../../config/lockSchema";
import { mirroredOf, withStaging, withUsedManifests } from "../../config/stagedWeights";
import type { DeploymentDecision } from "../../planner/decision";
import { localHome, root } from "./session";

/** Environment variable of the program with the path of the local copy. It is ignored outside the local Azure. */
export const lockFileVariable = "MOOR_LOCK_FILE";

/** Path of the local copy of the lock file of a stack. */
export function localLockFile(stack: string, home = localHome()): string {
  return path.join(home, lockFileName(stack));
}

/**
 * Path of the lock file in which staged weights are recorded: the committed one, or its local copy. The copy doesn't exist before the first
 * weights are staged; `localLockText` returns its text.
 */
export function lockFileToWrite(stack: string, local: boolean): string {
  return local ? localLockFile(stack) : path.join(root, lockFileName(stack));
}

/**
 * Returns the text of the local lock file: the committed one, with the lists of files that its copy records for the same folders. Everything
 * else in the copy is discarded, so that it follows the committed file.
 * @param committed Text of the committed file, if it exists.
 * @param copy Text of the local copy, if it exists. One that isn't readable is from an incomplete or earlier run and is discarded.
 */
export function localLockText(stack: string, committed: string | undefined, copy: string | undefined): string | undefined {
  if (committed === undefined || copy === undefined) return committed;
  const [own, local] = [readLock(stack, committed), readLock(stack, copy)];
  // Errors of the committed file are reported when it is used.
  if ("errors" in own || "errors" in local) return committed;
  const lists = stagedLists(local.lock);
  const { lock, changed } = withLists(own.lock, local.lock, lists);
  return changed ? writeLock(lock) : committed;
}

/** Updates the local copy, and returns its path if the program must read it instead of the committed file. */
export function prepareLock(stack: string, home: string, folder: string): string | undefined {
  const [committed, file] = [textOf(path.join(folder, lockFileName(stack))), localLockFile(stack, home)];
  const copy = textOf(file);
  const text = localLockText(stack, committed, copy);
  if (text === undefined || text === committed) return undefined;
  if (text !== copy) writePrivateFile(file, text);
  return file;
}

function textOf(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
}

/** Hash of the list of files by folder of the weights. */
function stagedLists({ endpoints }: Lock): ReadonlyMap<string, string> {
  const entries = Object.values(endpoints).flatMap((labels) => Object.values(labels));
  // The current decision is last, because its list is the newest.
  const decisions = entries.flatMap(({ current, previous }) => (previous === undefined ? [current] : [previous, current]));
  return new Map(
    decisions.flatMap((decision) => {
      const { path: folder, staged, manifest } = mirroredOf(decision) ?? {};
      return folder !== undefined && staged && manifest !== undefined ? [[folder, manifest] as const] : [];
    }),
  );
}

function withLists(own: Lock, local: Lock, lists: ReadonlyMap<string, string>): { readonly lock: Lock; readonly changed: boolean } {
  let changed = false;
  const stage = (label: string, decision: DeploymentDecision): DeploymentDecision => {
    const model = mirroredOf(decision);
    const manifest = model && lists.get(model.path);
    if (manifest === undefined || (model?.staged && model.manifest === manifest)) return decision;
    changed = true;
    return withStaging(label, decision, { staged: true, manifest });
  };
  const stageEntry = (label: string, { wish, current, previous, rolledBack }: LockEntry): LockEntry => {
    const [now, before] = [stage(label, current), previous && stage(label, previous)];
    const kept = before === undefined || before.name === now.name ? {} : { previous: before };
    return { wish, current: now, ...kept, ...(rolledBack === undefined ? {} : { rolledBack }) };
  };
  const endpoints = Object.fromEntries(
    Object.entries(own.endpoints).map(([key, labels]) => [
      key,
      Object.fromEntries(Object.entries(labels).map(([label, entry]) => [label, stageEntry(label, entry)])),
    ]),
  );
  return { lock: withUsedManifests({ ...own, endpoints, manifests: { ...local.manifests, ...own.manifests } }), changed };
}
