/** A new lock from a stack file and the lock before it. */
import { deploymentsOf, type Found, isStaged, refusalMistakes } from "../../config/decisions";
import { type Lock, type LockEntry, lockEntry, wishDifferences } from "../../config/lockFile";
import { type Mistake, mistake } from "../../config/mistakes";
import { patternOf } from "../../config/patternOf";
import { gatedModel } from "../../config/rules/gated";
import { commitsOfLocks, foreignCommit, type KnownCommit, revisionMistakes } from "../../config/rules/revisions";
import { type RawStack, tokenKey } from "../../config/settings";
import type { Settings } from "../../config/stackFile";
import { decideDeployment, deploymentWish, namedImage, namedModel } from "../../config/wish";
import type { DeploymentDecision, RecordedRequirements } from "../../planner/decision";
import type { Pattern } from "../../planner/pattern";
import type { CommitAnswer } from "./hub";

/** What the lock needs from outside. */
export interface Sources {
  /** Version of Moor that decides. */
  readonly madeBy: string;
  /** The newest commit of a model repository. */
  newestCommit(model: string): Promise<string>;
  /** Whether a commit belongs to a model repository. */
  askCommit(model: string, revision: string): Promise<CommitAnswer>;
}

/** A new lock, and what could not be found out for it. */
export interface MadeLock {
  readonly lock: Lock;
  readonly notes: readonly string[];
}

/** The lock of a stack file without mistakes, or what forbids one. */
export async function makeLock(
  raw: RawStack,
  settings: Settings,
  before: Lock | undefined,
  sources: Sources,
): Promise<MadeLock | { readonly mistakes: readonly Mistake[] }> {
  const { mistakes, notes } = await checkCommits(raw, settings, before, sources);
  const endpoints: Record<string, Record<string, LockEntry>> = {};
  const staged = stagedPaths(before);
  for (const found of deploymentsOf(settings)) {
    const { endpoint, label } = found;
    const old = before && lockEntry(before, endpoint, label);
    const wish = deploymentWish(found.settings, settings["moor:images"]);
    const made = await decideOne(raw, settings, found, old && sameWish(old, wish) ? old : undefined, sources);
    if ("mistakes" in made) mistakes.push(...made.mistakes);
    else endpoints[endpoint] = { ...endpoints[endpoint], [label]: succeed(old, wish, withStaged(made.decision, staged)) };
  }
  if (mistakes.length > 0) return { mistakes };
  const location = settings["azure-native:location"];
  return { lock: { version: 1, stack: raw.stack, location, madeBy: sources.madeBy, endpoints }, notes };
}

/** Checks commits that the stack file names and the lock doesn't have yet: with the hub, and where it says nothing, with what locks know. */
async function checkCommits(raw: RawStack, settings: Settings, before: Lock | undefined, { askCommit }: Sources) {
  const [mistakes, confirmed, notes]: [Mistake[], KnownCommit[], string[]] = [[], [], []];
  for (const { endpoint, label, settings: deployment, path } of deploymentsOf(settings)) {
    const { id, revision } = namedModel(deployment) ?? {};
    if (id === undefined || revision === undefined || isLocked(before && lockEntry(before, endpoint, label), id, revision)) continue;
    const answer = await askCommit(id, revision);
    if (answer.known === "foreign") mistakes.push(foreignCommit(path, id, `Hugging Face has no commit ${revision} of ${id}.`));
    if (answer.known === "belongs") confirmed.push({ model: id, revision, where: "Hugging Face" });
    if (answer.known === "belongs" && answer.gated)
      mistakes.push(...(deployment.vllm?.source === "hub" && !(tokenKey in raw.settings) ? [gatedModel(path, id)] : []));
    if (answer.known === "unknown") {
      const unsaid = `Hugging Face did not say whether ${revision} is a commit of ${id} (${answer.because})`;
      notes.push(`${endpoint}/${label}: ${unsaid}. Check it on the model's page.`);
    }
  }
  const refused = new Set(mistakes.map(({ path }) => path));
  const foreign = revisionMistakes(raw.stack, settings, [...confirmed, ...commitsOfLocks(raw)]).filter(({ path }) => !refused.has(path));
  return { mistakes: [...mistakes, ...foreign], notes };
}

function isLocked(entry: LockEntry | undefined, id: string, revision: string): boolean {
  return [entry?.current.model, entry?.previous?.model].some((model) => model?.id === id && model.revision === revision);
}

type Made = { readonly decision: DeploymentDecision } | { readonly mistakes: readonly Mistake[] };

async function decideOne(
  raw: RawStack,
  settings: Settings,
  found: Found,
  unchanged: LockEntry | undefined,
  sources: Sources,
): Promise<Made> {
  const { settings: deployment, label } = found;
  const image = namedImage(deployment, settings["moor:images"]);
  if (image === undefined) return { mistakes: [noImage(patternOf(deployment))] };
  // Without a commit in the stack file, the one that was locked stays: a lock made again must not move the weights by itself.
  const model = namedModel(deployment);
  const revision = model && (model.revision ?? unchanged?.current.model?.revision ?? (await sources.newestCommit(model.id)));
  const resolved = { image, region: settings["azure-native:location"], revision: revision ?? "", folder: raw.folder };
  const outcome = decideDeployment(label, deployment, resolved);
  return "decision" in outcome ? outcome : { mistakes: refusalMistakes(settings["azure-native:location"], found, outcome.problems) };
}

/** What an image runs, for a report. */
const runs: Readonly<Record<Pattern, string>> = { vllm: "vLLM", score: "a score.py" };

function noImage(pattern: Pattern): Mistake {
  const fix = `Push the image, and set \`moor:images.${pattern}\` to the digest that the registry shows.`;
  const problem = `No image is named for deployments of ${runs[pattern]}.`;
  return mistake("MOOR002", `moor:images.${pattern}`, { problem, allowed: "repository@sha256:<64 hexadecimal digits>", fix });
}

/** The entry after this decision: what served stays as the previous one, and what was rolled back stays as long as its wish. */
function succeed(old: LockEntry | undefined, wish: RecordedRequirements, decision: DeploymentDecision): LockEntry {
  if (old === undefined) return { wish: { ...wish } as LockEntry["wish"], current: decision };
  if (old.rolledBack && sameWish(old, wish)) return old;
  // A decision whose weights never came has never served; the one before it still does.
  const served = decision.name === old.current.name || !isStaged(old.current) ? old.previous : old.current;
  const previous = served?.name === decision.name ? undefined : served;
  return { wish: { ...wish } as LockEntry["wish"], current: decision, ...(previous === undefined ? {} : { previous }) };
}

function sameWish(entry: LockEntry, wish: RecordedRequirements): boolean {
  return wishDifferences(entry.wish, wish).length === 0;
}

/** Where weights are staged already. The path holds model and commit, so what is there is what is meant. */
function stagedPaths(lock: Lock | undefined): ReadonlySet<string> {
  const entries = Object.values(lock?.endpoints ?? {}).flatMap((labels) => Object.values(labels));
  const models = entries.flatMap(({ current, previous }) => [current.model, previous?.model]);
  return new Set(models.flatMap((model) => (model?.staged && model.path ? [model.path] : [])));
}

function withStaged(decision: DeploymentDecision, staged: ReadonlySet<string>): DeploymentDecision {
  const { model } = decision;
  return model?.path !== undefined && staged.has(model.path) ? { ...decision, model: { ...model, staged: true } } : decision;
}
