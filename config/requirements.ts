/** Converts the settings of a deployment to requirements: as flat values for the lock file, and as input for the planner. */
import * as path from "node:path";
import type { InstanceType } from "../facts/sizes";
import { createProblem, PlanError, type Problem } from "../planner/codes";
import { decide, type Outcome } from "../planner/decide";
import type { AdapterDecision, ImageReference, RecordedRequirements, WeightSource } from "../planner/decision";
import { readModel } from "../planner/fit/folder";
import { withCheckpoint } from "../planner/fit/fromRecord";
import { type Model, modelFromTable } from "../planner/fit/model";
import type { Pattern } from "../planner/pattern";
import { hasCommit, parseRegistryModel, parseWorkspaceModel, type WeightsChoice } from "../planner/weights";
import type { ResolvedImage } from "./images/resolve";
import { tokenCount } from "./leaves";
import { byPattern, type PatternSettings, type PatternTable, patternOf } from "./patternOf";
import type { DeploymentSettings } from "./stackFile";

type VllmSettings = PatternSettings<"vllm">;
type ScoreSettings = PatternSettings<"score">;

/** Default request timeout of score.py, in seconds: a third of Azure's maximum. */
const scoreTimeout = 60;

/** Default request timeout per pattern, in seconds. For vLLM, the planner derives it from the planned speed. */
const defaultTimeouts: Readonly<Record<Pattern, number | undefined>> = { vllm: undefined, score: scoreTimeout };

/**
 * The requirements of a deployment, as flat values. If they differ from those in the lock file, the decision is outdated. Instances, scale
 * and weight are not part of a decision.
 * @param image The image of the deployment. Undefined if the stack file sets none.
 */
export function deploymentRequirements(settings: DeploymentSettings, image: ResolvedImage | undefined): RecordedRequirements {
  const requestTimeout = settings.requestTimeout ?? defaultTimeouts[patternOf(settings)];
  return { size: settings.size, ...given({ requestTimeout }), ...image?.requirements, ...byPattern(requirements, settings) };
}

const requirements: PatternTable<RecordedRequirements> = {
  vllm: (vllm) => ({
    "vllm.model": vllm.model,
    ...given({ "vllm.revision": commit(vllm), "vllm.configJson": vllm.configJson, "vllm.checkpointGiB": vllm.checkpointGiB }),
    "vllm.context": tokenCount(vllm.context),
    "vllm.concurrencyPerInstance": vllm.concurrencyPerInstance,
    "vllm.source": vllm.source,
    ...given({ "vllm.registeredModel": vllm.registeredModel, "vllm.remoteCode": setRemoteCode(vllm) }),
    ...given({ "vllm.task": vllm.task }),
    "vllm.servedName": vllm.servedName ?? vllm.model,
    ...Object.fromEntries(Object.entries(vllm.adapters ?? {}).map(([name, adapter]) => [`${adapterPrefix}${name}`, adapterText(adapter)])),
    ...Object.fromEntries(Object.entries(vllm.flags).map(([flag, value]) => [`vllm.flags.${flag}`, value])),
  }),
  score: (score) => ({
    "score.path": score.path,
    ...given({ "score.model": score.model }),
    "score.concurrencyPerInstance": score.concurrencyPerInstance,
  }),
};

/** Start of the keys of the LoRA adapters in requirements. */
export const adapterPrefix = "vllm.adapters.";

/** A LoRA adapter in the stack file. */
type AdapterSettings = NonNullable<VllmSettings["adapters"]>[string];

/** An adapter as a flat value: `<model>`, `<model>@<commit>`, or the path of its folder. */
function adapterText({ model, revision, path: folder = "" }: AdapterSettings): string {
  if (model === undefined) return folder;
  return revision === undefined ? model : `${model}@${revision}`;
}

/** The folder of an adapter, from recorded requirements. Undefined if the adapter is on Hugging Face. @param id The one in the decision. */
export function adapterPath(wish: RecordedRequirements, { name, id }: Pick<AdapterDecision, "name" | "id">): string | undefined {
  const value = wish[`${adapterPrefix}${name}`];
  return id === undefined && typeof value === "string" ? value : undefined;
}

/** The commit in the stack file, which identifies the weights of some sources. */
function commit({ source, revision }: VllmSettings): string | undefined {
  return hasCommit[source] ? revision : undefined;
}

/** Absent if it has its default, so that the requirements in earlier lock files stay valid. */
function setRemoteCode({ remoteCode }: VllmSettings): string | undefined {
  return remoteCode === "refuse" ? undefined : remoteCode;
}

/** Drops the entries without a value. */
function given(entries: Readonly<Record<string, string | number | undefined>>): Record<string, string | number> {
  return Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, string | number] => entry[1] !== undefined));
}

/** Values that a decision requires and that a stack file can leave to the lock file. */
export interface Resolved {
  readonly image: ImageReference;
  /** Region whose sizes and prices are used. */
  readonly region: string;
  /** Commit of the model. Not used for registered models and score.py. */
  readonly revision: string;
  /** LoRA adapters with their commits and ranks. @default - none */
  readonly adapters?: readonly AdapterDecision[];
  /** The model, if only the Hugging Face Hub describes it (`describedByHub`). The lock file records it. @default - not read */
  readonly model?: Model;
  /** Folder to which paths in the stack file are relative. @default - the working directory */
  readonly folder?: string;
}

