/** The decision of each deployment of a checked stack file: read from the lock, or made anew where the stack works without one. */
import type { Code, Problem } from "../planner/codes";
import type { DeploymentDecision } from "../planner/decision";
import { tokenCount } from "./leaves";
import { type Lock, lockCommand, lockEntry, lockFileName, readLock, wishDifferences } from "./lockFile";
import { type Mistake, mistake, show } from "./mistakes";
import { byPattern, type PatternSettings, type PatternTable, patternOf } from "./patternOf";
import { moveMistakes } from "./rules/move";
import type { RawStack } from "./settings";
import type { DeploymentSettings, Settings } from "./stackFile";
import { decideDeployment, deploymentWish, namedImage, namedModel } from "./wish";

/** What was decided for one deployment. */
export interface Decided {
  /** Absent when nothing can be decided yet; `waitsFor` says for what. */
  readonly current?: DeploymentDecision;
  readonly previous?: DeploymentDecision;
  readonly waitsFor?: string;
}

/** Whether a deployment can start: weights that it mounts are there. */
export function isStaged({ model }: DeploymentDecision): boolean {
  return model?.source !== "mirror" || model.staged === true;
}

/** Looks up what was decided for a deployment. */
export type Decisions = (endpoint: string, label: string) => Decided;

/** A deployment of a stack file. */
export interface Found {
  readonly endpoint: string;
  readonly label: string;
  readonly settings: DeploymentSettings;
  /** Path in the stack file. */
  readonly path: string;
}

/** All deployments of a stack file. */
export function deploymentsOf({ "moor:endpoints": endpoints }: Settings): Found[] {
  return Object.entries(endpoints).flatMap(([endpoint, { deployments }]) =>
    Object.entries(deployments).map(([label, settings]) => ({
      endpoint,
      label,
      settings,
      path: `moor:endpoints.${endpoint}.deployments.${label}`,
    })),
  );
}

/** Decisions for a stack whose file is without mistakes, or the mistakes that keep them from being known. */
export function decisionsFor(raw: RawStack, settings: Settings): { readonly decisions: Decisions } | { readonly mistakes: Mistake[] } {
  return settings["moor:lock"] === "none" ? computed(raw, settings) : locked(raw, settings);
}

/** What is wrong with a lock by itself, whatever else the stack file says. */
export function lockMistakes({ stack, settings, lock: text }: RawStack): Mistake[] {
  const mode = settings["moor:lock"] ?? "required";
  if (mode !== "required") return [];
  if (text === undefined) return [noLock(stack)];
  const read = readLock(stack, text);
  return "mistakes" in read ? read.mistakes : [];
}

function noLock(stack: string): Mistake {
  const problem = "The stack needs a lock, and there is none: nothing says which size, flags and image were decided.";
  const fix = `Run \`${lockCommand(stack)}\` and commit ${lockFileName(stack)}.`;
  return mistake("MOOR050", lockFileName(stack), { problem, allowed: "a committed lock, or `moor:lock: none` for development", fix });
}

function locked({ stack, lock: text }: RawStack, settings: Settings): { decisions: Decisions } | { mistakes: Mistake[] } {
  if (text === undefined) return { mistakes: [noLock(stack)] };
  const read = readLock(stack, text);
  if ("mistakes" in read) return read;
  const mistakes = [...foreignLock(stack, settings["azure-native:location"], read.lock), ...stale(stack, settings, read.lock)];
  if (mistakes.length > 0) return { mistakes };
  return {
    decisions: (endpoint, label) => {
      const { current, previous } = lockEntry(read.lock, endpoint, label) ?? {};
      return { current, previous };
    },
  };
}

/** What is wrong with the stack and the region of a lock. `location` is the stack file's. */
export function foreignLock(stack: string, location: string, lock: Lock): Mistake[] {
  if (lock.stack === stack) return moveMistakes(stack, lock.location, lockFileName(stack), location);
  const problem = `The lock was made for stack ${show(lock.stack)}, and this is ${show(stack)}.`;
  const fix = `Delete ${lockFileName(stack)} and run \`${lockCommand(stack)}\`.`;
  return [mistake("MOOR054", `${lockFileName(stack)}.stack`, { problem, allowed: show(stack), fix })];
}

function stale(stack: string, settings: Settings, lock: Lock): Mistake[] {
  const found = deploymentsOf(settings);
  const wished = found.flatMap((deployment) => staleWish(stack, settings, lock, deployment));
  const known = new Set(found.map(({ endpoint, label }) => `${endpoint}.${label}`));
  const gone = Object.entries(lock.endpoints)
    .flatMap(([endpoint, labels]) => Object.keys(labels).map((label) => `${endpoint}.${label}`))
    .filter((key) => !known.has(key));
  const problem = "The lock holds a deployment that the stack file doesn't have.";
  return [...wished, ...gone.map((key) => staleMistake(stack, `${lockFileName(stack)}.endpoints.${key}`, problem))];
}

