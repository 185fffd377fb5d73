/** Creates the contents of a lock file from a stack file and the existing lock file. */
import { deploymentsOf, isStaged, type LocatedDeployment, plannerErrors } from "../../config/decisions";
import { type ConfigError, configError } from "../../config/errors";
import type { ResolvedImage } from "../../config/images/resolve";
import type { ImageOf } from "../../config/images/stack";
import { type Lock, type LockEntry, lockEntry, requirementDifferences } from "../../config/lockFile";
import { type LockedModel, splitKey } from "../../config/lockModels";
import { patternOf } from "../../config/patternOf";
import { decideDeployment, deploymentRequirements, namedAdapters, namedModel } from "../../config/requirements";
import { gatedModel } from "../../config/rules/gated";
import { commitsOfLocks, foreignCommit, type KnownCommit, revisionErrors } from "../../config/rules/revisions";
import { type RawStack, tokenKey } from "../../config/settings";
import type { Settings } from "../../config/stackFile";
import { mirroredOf, withStaging, withUsedManifests } from "../../config/stagedWeights";
import { withUsedModels } from "../../config/usedModels";
import type { DeploymentDecision, RecordedRequirements } from "../../planner/decision";
import type { Pattern } from "../../planner/pattern";
import { commitOf } from "../../planner/weights";
import { builtDigests, withBuiltDigest } from "../builtDigests";
import { type ReadAdapter, resolveAdapters } from "./adapters";
import type { CommitCheck } from "./hub";
import { type DescribedModel, describeModel, type ReadRecord } from "./models";

/** External inputs of the lock file. */
export interface Sources {
  /** Version of Moor. */
  readonly madeBy: string;
  /** Returns the newest commit of a model repository. */
  newestCommit(model: string): Promise<string>;
  /** Checks whether a commit belongs to a model repository. */
  checkCommit(model: string, revision: string): Promise<CommitCheck>;
  /** Reads a model that only the Hub describes. */
  readonly readRecord: ReadRecord;
  /** Reads a LoRA adapter from the Hub. */
  readonly readAdapter: ReadAdapter;
}

/** A valid stack file. */
export interface LockInput {
  readonly settings: Settings;
  readonly imageOf: ImageOf;
}

/** New contents of a lock file, and notes on checks that failed. */
export interface NewLock {
  readonly lock: Lock;
  readonly notes: readonly string[];
}

/** Creates the contents of the lock file for a valid stack file, or returns the errors. */
export async function createLock(
  raw: RawStack,
  { settings, imageOf }: LockInput,
  before: Lock | undefined,
  sources: Sources,
): Promise<NewLock | { readonly errors: readonly ConfigError[] }> {
  const deployments = deploymentsOf(settings).map((found) => locatedEntry(found, imageOf, before));
  const described = await describeModels(raw, deployments, before, sources);
  const { errors: ofCommits, notes } = await checkCommits(raw, settings, before, { ...sources, described: described.models });
  const errors = [...described.errors, ...ofCommits];
  const endpoints: Record<string, Record<string, LockEntry>> = {};
  const known = lockDecisions(before);
  const digests = builtDigests(lockDecisions(before));
  for (const found of deployments) {
    const { endpoint, label, old, requirements } = found;
    if (described.failed.has(found.path)) continue;
    const outcome = await decideOne(raw, settings, { ...found, described: described.models.get(found.path) }, sources);
    if ("errors" in outcome) {
      errors.push(...outcome.errors);
      continue;
    }
    const decision = withBuiltDigest(withStaged(label, outcome.decision, [...entryDecisions(old), ...known]), digests);
    notes.push(...outcome.notes.map((note) => `${endpoint}/${label}: ${note}`));
    endpoints[endpoint] = { ...endpoints[endpoint], [label]: nextEntry(old, requirements, decision) };
  }
  if (errors.length > 0) return { errors };
  const location = settings["azure-native:location"];
  const models = modelsOf(described.models, endpoints, before);
  const lock = { version: 1, stack: raw.stack, location, madeBy: sources.madeBy, endpoints, manifests: before?.manifests, models } as const;
  return { lock: withUsedModels(withUsedManifests(lock)), notes };
}

/** A deployment, its image, its requirements, and its entry in the existing lock file. */
interface LocatedEntry extends LocatedDeployment {
  readonly image: ResolvedImage | undefined;
  readonly requirements: RecordedRequirements;
  readonly old: LockEntry | undefined;
  /** The entry in the existing lock file, if it has the same requirements. */
  readonly unchanged: LockEntry | undefined;
}