/** Makes the decision for a deployment from its settings and the resolved values. */
export function decideDeployment(label: string, settings: DeploymentSettings, resolved: Resolved): Outcome {
  return byPattern(deciders, settings, { label, settings, resolved });
}

interface DecisionInput {
  readonly label: string;
  readonly settings: DeploymentSettings;
  readonly resolved: Resolved;
}

const deciders: PatternTable<Outcome, [DecisionInput]> = { vllm: decideVllm, score: decideScore };

function decideVllm(vllm: VllmSettings, { label, settings, resolved }: DecisionInput): Outcome {
  const { image, region } = resolved;
  const model = modelOf(vllm, resolved);
  if ("code" in model) return { problems: [model] };
  return decide(label, {
    ...{ pattern: "vllm", image, region, model, weights: weightsOf(vllm, resolved), flags: vllm.flags },
    size: settings.size as InstanceType | "auto",
    contextTokens: tokenCount(vllm.context),
    concurrencyPerInstance: vllm.concurrencyPerInstance,
    maxInstances: mostInstances(settings),
    servedName: vllm.servedName ?? vllm.model,
    task: vllm.task,
    requestTimeout: settings.requestTimeout,
  });
}

function decideScore(
  { model, concurrencyPerInstance }: ScoreSettings,
  { label, settings, resolved: { image, region } }: DecisionInput,
): Outcome {
  const { size, requestTimeout = scoreTimeout } = settings;
  return decide(label, {
    ...{ pattern: "score", image, instanceType: size as InstanceType, region, requestTimeout, concurrencyPerInstance },
    ...(model === undefined ? {} : { registeredModel: parseWorkspaceModel(model) }),
  });
}

/** Replaces a missing or invalid reference, which rules/weights.ts reports. The planner's checks don't depend on it. */
const anyModel = { workspace: { name: "any", version: "1" }, registry: { registry: "any", name: "any", version: "1" } };

/** The weights that the settings choose. */
function weightsOf(
  { source, remoteCode, registeredModel: text = "" }: VllmSettings,
  { revision, adapters }: Pick<Resolved, "revision" | "adapters">,
): WeightsChoice {
  const choices = {
    mirror: () => ({ source: "mirror", revision, withCode: remoteCode === "allow", adapters }),
    hub: () => ({ source: "hub", revision }),
    workspace: () => ({ source: "workspace", ...(parseWorkspaceModel(text) ?? anyModel.workspace) }),
    catalogue: () => ({ source: "catalogue", ...(parseRegistryModel(text) ?? anyModel.registry) }),
  } as const satisfies Record<WeightSource, () => WeightsChoice>;
  return choices[source]();
}

/** Maximum number of instances of a deployment. */
function mostInstances({ instances, scale }: DeploymentSettings): number {
  return scale?.max ?? instances ?? 1;
}

/** The model's architecture: from its config.json if the stack file names one, otherwise from the table of models or the lock file. */
function modelOf({ model: id, configJson, checkpointGiB }: VllmSettings, { folder = ".", model }: Resolved): Model | Problem {
  if (configJson === undefined) {
    const known = modelFromTable(id, checkpointGiB) ?? (model && withCheckpoint({ ...model, id }, checkpointGiB));
    if (known) return known;
    const how = "set `vllm.configJson` to a copy of its config.json in this repository";
    return createProblem("MOOR120", `${id} is not in the planner's table of models: ${how}.`);
  }
  try {
    return { ...readModel(path.resolve(folder, configJson), checkpointGiB), id };
  } catch (error) {
    if (error instanceof PlanError) return error.problem;
    throw error;
  }
}

/** The model of a deployment that neither the table of models nor a config.json in the repository describes. Undefined for others. */
export function describedByHub(settings: DeploymentSettings): NamedModel | undefined {
  return byPattern(describedByHubs, settings);
}

const describedByHubs: PatternTable<NamedModel | undefined> = {
  vllm: ({ model: id, revision, source, configJson }) => {
    if (configJson !== undefined || modelFromTable(id) !== undefined) return undefined;
    return hasCommit[source] && revision !== undefined ? { id, revision } : { id };
  },
  score: () => undefined,
};

/** A model and its commit. */
export interface NamedModel {
  /** Model ID on Hugging Face. */
  readonly id: string;
  /** Commit. Absent if the stack file leaves it to the lock file. */
  readonly revision?: string;
}

/** A LoRA adapter of the stack file: on Hugging Face, or in a folder. */
export interface NamedAdapter extends AdapterSettings {
  readonly name: string;
}

/** The LoRA adapters of a deployment. */
export function namedAdapters(settings: DeploymentSettings): NamedAdapter[] {
  return Object.entries(settings.vllm?.adapters ?? {}).map(([name, adapter]) => ({ name, ...adapter }));
}

/** The Hugging Face model of a deployment. Undefined if the model is registered or part of the image. */
export function namedModel(settings: DeploymentSettings): NamedModel | undefined {
  return byPattern(namedModels, settings);
}

const namedModels: PatternTable<NamedModel | undefined> = {
  vllm: ({ model: id, revision, source }) => (hasCommit[source] ? { id, revision } : undefined),
  score: () => undefined,
};
