/** From the settings of a deployment to what it wishes: for the lock as flat values to compare, for the planner to decide on. */
import * as path from "node:path";
import type { InstanceType } from "../facts/sizes";
import { createProblem, PlanError, type Problem } from "../planner/codes";
import { decide, type Outcome } from "../planner/decide";
import type { ImageReference, RecordedRequirements } from "../planner/decision";
import { readModel } from "../planner/fit/folder";
import { type Model, modelFromTable } from "../planner/fit/model";
import type { Pattern } from "../planner/pattern";
import { tokenCount } from "./leaves";
import { byPattern, type PatternSettings, type PatternTable, patternOf } from "./patternOf";
import type { DeploymentSettings, Settings } from "./stackFile";

export type ImageSettings = Settings["moor:images"];

type VllmSettings = PatternSettings<"vllm">;
type ScoreSettings = PatternSettings<"score">;

/** Seconds that a request to a score.py may take where the stack file says nothing: a third of Azure's most. */
const scoreTimeout = 60;

/** The same for each pattern. With vLLM the planned speed says it. */
const defaultTimeouts: Readonly<Record<Pattern, number | undefined>> = { vllm: undefined, score: scoreTimeout };

/** What a deployment asks for, value by value; a decision made for other values is stale. Instances, scale and weight aren't decided. */
export function deploymentWish(settings: DeploymentSettings, images: ImageSettings): RecordedRequirements {
  const image = imageText(settings, images);
  const requestTimeout = settings.requestTimeout ?? defaultTimeouts[patternOf(settings)];
  return { size: settings.size, ...given({ requestTimeout, image }), ...byPattern(wishes, settings) };
}

const wishes: PatternTable<RecordedRequirements> = {
  vllm: (vllm) => ({
    "vllm.model": vllm.model,
    ...given({ "vllm.revision": vllm.revision, "vllm.configJson": vllm.configJson, "vllm.checkpointGiB": vllm.checkpointGiB }),
    "vllm.context": tokenCount(vllm.context),
    "vllm.concurrencyPerInstance": vllm.concurrencyPerInstance,
    "vllm.source": vllm.source,
    "vllm.servedName": vllm.servedName ?? vllm.model,
    ...Object.fromEntries(Object.entries(vllm.flags).map(([flag, value]) => [`vllm.flags.${flag}`, value])),
  }),
  score: (score) => ({ "score.path": score.path, "score.concurrencyPerInstance": score.concurrencyPerInstance }),
};

/** The entries that have a value. */
function given(entries: Readonly<Record<string, string | number | undefined>>): Record<string, string | number> {
  return Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, string | number] => entry[1] !== undefined));
}

/** What a decision needs that a stack file may leave to the lock. */
export interface Resolved {
  readonly image: ImageReference;
  /** Region whose sizes and prices count. */
  readonly region: string;
  /** Commit of the model; unused with a score.py. */
  readonly revision: string;
  /** Folder that paths in the stack file start from. @default the working directory */
  readonly folder?: string;
}

/** Decides a deployment from its settings and what was resolved for them. */
export function decideDeployment(label: string, settings: DeploymentSettings, resolved: Resolved): Outcome {
  return byPattern(deciders, settings, { label, settings, resolved });
}

interface ToDecide {
  readonly label: string;
  readonly settings: DeploymentSettings;
  readonly resolved: Resolved;
}

const deciders: PatternTable<Outcome, [ToDecide]> = { vllm: decideVllm, score: decideScore };

function decideVllm(vllm: VllmSettings, { label, settings, resolved }: ToDecide): Outcome {
  const { image, region, revision, folder = "." } = resolved;
  const model = modelOf(vllm, folder);
  if ("code" in model) return { problems: [model] };
  return decide(label, {
    ...{ pattern: "vllm", image, region, model, revision, source: vllm.source, flags: vllm.flags },
    size: settings.size as InstanceType | "auto",
    contextTokens: tokenCount(vllm.context),
    concurrencyPerInstance: vllm.concurrencyPerInstance,
    maxInstances: mostInstances(settings),
    servedName: vllm.servedName ?? vllm.model,
    requestTimeout: settings.requestTimeout,
  });
}

function decideScore({ concurrencyPerInstance }: ScoreSettings, { label, settings, resolved: { image, region } }: ToDecide): Outcome {
  const { size, requestTimeout = scoreTimeout } = settings;
  return decide(label, { pattern: "score", image, instanceType: size as InstanceType, region, requestTimeout, concurrencyPerInstance });
}

/** Most instances that a deployment may have. */
function mostInstances({ instances, scale }: DeploymentSettings): number {
  return scale?.max ?? instances ?? 1;
}

/** The model by its shapes: from its own config.json where the stack file names one, from the table otherwise. */
function modelOf({ model: id, configJson, checkpointGiB }: VllmSettings, folder: string): Model | Problem {
  if (configJson === undefined) {
    const known = modelFromTable(id, checkpointGiB);
    if (known) return known;
    const how = "set `vllm.configJson` to a copy of its config.json in this repository";
    return createProblem("MOOR120", `${id} is not in the planner's table of models; ${how}.`);
  }
  try {
    return { ...readModel(path.resolve(folder, configJson), checkpointGiB), id };
  } catch (error) {
    if (error instanceof PlanError) return error.problem;
    throw error;
  }
}

/** The image that a stack file names for a deployment, if it does. */
export function namedImage(settings: DeploymentSettings, images: ImageSettings): ImageReference | undefined {
  const text = imageText(settings, images);
  return text === undefined ? undefined : parseImage(text);
}

/** Reads `repository@digest`. */
export function parseImage(text: string): ImageReference {
  const at = text.indexOf("@");
  return { repository: text.slice(0, at), digest: text.slice(at + 1) };
}

function imageText(settings: DeploymentSettings, images: ImageSettings): string | undefined {
  return byPattern(imageTexts, settings, images);
}

const imageTexts: PatternTable<string | undefined, [ImageSettings]> = {
  vllm: (_, images) => images.vllm,
  score: ({ image }, images) => image ?? images.score,
};

/** A model whose commit a decision holds. */
export interface NamedModel {
  /** Hugging Face id. */
  readonly id: string;
  /** Its commit. Absent when the stack file leaves it to the lock. */
  readonly revision?: string;
}

/** The model that a stack file names for a deployment. None where the model is in the image. */
export function namedModel(settings: DeploymentSettings): NamedModel | undefined {
  return byPattern(namedModels, settings);
}

const namedModels: PatternTable<NamedModel | undefined> = {
  vllm: ({ model: id, revision }) => ({ id, revision }),
  score: () => undefined,
};