function locatedEntry(found: LocatedDeployment, imageOf: ImageOf, before: Lock | undefined): LocatedEntry {
  const image = imageOf(found.endpoint, found.label);
  const requirements = deploymentRequirements(found.settings, image);
  const old = before && lockEntry(before, found.endpoint, found.label);
  return { ...found, image, requirements, old, unchanged: old && hasRequirements(old, requirements) ? old : undefined };
}

/** Models by the path of their deployment, and the paths whose model can't be described. */
interface Descriptions {
  readonly models: ReadonlyMap<string, DescribedModel>;
  readonly failed: ReadonlySet<string>;
  readonly errors: readonly ConfigError[];
}

async function describeModels(
  raw: RawStack,
  deployments: readonly LocatedEntry[],
  before: Lock | undefined,
  { readRecord }: Sources,
): Promise<Descriptions> {
  const [models, failed, errors] = [new Map<string, DescribedModel>(), new Set<string>(), [] as ConfigError[]];
  for (const found of deployments) {
    const outcome = await describeModel(found, {
      locked: before?.models,
      lockedCommit: lockedCommit(found.unchanged),
      hasToken: tokenKey in raw.settings,
      readRecord,
    });
    if ("errors" in outcome) {
      failed.add(found.path);
      errors.push(...outcome.errors);
    } else if (outcome.described !== undefined) models.set(found.path, outcome.described);
  }
  return { models, failed, errors };
}

/**
 * The models that the lock file records: those of this run, and those of earlier decisions. A model that is in the table of models by now, or
 * has a config.json, is recorded only for earlier decisions.
 */
