/** The lists of staged files in a lock file (`manifests`), and the decisions that refer to them. */
import type { DeploymentDecision, MirroredWeights } from "../planner/decision";
import { physicalName } from "../planner/names";
import { manifestDigest, type WeightFile } from "../planner/weights";
import type { Lock, LockEntry } from "./lockSchema";

/** What a lock file records about the staging of weights. */
export type Staging = Pick<MirroredWeights, "staged" | "manifest">;

/** The staged weights of a decision. Undefined for other sources. */
export function mirroredOf({ model }: DeploymentDecision): MirroredWeights | undefined {
  return model?.source === "mirror" ? model : undefined;
}

/** A decision whose weights are staged, under the name that its values result in. Unchanged if it has other weights. */
export function withStaging(label: string, decision: DeploymentDecision, staging: Staging): DeploymentDecision {
  const model = mirroredOf(decision);
  if (model === undefined) return decision;
  const { staged, manifest } = staging;
  const { manifest: _, ...rest } = model;
  const changed = { ...decision, model: { ...rest, staged, ...(manifest === undefined ? {} : { manifest }) } };
  return { ...changed, name: physicalName(label, changed) };
}

/** A lock file without the lists that no decision refers to. */
export function withUsedManifests({ manifests, ...lock }: Lock): Lock {
  const used = new Set(decisionsOf(lock).flatMap((decision) => mirroredOf(decision)?.manifest ?? []));
  const kept = Object.entries(manifests ?? {}).filter(([digest]) => used.has(digest));
  return kept.length === 0 ? lock : { ...lock, manifests: Object.fromEntries(kept) };
}

/** A decision that received a list of files, with its deployment `<endpoint>/<label>` and its name before and after. */
export interface RecordedDecision {
  readonly deployment: string;
  readonly from: string;
  readonly to: string;
}

/** The new contents of a lock file, and the decisions that changed. */
export interface Recorded {
  readonly lock: Lock;
  readonly changed: readonly RecordedDecision[];
}

export interface RecordOptions {
  /**
   * Also give the list to current decisions that are staged without a list, or with another one. They get a new name, and the next `pulumi up`
   * replaces their deployments.
   * @default false
   */
  readonly force?: boolean;
}

/**
 * Records that the weights in a folder are staged, with the list of their files. Decisions whose weights were not staged get the list, and
 * with it a new name: no deployment exists under the old one. Staged previous decisions never change, because their deployments can exist.
 * @param path Folder of the weights, as in the decisions.
 * @param files The files in the folder, without the manifest itself.
 */
export function recordStaged(lock: Lock, path: string, files: readonly WeightFile[], { force = false }: RecordOptions = {}): Recorded {
  const manifest = manifestDigest(files);
  const changed: RecordedDecision[] = [];
  const recordEntry = (endpoint: string, label: string, entry: LockEntry): LockEntry => {
    const record = (decision: DeploymentDecision): DeploymentDecision => {
      const next = withStaging(label, decision, { staged: true, manifest });
      changed.push({ deployment: `${endpoint}/${label}`, from: decision.name, to: next.name });
      return next;
    };
    return entryWithList(entry, { path, manifest, force }, record);
  };
  const endpoints = mapValues(lock.endpoints, (labels, endpoint) =>
    mapValues(labels, (entry, label) => recordEntry(endpoint, label, entry)),
  );
  return { lock: withUsedManifests({ ...lock, endpoints, manifests: { ...lock.manifests, [manifest]: sortedByPath(files) } }), changed };
}

interface Listed {
  readonly path: string;
  readonly manifest: string;
  readonly force: boolean;
}

type Change = (decision: DeploymentDecision) => DeploymentDecision;

function entryWithList(entry: LockEntry, { path, manifest, force }: Listed, record: Change): LockEntry {
  const { wish, current, previous, rolledBack } = entry;
  const stagingOf = (decision: DeploymentDecision | undefined): Staging | undefined => {
    const model = decision && mirroredOf(decision);
    return model?.path === path ? model : undefined;
  };
  const staging = stagingOf(current);
  const isReplaced = force && staging?.staged === true && staging.manifest !== manifest;
  const next = staging?.staged === false || isReplaced ? record(current) : current;
  // The deployment of a replaced decision can serve. After a rollback, `previous` is the decision that the requirements were made for.
  const before = isReplaced && rolledBack !== true ? current : previous;
  const earlier = before !== undefined && stagingOf(before)?.staged === false ? record(before) : before;
  if (next === current && earlier === previous) return entry;
  const kept = earlier === undefined || earlier.name === next.name ? {} : { previous: earlier };
  return { wish, current: next, ...kept, ...(rolledBack === undefined ? {} : { rolledBack }) };
}

function sortedByPath(files: readonly WeightFile[]): WeightFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The current and previous decisions of a lock file. */
function decisionsOf({ endpoints }: Pick<Lock, "endpoints">): DeploymentDecision[] {
  const entries = Object.values(endpoints).flatMap((labels) => Object.values(labels));
  return entries.flatMap(({ current, previous }) => (previous === undefined ? [current] : [current, previous]));
}

function mapValues<Value, Result>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value, key: string) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]));
}
