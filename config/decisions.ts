/** The decisions for the deployments of a checked stack file: read from the lock file, or computed if the stack has no lock file. */
import type { Code, Problem } from "../planner/codes";
import type { DeploymentDecision } from "../planner/decision";
import { hasCommit } from "../planner/weights";
import { type ConfigError, configError, show } from "./errors";
import { imageDifferenceTexts, isOfImage } from "./imageDifferences";
import type { ResolvedImage } from "./images/resolve";
import type { ImageOf } from "./images/stack";
import { tokenCount } from "./leaves";
import { type Lock, lockCommand, lockEntry, lockFileName, readLock, requirementDifferences } from "./lockFile";
import { byPattern, type PatternSettings, type PatternTable, patternOf } from "./patternOf";
import { decideDeployment, deploymentRequirements, describedByHub, namedModel } from "./requirements";
import { listed, settingText } from "./requirementTexts";
import { moveErrors } from "./rules/move";
import type { RawStack } from "./settings";
import type { DeploymentSettings, Settings } from "./stackFile";

/** The decisions for one deployment. */
export interface Decided {
  /** Absent if a decision isn't possible yet. Then `missing` explains why. */
  readonly current?: DeploymentDecision;
  readonly previous?: DeploymentDecision;
  /** What is missing and how to supply it, in one or more sentences. */
  readonly missing?: string;
}

/** Whether a deployment can start: its weights are staged, or another source provides them. */
export function isStaged({ model }: DeploymentDecision): boolean {
  return model?.source !== "mirror" || model.staged;
}

/** Looks up the decisions for a deployment. */
export type Decisions = (endpoint: string, label: string) => Decided;

/** A deployment of a stack file. */
export interface LocatedDeployment {
  readonly endpoint: string;
  readonly label: string;
  readonly settings: DeploymentSettings;
  /** Path in the stack file. */
  readonly path: string;
}

/** All deployments of a stack file. */
export function deploymentsOf({ "moor:endpoints": endpoints }: Settings): LocatedDeployment[] {
  return Object.entries(endpoints).flatMap(([endpoint, { deployments }]) =>
    Object.entries(deployments).map(([label, settings]) => ({
      endpoint,
      label,
      settings,
      path: `moor:endpoints.${endpoint}.deployments.${label}`,
    })),
  );
}

type Outcome = { readonly decisions: Decisions } | { readonly errors: ConfigError[] };

/** The decisions for a valid stack file, or the errors that prevent them. Without deployments, the lock file is not required. */
export function decisionsFor(raw: RawStack, settings: Settings, imageOf: ImageOf): Outcome {
  if (settings["moor:lock"] === "none") return computed(raw, settings, imageOf);
  return Object.keys(settings["moor:endpoints"]).length === 0 ? withoutDeployments(raw, settings) : locked(raw, settings, imageOf);
}

/** The platform of a stack needs no decisions. Only the region of a readable lock file is checked, because a stack can't be moved. */
function withoutDeployments({ stack, lock: text }: RawStack, settings: Settings): Outcome {
  const read = text === undefined ? undefined : readLock(stack, text);
  const errors = read === undefined || "errors" in read ? [] : foreignLock(stack, settings["azure-native:location"], read.lock);
  return errors.length > 0 ? { errors } : { decisions: () => ({}) };
}

/** Errors of the lock file that don't depend on the stack file. */
export function lockErrors({ stack, settings, lock: text }: RawStack): ConfigError[] {
  const mode = settings["moor:lock"] ?? "required";
  if (mode !== "required") return [];
  if (text === undefined) return [noLock(stack)];
  const read = readLock(stack, text);
  return "errors" in read ? read.errors : [];
}

function noLock(stack: string): ConfigError {
  const problem = "The stack has no lock file, which records the decisions: sizes, flags and images.";
  const fix = `Run \`${lockCommand(stack)}\` and commit ${lockFileName(stack)}.`;
  return configError("MOOR050", lockFileName(stack), {
    problem,
    allowed: "a committed lock file, or `moor:lock: none` for development",
    fix,
  });
}

function locked({ stack, lock: text }: RawStack, settings: Settings, imageOf: ImageOf): Outcome {
  if (text === undefined) return { errors: [noLock(stack)] };
  const read = readLock(stack, text);
  if ("errors" in read) return read;
  const errors = [...foreignLock(stack, settings["azure-native:location"], read.lock), ...stale(stack, settings, read.lock, imageOf)];
  if (errors.length > 0) return { errors };
  return {
    decisions: (endpoint, label) => {
      const { current, previous } = lockEntry(read.lock, endpoint, label) ?? {};
      return { current, previous };
    },
  };
}

