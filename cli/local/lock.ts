/**
 * The local copy of a lock file. Weights that are staged in the local Azure are not staged in Azure, and images that are built there are not in
 * Azure, so `npm run mirror --local` and `npm run image --local` record them in a copy. It contains the decisions of the committed file, the
 * lists of locally staged files and the digests of locally built images. The program reads it in the local Azure.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { writePrivateFile } from "../../azure-local";
import { lockEntry, lockFileName, readLock, writeLock } from "../../config/lockFile";
import type { Lock, LockEntry } from "../../config/lockSchema";
import { mirroredOf, type Staging, withStaging, withUsedManifests } from "../../config/stagedWeights";
import type { DeploymentDecision } from "../../planner/decision";
import { builtDigests, withBuiltDigest } from "../builtDigests";
import { localHome } from "./session";

/** Path of the local copy of the lock file of a stack. It doesn't exist before the first weights are staged or the first image is built; see `localLockText`. */
export function localLockFile(stack: string, home = localHome()): string {
  return path.join(home, lockFileName(stack));
}

/**
 * Returns the text of the local lock file: the committed one, with what its copy records as staged in the same folders and as built from the
 * same inputs, and with the previous decisions that serve there. Everything else in the copy is discarded, so that it follows the committed file.
 * @param committed Text of the committed file, if it exists.
 * @param copy Text of the local copy, if it exists. One that isn't readable is from an incomplete or earlier run and is discarded.
 */
export function localLockText(stack: string, committed: string | undefined, copy: string | undefined): string | undefined {
  if (committed === undefined || copy === undefined) return committed;
  const [own, local] = [readLock(stack, committed), readLock(stack, copy)];
  // Errors of the committed file are reported when it is used.
  if ("errors" in own || "errors" in local) return committed;
  const { lock, changed } = withLocal(own.lock, local.lock);
  return changed ? writeLock(lock) : committed;
}

/**
 * Updates the local copy, if there is one, before the program reads it.
 * @param folder Folder of the committed lock file.
 * @returns its path if it differs from the committed file
 */
export function prepareLock(stack: string, home: string, folder: string): string | undefined {
  const [committed, file] = [textOf(path.join(folder, lockFileName(stack))), localLockFile(stack, home)];
  const copy = textOf(file);
  if (copy === undefined) return undefined;
  const text = localLockText(stack, committed, copy);
  if (text === undefined) fs.rmSync(file);
  else if (text !== copy) writePrivateFile(file, text);
  return text === committed ? undefined : file;
}

function textOf(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
}

/** What is recorded as staged, by folder of the weights. */
type Stagings = ReadonlyMap<string, Staging>;

/** The current decision of a deployment is last, because what it records is the newest. */
function decisionsOf({ endpoints }: Lock): DeploymentDecision[] {
  const entries = Object.values(endpoints).flatMap((labels) => Object.values(labels));
  return entries.flatMap(({ current, previous }) => (previous === undefined ? [current] : [previous, current]));
}

function stagings(decisions: readonly DeploymentDecision[]): Stagings {
  const models = decisions.flatMap((decision) => mirroredOf(decision) ?? []);
  return new Map(models.flatMap(({ path: folder, staged, manifest }) => (staged ? [[folder, { staged, manifest }] as const] : [])));
}

function withLocal(own: Lock, local: Lock): { readonly lock: Lock; readonly changed: boolean } {
  let changed = false;
  const decisions = decisionsOf(local);
  const [staged, digests] = [stagings(decisions), builtDigests(decisions)];
  const stage = (label: string, decision: DeploymentDecision): DeploymentDecision => {
    const model = mirroredOf(decision);
    const staging = model && staged.get(model.path);
    // Without a list, the copy says nothing about weights that are staged in the committed file.
    if (staging === undefined || (model?.staged && [undefined, model.manifest].includes(staging.manifest))) return decision;
    changed = true;
    return withStaging(label, decision, staging);
  };
  const build = (decision: DeploymentDecision): DeploymentDecision => {
    const built = withBuiltDigest(decision, digests);
    if (built !== decision) changed = true;
    return built;
  };
  const localEntry = (label: string, { wish, current, previous, rolledBack }: LockEntry, copy: LockEntry | undefined): LockEntry => {
    const [now, before] = [build(stage(label, current)), previous && build(stage(label, previous))];
    const served = servedLocally(label, copy, now) ?? before;
    if (served !== before) changed = true;
    const kept = served === undefined || served.name === now.name ? {} : { previous: served };
    return { wish, current: now, ...kept, ...(rolledBack === undefined ? {} : { rolledBack }) };
  };
  const endpoints = Object.fromEntries(
    Object.entries(own.endpoints).map(([key, labels]) => [
      key,
      Object.fromEntries(Object.entries(labels).map(([label, entry]) => [label, localEntry(label, entry, lockEntry(local, key, label))])),
    ]),
  );
  return { lock: withUsedManifests({ ...own, endpoints, manifests: { ...local.manifests, ...own.manifests } }), changed };
}

/**
 * The previous decision of an entry in the local Azure, if it is one with locally staged weights. `npm run lock` doesn't keep it, because in the
 * committed file its weights were never staged, but its deployment serves until the new weights are staged.
 */
function servedLocally(label: string, copy: LockEntry | undefined, now: DeploymentDecision): DeploymentDecision | undefined {
  // Staging changes the name, but not the decision.
  const unstagedName = (decision: DeploymentDecision) => withStaging(label, decision, { staged: false }).name;
  const decisions = [copy?.current, copy?.previous].filter((decision) => decision !== undefined);
  return decisions.find((decision) => mirroredOf(decision)?.staged && unstagedName(decision) !== unstagedName(now));
}