function staleWish(stack: string, settings: Settings, lock: Lock, { endpoint, label, settings: deployment, path }: Found): Mistake[] {
  const entry = lockEntry(lock, endpoint, label);
  if (entry === undefined) return [staleMistake(stack, path, "The lock has no decision for this deployment.")];
  const differences = wishDifferences(entry.wish, deploymentWish(deployment, settings["moor:images"]));
  if (differences.length === 0) return [];
  const list = differences.map(({ key, locked: was, wished: is }) => `${key} was ${show(was)}, is ${show(is)}`).join("; ");
  return [staleMistake(stack, path, `The lock was made for other values: ${list}.`)];
}

function staleMistake(stack: string, path: string, problem: string): Mistake {
  const fix = `Run \`${lockCommand(stack)}\`, review what it changes, and commit ${lockFileName(stack)}.`;
  return mistake("MOOR052", path, { problem, allowed: "a lock made for what the stack file says", fix });
}

/** Decides each deployment at once. What only a lock can hold is a mistake. */
function computed(raw: RawStack, settings: Settings): { decisions: Decisions } | { mistakes: Mistake[] } {
  const found = deploymentsOf(settings);
  const decided = found.map((one) => ({ ...one, ...decideNow(raw, settings, one) }));
  const mistakes = [...found.flatMap(needsLock), ...decided.flatMap((one) => one.mistakes ?? [])];
  if (mistakes.length > 0) return { mistakes };
  return { decisions: (endpoint, label) => decided.find((one) => one.endpoint === endpoint && one.label === label) ?? {} };
}

function decideNow(raw: RawStack, settings: Settings, found: Found): Decided & { readonly mistakes?: Mistake[] } {
  const { settings: deployment } = found;
  const image = namedImage(deployment, settings["moor:images"]);
  if (image === undefined) return { waitsFor: `its image: set \`moor:images.${patternOf(deployment)}\` to repository@digest` };
  // Without one the stack is refused, by needsLock().
  const revision = namedModel(deployment)?.revision ?? "";
  const outcome = decideDeployment(found.label, deployment, {
    image,
    region: settings["azure-native:location"],
    revision,
    folder: raw.folder,
  });
  return "decision" in outcome
    ? { current: outcome.decision }
    : { mistakes: refusalMistakes(settings["azure-native:location"], found, outcome.problems) };
}

/** Where the value stands that a refusal is about, when it is one. */
const places: Partial<Record<Code, string>> = {
  MOOR101: "size",
  MOOR102: "size",
  MOOR103: "size",
  MOOR104: "size",
  MOOR105: "size",
  MOOR111: "size",
  MOOR112: "size",
  MOOR116: "vllm.context",
  MOOR203: "vllm.flags.max-num-seqs",
  MOOR204: "requestTimeout",
  MOOR205: "requestTimeout",
  MOOR211: "vllm.flags",
  MOOR213: "vllm.flags.max-num-batched-tokens",
  MOOR215: "vllm.flags.max-model-len",
  MOOR216: "vllm.flags.max-num-seqs",
};

/** What the planner refuses, as mistakes of the deployment's settings. */
export function refusalMistakes(region: string, { path, settings: { vllm } }: Found, refusals: readonly Problem[]): Mistake[] {
  const model = vllm?.configJson ?? vllm?.model ?? "<model>";
  const load = `--context ${tokenCount(vllm?.context ?? 0)} --concurrency ${vllm?.concurrencyPerInstance} --region ${region}`;
  const ask = `what \`npm run fit -- ${model} ${load} --compare\` shows as fitting`;
  return refusals.map(({ code, message, remedy, allowed = ask }) => {
    const place = places[code];
    return mistake(code, place === undefined ? path : `${path}.${place}`, { problem: message, allowed, fix: remedy });
  });
}

/** What only a lock can hold. */
export function needsLock({ path, settings }: Found): Mistake[] {
  const problem = "The size is to be decided, and without a lock it could change from one run to the next.";
  const size = settings.size === "auto" ? [mistake("MOOR055", `${path}.size`, { problem, allowed: "a VM size" })] : [];
  return [...size, ...byPattern(needsOfPatterns, settings, path)];
}

const needsOfPatterns: PatternTable<Mistake[], [path: string]> = { vllm: vllmNeedsLock, score: () => [] };

function vllmNeedsLock({ source, revision, model }: PatternSettings<"vllm">, path: string): Mistake[] {
  const mistakes: Mistake[] = [];
  if (source === "mirror") {
    const problem = "The source is mirror, and only a lock notes whether the weights are staged in the region.";
    mistakes.push(mistake("MOOR056", `${path}.vllm.source`, { problem, allowed: "hub" }));
  }
  if (revision === undefined) {
    const problem = `No commit of ${model} is named, and without a lock nothing finds one.`;
    mistakes.push(mistake("MOOR057", `${path}.vllm.revision`, { problem, allowed: "a commit, 40 hexadecimal digits" }));
  }
  return mistakes;
}
