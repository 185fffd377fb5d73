/**
 * Names in Azure. A deployment's name contains a hash of all values that affect its answers or its start. A changed recipe is therefore a
 * new deployment next to the old one, never an update of a deployment that serves.
 */
import { createHash } from "node:crypto";
import { endpointLimits } from "../azure/limits";
import type { AdapterDecision, DeploymentRecipe, ModelDecision } from "./decision";

/** Length of the random suffix of an endpoint's name, including the hyphen. */
const suffixLength = 1 + 6;
/** Length of the hash in a deployment's name, including the hyphen. */
const hashLength = 1 + 8;

const { min, max } = endpointLimits.nameLength;

/**
 * Format of endpoint and deployment names: they start with a letter, have no capitals, don't end in a hyphen, and have an allowed length.
 */
export const physicalNamePattern = new RegExp(`^[a-z](?!.*--)[a-z0-9-]{${min - 2},${max - 2}}[a-z0-9]$`);

/** Format of a part of a name: a stack, the key of an endpoint, or the label of a deployment. */
export const namePartPattern = /^[a-z](-?[a-z0-9])*$/;

/** JSON text of a value, independent of the order of its keys. Keys without a value are omitted. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
}

/**
 * The first 8 hexadecimal digits of the SHA-256 hash of a recipe. The name, scale rule and reasons of a decision are not included, nor
 * whether the weights are staged, because they don't affect answers.
 */
export function recipeHash(recipe: DeploymentRecipe): string {
  const { pattern, instanceType, image, routes, registeredModel, task, tensorParallelSize, flags, environmentVariables, probes } = recipe;
  const model = recipe.model && identityOf(recipe.model);
  // The digest of a build is not known before the build, so its inputs identify the image.
  const identified = "inputs" in image ? { repository: image.repository, inputs: image.inputs } : image;
  const counted = {
    pattern,
    instanceType,
    image: identified,
    routes,
    model,
    // Absent in most recipes. Keys without a value are not counted, so that the names of such recipes stay the same.
    registeredModel,
    task,
    tensorParallelSize,
    flags,
    environmentVariables,
    probes,
    requestSettings: recipe.requestSettings,
  };
  return digest(canonicalJson(counted));
}

/** The values that identify the weights. The hash of the list of staged files is one of them. */
function identityOf(model: ModelDecision): object {
  return model.source === "mirror" ? { ...model, staged: undefined } : model;
}

/** The first 8 hexadecimal digits of the SHA-256 hash of a text. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** A deployment's name in Azure: `<label>-<8 hexadecimal digits>`. */
export function physicalName(label: string, recipe: DeploymentRecipe): string {
  return `${label}-${recipeHash(recipe)}`;
}

/** Length of an endpoint's name, `<key>-<stack>-<6 characters>`. */
export function endpointNameLength(key: string, stack: string): number {
  return key.length + 1 + stack.length + suffixLength;
}

/** Length of a deployment's name, `<label>-<8 hexadecimal digits>`. */
export function deploymentNameLength(label: string): number {
  return label.length + hashLength;
}

/** Files in the folder of a model's weights, in addition to those that each folder contains. */
export interface AddedFiles {
  /** Whether the folder also contains the Python files of the repository. @default false */
  readonly withCode?: boolean;
  /** LoRA adapters in the folder, in any order. @default - none */
  readonly adapters?: readonly Pick<AdapterDecision, "name" | "revision">[];
}

/**
 * Folder in the workspace's blob datastore that contains the weights of one commit of a model. A container refuses files that were added to
 * its folder, so each selection of files has its own: `models/<model>/<commit>`, with `-code` after it for the Python files, and then
 * `-lora-<8 hexadecimal digits>` for the names and commits of adapters.
 * @param id Hugging Face ID, for example `Qwen/Qwen2.5-7B-Instruct`.
 */
export function weightsPath(id: string, revision: string, { withCode = false, adapters = [] }: AddedFiles = {}): string {
  return `${plainPath(id, revision)}${withCode ? codeEnding : ""}${adaptersEnding(adapters)}`;
}

function plainPath(id: string, revision: string): string {
  return `models/${id.replace("/", "--")}/${revision}`;
}

/** End of a folder that also contains the Python files of the model. */
const codeEnding = "-code";

function adaptersEnding(adapters: NonNullable<AddedFiles["adapters"]>): string {
  if (adapters.length === 0) return "";
  return `-lora-${digest(canonicalJson(Object.fromEntries(adapters.map(({ name, revision }) => [name, revision]))))}`;
}

/** Maximum length of a model's name in Azure Machine Learning. Source: Azure REST specification, machinelearningservices. */
const longestModelName = 255;

/**
 * Version of every model in Azure. A model's version must be a number, so the name contains the commit instead.
 * Source: Azure docs, reference-yaml-model.
 */
export const modelVersion = "1";

/** The weights of a commit of a model repository. */
interface Weights {
  readonly id: string;
  readonly revision: string;
  /** Folder, as `weightsPath` returns it. */
  readonly path: string;
}

/** What identifies weights. The end of the folder is part of it if it also contains Python files or adapters. */
function identity({ id, revision, path }: Weights): readonly string[] {
  const plain = plainPath(id, revision);
  const ending = path.startsWith(plain) ? path.slice(plain.length) : "";
  return ending === "" ? [id, revision] : [id, revision, ending];
}

/**
 * Name in Azure of the weights of one commit: `prod-Qwen-Qwen2-5-7B-Instruct-<commit>-<8 hexadecimal digits>`. Azure accepts letters,
 * digits, `-` and `_`. The hash distinguishes stacks and IDs that are identical after other characters are replaced or the name is
 * truncated.
 */
export function modelName(stack: string, weights: Weights): string {
  const { id, revision } = weights;
  const ending = `-${revision}-${digest(canonicalJson([stack, ...identity(weights)]))}`;
  return `${`${stack}-${plainName(id)}`.slice(0, longestModelName - ending.length)}${ending}`;
}

/** Key of a stack's weights in logical names and maps: `Qwen-Qwen2-5-7B-Instruct-<8 hexadecimal digits>`. */
export function modelKey(weights: Weights): string {
  return `${plainName(weights.id)}-${digest(canonicalJson(identity(weights)))}`;
}

function plainName(id: string): string {
  return id.replace(/[^a-zA-Z0-9_-]/g, "-");
}

const trafficWritePrefix = "moor-traffic-";

/** Name of the ARM deployment that writes an endpoint's traffic. */
export function trafficWriteName(endpointName: string): string {
  return `${trafficWritePrefix}${endpointName}`;
}

/**
 * Name of the ARM deployment without resources that records which deployments of an endpoint passed the gate, and how. It isn't the name of
 * a traffic write.
 */
export function gateRecordName(endpointName: string): string {
  return `moor-gate-${endpointName}`;
}

/** The endpoint whose traffic an ARM deployment of this name writes; undefined if it doesn't write traffic. */
export function endpointOfTrafficWrite(deploymentName: string): string | undefined {
  return deploymentName.startsWith(trafficWritePrefix) ? deploymentName.slice(trafficWritePrefix.length) : undefined;
}