/** Checks whether a lock file belongs to the stack and its region. `location` is the region in the stack file. */
export function foreignLock(stack: string, location: string, lock: Lock): ConfigError[] {
  if (lock.stack === stack) return moveErrors(stack, lock.location, lockFileName(stack), location);
  const problem = `The lock file belongs to stack ${show(lock.stack)}, not to ${show(stack)}.`;
  const fix = `Delete ${lockFileName(stack)} and run \`${lockCommand(stack)}\`.`;
  return [configError("MOOR054", `${lockFileName(stack)}.stack`, { problem, allowed: show(stack), fix })];
}

function stale(stack: string, settings: Settings, lock: Lock, imageOf: ImageOf): ConfigError[] {
  const found = deploymentsOf(settings);
  const entries = found.map((deployment) => staleEntry(lock, deployment, imageOf(deployment.endpoint, deployment.label)));
  const changed = unique(entries.flat()).map(({ path, problem }) => staleError(stack, path, problem));
  const known = new Set(found.map(({ endpoint, label }) => `${endpoint}.${label}`));
  const gone = Object.entries(lock.endpoints)
    .flatMap(([endpoint, labels]) => Object.keys(labels).map((label) => `${endpoint}.${label}`))
    .filter((key) => !known.has(key));
  const problem = "The lock file contains a deployment that is not in the stack file.";
  return [...changed, ...gone.map((key) => staleError(stack, `${lockFileName(stack)}.endpoints.${key}`, problem))];
}

/** A problem at a path of the stack file. */
interface Stale {
  readonly path: string;
  readonly problem: string;
}

/** Several deployments can use one image. Its changes are reported once, at its setting. */
function unique(problems: readonly Stale[]): Stale[] {
  return [...new Map(problems.map((one) => [`${one.path} ${one.problem}`, one])).values()];
}

function staleEntry(
  lock: Lock,
  { endpoint, label, settings: deployment, path }: LocatedDeployment,
  image: ResolvedImage | undefined,
): Stale[] {
  const entry = lockEntry(lock, endpoint, label);
  if (entry === undefined) return [{ path, problem: "The lock file has no decision for this deployment." }];
  const required = deploymentRequirements(deployment, image);
  const differences = requirementDifferences(entry.wish, required);
  if (differences.length === 0) return [];
  const others = (all: boolean) => differences.filter((difference) => all || !isOfImage(difference)).map(settingText);
  const at = (where: string, texts: readonly string[]) => ({
    path: where,
    problem: `The lock file was created for other requirements: ${listed(texts)}.`,
  });
  if (image === undefined || !differences.some(isOfImage)) return [at(path, others(true))];
  const ofImage = imageDifferenceTexts(entry.wish, required, settingText);
  if (image.setting.startsWith(`${path}.`)) return [at(path, [...ofImage, ...others(false)])];
  return [at(image.setting, ofImage), at(path, [`the image changed (see ${image.setting})`, ...others(false)])];
}

function staleError(stack: string, path: string, problem: string): ConfigError {
  const fix = `Run \`${lockCommand(stack)}\`, review the changes, and commit ${lockFileName(stack)}.`;
  return configError("MOOR052", path, { problem, allowed: "a lock file that matches the stack file", fix });
}

/** Computes the decisions. A setting that requires a lock file is an error. */
function computed(raw: RawStack, settings: Settings, imageOf: ImageOf): Outcome {
  const found = deploymentsOf(settings);
  const decided = found.map((one) => ({ ...one, ...decideNow(raw, settings, one, imageOf(one.endpoint, one.label)) }));
  const errors = [...found.flatMap(needsLock), ...decided.flatMap((one) => one.errors ?? [])];
  if (errors.length > 0) return { errors };
  return { decisions: (endpoint, label) => decided.find((one) => one.endpoint === endpoint && one.label === label) ?? {} };
}