function modelsOf(
  described: Descriptions["models"],
  endpoints: Lock["endpoints"],
  before: Lock | undefined,
): Readonly<Record<string, LockedModel>> {
  const earlier = Object.values(endpoints).flatMap((labels) =>
    Object.values(labels).flatMap(({ current, previous, rolledBack }) => (rolledBack ? [current, previous] : [previous])),
  );
  const used = new Set(earlier.flatMap((decision) => decision?.model?.id ?? []));
  const kept = Object.entries(before?.models ?? {}).filter(([key]) => used.has(splitKey(key).id));
  const own = [...described.values()].map(({ key, recorded }) => [key, recorded] as const);
  return Object.fromEntries([...kept, ...own].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Checks the commits of the stack file that are not in the lock file yet: with Hugging Face and with the lock files in the folder. */
async function checkCommits(
  raw: RawStack,
  settings: Settings,
  before: Lock | undefined,
  { checkCommit, described }: Sources & { readonly described: Descriptions["models"] },
) {
  const [errors, confirmed, notes]: [ConfigError[], KnownCommit[], string[]] = [[], [], []];
  for (const { endpoint, label, settings: deployment, path } of deploymentsOf(settings)) {
    const { id, revision } = namedModel(deployment) ?? {};
    if (id === undefined || revision === undefined || isLocked(before && lockEntry(before, endpoint, label), id, revision)) continue;
    // Reading the model confirmed its commit.
    if (described.get(path)?.isConfirmed) {
      confirmed.push({ model: id, revision, where: "Hugging Face" });
      continue;
    }
    const check = await checkCommit(id, revision);
    if (check.known === "foreign") errors.push(foreignCommit(path, id, `The commit ${revision} of ${id} does not exist on Hugging Face.`));
    if (check.known === "belongs") confirmed.push({ model: id, revision, where: "Hugging Face" });
    if (check.known === "belongs" && check.gated)
      errors.push(...(deployment.vllm?.source === "hub" && !(tokenKey in raw.settings) ? [gatedModel(path, id)] : []));
    if (check.known === "unknown") {
      const unchecked = `Moor could not check on Hugging Face whether ${revision} is a commit of ${id} (${check.because})`;
      notes.push(`${endpoint}/${label}: ${unchecked}. Check it on the model's page.`);
    }
  }
  const reported = new Set(errors.map(({ path }) => path));
  const foreign = revisionErrors(raw.stack, settings, [...confirmed, ...commitsOfLocks(raw)]).filter(({ path }) => !reported.has(path));
  return { errors: [...errors, ...foreign], notes };
}

function isLocked(entry: LockEntry | undefined, id: string, revision: string): boolean {
  return [entry?.current.model, entry?.previous?.model].some((model) => model?.id === id && commitOf(model) === revision);
}

type DecideOutcome =
  | { readonly decision: DeploymentDecision; readonly notes: readonly string[] }
  | { readonly errors: readonly ConfigError[] };

async function decideOne(
  raw: RawStack,
  settings: Settings,
  found: LocatedEntry & { readonly described: DescribedModel | undefined },
  sources: Sources,
): Promise<DecideOutcome> {
  const { settings: deployment, label, image, old, unchanged, described, path } = found;
  if (image === undefined) return { errors: [noImage(patternOf(deployment))] };
  // Without a commit in the stack file, the one in the lock file stays: a new lock file must not change the weights.
  const model = namedModel(deployment);
  const revision = model && (model.revision ?? lockedCommit(unchanged) ?? described?.commit ?? (await sources.newestCommit(model.id)));
  const { adapters, errors, notes } = await resolveAdapters(
    {
      ...{ model: model?.id ?? "", adapters: namedAdapters(deployment), path: `${path}.vllm.adapters`, folder: raw.folder ?? "." },
      ...{ locked: (old && mirroredOf(old.current)?.adapters) ?? [], isUnchanged: unchanged !== undefined },
    },
    sources.readAdapter,
  );
  if (errors.length > 0) return { errors };
  const region = settings["azure-native:location"];
  const outcome = decideDeployment(label, deployment, {
    ...{ image: image.reference, region, revision: revision ?? "", adapters, folder: raw.folder },
    ...(described === undefined ? {} : { model: described.model }),
  });
  return "decision" in outcome ? { ...outcome, notes } : { errors: plannerErrors(region, found, outcome.problems) };
}

/** Names of the patterns, for messages. */
const patternNames: Readonly<Record<Pattern, string>> = { vllm: "vLLM", score: "score.py" };

function noImage(pattern: Pattern): ConfigError {
  const fix = `Set \`moor:images.${pattern}\`, for example to \`{ build: docker/${pattern} }\`.`;
  const problem = `The stack file sets no image for ${patternNames[pattern]} deployments.`;
  const allowed = "repository@sha256:<64 hexadecimal digits>, or a map with one of import, layer, build";
  return configError("MOOR002", `moor:images.${pattern}`, { problem, allowed, fix });
}

/** The entry with a new decision. The decision that serves becomes the previous one. A rollback stays until the requirements change. */
function nextEntry(old: LockEntry | undefined, requirements: RecordedRequirements, decision: DeploymentDecision): LockEntry {
  const wish = { ...requirements } as LockEntry["wish"];
  if (old === undefined) return { wish, current: decision };
  if (old.rolledBack && hasRequirements(old, requirements)) return old;
  // A decision whose weights were never staged has never served. The previous decision still serves.
  const served = decision.name === old.current.name || !isStaged(old.current) ? old.previous : old.current;
  const previous = served?.name === decision.name ? undefined : served;
  return { wish, current: decision, ...(previous === undefined ? {} : { previous }) };
}

function hasRequirements(entry: LockEntry, requirements: RecordedRequirements): boolean {
  return requirementDifferences(entry.wish, requirements).length === 0;
}

/** The commit in the lock file for the requirements of a deployment. */
function lockedCommit(entry: LockEntry | undefined): string | undefined {
  return entry?.current.model && commitOf(entry.current.model);
}

function entryDecisions(entry: LockEntry | undefined): DeploymentDecision[] {
  return [entry?.current, entry?.previous].filter((decision) => decision !== undefined);
}

/** The decisions of a lock file, current ones first. */
function lockDecisions(lock: Lock | undefined): DeploymentDecision[] {
  const entries = Object.values(lock?.endpoints ?? {}).flatMap((labels) => Object.values(labels));
  const all = entries.map(entryDecisions);
  return [...all.flatMap(([current]) => current ?? []), ...all.flatMap(([, previous]) => previous ?? [])];
}

/**
 * The decision with the staging of its folder. A folder contains the model and the commit, so it identifies the weights.
 * @param known Decisions that can be staged. The first one with the folder counts: the deployment's own, so that its name doesn't change.
 */
function withStaged(label: string, decision: DeploymentDecision, known: readonly DeploymentDecision[]): DeploymentDecision {
  const path = mirroredOf(decision)?.path;
  const found = known.map(mirroredOf).find((model) => model?.staged && model.path === path);
  return found === undefined ? decision : withStaging(label, decision, found);
}