function decideNow(
  raw: RawStack,
  settings: Settings,
  found: LocatedDeployment,
  image: ResolvedImage | undefined,
): Decided & { readonly errors?: ConfigError[] } {
  const { settings: deployment } = found;
  const unknown = unknownWithoutLock(raw.stack, found);
  if (unknown.length > 0) return { errors: unknown };
  if (image === undefined) return { missing: `it has no image. Set \`moor:images.${patternOf(deployment)}\`.` };
  // needsLock() rejects a stack without a revision, if the weights have one.
  const revision = namedModel(deployment)?.revision ?? "";
  const outcome = decideDeployment(found.label, deployment, {
    image: image.reference,
    region: settings["azure-native:location"],
    revision,
    folder: raw.folder,
  });
  return "decision" in outcome
    ? { current: outcome.decision }
    : { errors: plannerErrors(settings["azure-native:location"], found, outcome.problems) };
}

/** A model that only the Hugging Face Hub describes requires a lock file, because a preview sends no requests to the Hub. */
export function unknownWithoutLock(stack: string, { path, settings }: LocatedDeployment): ConfigError[] {
  const model = describedByHub(settings);
  if (model === undefined) return [];
  const problem = `${model.id} is not in the planner's table of models. Without a lock file, Moor doesn't read it from Hugging Face.`;
  const fix = `Remove \`moor:lock: none\` and run \`${lockCommand(stack)}\`, or set \`vllm.configJson\` to a copy of its config.json in this repository.`;
  return [
    configError("MOOR120", `${path}.vllm.model`, { problem, allowed: "a model of the table, or a lock file, or `vllm.configJson`", fix }),
  ];
}

/** The setting that an error of the planner refers to, if it refers to a single setting. */
const places: Partial<Record<Code, string>> = {
  MOOR101: "size",
  MOOR102: "size",
  MOOR103: "size",
  MOOR104: "size",
  MOOR105: "size",
  MOOR111: "size",
  MOOR112: "size",
  MOOR116: "vllm.context",
  MOOR130: "vllm.task",
  MOOR131: "vllm.flags",
  MOOR115: "vllm.model",
  MOOR140: "vllm.flags.quantization",
  MOOR142: "vllm.flags",
  MOOR143: "vllm.flags",
  MOOR203: "vllm.flags.max-num-seqs",
  MOOR204: "requestTimeout",
  MOOR205: "requestTimeout",
  MOOR211: "vllm.flags",
  MOOR213: "vllm.flags.max-num-batched-tokens",
  MOOR215: "vllm.flags.max-model-len",
  MOOR216: "vllm.flags.max-num-seqs",
  MOOR230: "vllm.flags.max-num-batched-tokens",
};

/** Converts the errors of the planner to errors of the deployment's settings. */
export function plannerErrors(
  region: string,
  { path, settings: { vllm } }: LocatedDeployment,
  refusals: readonly Problem[],
): ConfigError[] {
  const model = vllm?.configJson ?? vllm?.model ?? "<model>";
  const load = `--context ${tokenCount(vllm?.context ?? 0)} --concurrency ${vllm?.concurrencyPerInstance} --region ${region}`;
  const fitting = `a size and settings that fit according to \`npm run fit -- ${model} ${load} --compare\``;
  return refusals.map(({ code, message, remedy, allowed = fitting }) => {
    const place = places[code];
    return configError(code, place === undefined ? path : `${path}.${place}`, { problem: message, allowed, fix: remedy });
  });
}

/** Errors for settings that require a lock file. */
export function needsLock({ path, settings }: LocatedDeployment): ConfigError[] {
  const problem = "`size: auto` requires a lock file. Without one, the size could change from run to run.";
  const size = settings.size === "auto" ? [configError("MOOR055", `${path}.size`, { problem, allowed: "a VM size" })] : [];
  return [...size, ...byPattern(needsOfPatterns, settings, path)];
}

const needsOfPatterns: PatternTable<ConfigError[], [path: string]> = { vllm: vllmNeedsLock, score: () => [] };

function vllmNeedsLock({ source, revision, model }: PatternSettings<"vllm">, path: string): ConfigError[] {
  const errors: ConfigError[] = [];
  if (source === "mirror") {
    const problem = "`source: mirror` requires a lock file, which records whether the weights are staged in the region.";
    errors.push(configError("MOOR056", `${path}.vllm.source`, { problem, allowed: "hub, workspace, catalogue" }));
  }
  if (revision === undefined && hasCommit[source]) {
    const problem = `\`revision\` of ${model} is not set. Without a lock file, it is required.`;
    errors.push(configError("MOOR057", `${path}.vllm.revision`, { problem, allowed: "a commit hash of 40 hexadecimal digits" }));
  }
  return errors;
}
