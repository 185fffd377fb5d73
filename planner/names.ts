/**
 * Names in Azure. A deployment's name carries a hash over everything that alters its answers or its start-up, so a changed recipe is a new
 * deployment beside the old one and never an edit of a serving one.
 */
import { createHash } from "node:crypto";
import { endpointLimits } from "../azure/limits";
import type { DeploymentRecipe, ModelDecision } from "./decision";

/** Characters that the random suffix of an endpoint's name takes, with its hyphen. */
const suffixLength = 1 + 6;
/** Characters that the hash in a deployment's name takes, with its hyphen. */
const hashLength = 1 + 8;

const { min, max } = endpointLimits.nameLength;

/** What endpoint and deployment names may look like: a letter first, no capitals, no hyphen last, and of a length that Azure takes. */
export const physicalNamePattern = new RegExp(`^[a-z](?!.*--)[a-z0-9-]{${min - 2},${max - 2}}[a-z0-9]$`);

/** What a part of a name may look like: a stack, the key of an endpoint, the label of a deployment. */
export const namePartPattern = /^[a-z](-?[a-z0-9])*$/;

/** Text of a value that doesn't depend on the order in which keys were written. Keys without a value are left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
}

/**
 * The first 8 hexadecimal digits of SHA-256 over a recipe. Of a whole decision only the recipe counts: its name, scale rule and reasons
 * don't, nor does whether the weights are staged yet, because none of them alters an answer.
 */
export function recipeHash(recipe: DeploymentRecipe): string {
  const { pattern, instanceType, image, routes, tensorParallelSize, flags, environmentVariables, probes, requestSettings } = recipe;
  const model = recipe.model && { ...recipe.model, staged: undefined };
  const counted = { pattern, instanceType, image, routes, model, tensorParallelSize, flags, environmentVariables, probes, requestSettings };
  return digest(canonicalJson(counted));
}

/** The first 8 hexadecimal digits of SHA-256 over a text. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** A deployment's name in Azure: `<label>-<8 hexadecimal digits>`. */
export function physicalName(label: string, recipe: DeploymentRecipe): string {
  return `${label}-${recipeHash(recipe)}`;
}

/** Length that `<key>-<stack>-<6 characters>`, the name of an endpoint, will have. */
export function endpointNameLength(key: string, stack: string): number {
  return key.length + 1 + stack.length + suffixLength;
}

/** Length that `<label>-<8 hexadecimal digits>`, the name of a deployment, will have. */
export function deploymentNameLength(label: string): number {
  return label.length + hashLength;
}

/**
 * Folder below the workspace's blob datastore that holds the weights of one commit of a model.
 * @param id Hugging Face id, for instance `Qwen/Qwen2.5-7B-Instruct`.
 */
export function weightsPath(id: string, revision: string): string {
  return `models/${id.replace("/", "--")}/${revision}`;
}

/** Longest name of a model in Azure Machine Learning. Source: Azure REST specification, machinelearningservices. */
const longestModelName = 255;

/**
 * Version of every model in Azure: the name already has the commit. A model's version must be a number there, so it can't be the commit.
 * Source: Azure docs, reference-yaml-model.
 */
export const modelVersion = "1";

type Weights = Pick<ModelDecision, "id" | "revision">;

/**
 * Name in Azure of the weights of one commit: `prod-Qwen-Qwen2-5-7B-Instruct-<commit>-<8 hexadecimal digits>`. Azure accepts letters, digits,
 * `-` and `_`; the hash tells weights apart whose stacks and ids read the same in these characters, or are cut to fit.
 */
export function modelName(stack: string, { id, revision }: Weights): string {
  const ending = `-${revision}-${digest(canonicalJson([stack, id, revision]))}`;
  return `${`${stack}-${plainName(id)}`.slice(0, longestModelName - ending.length)}${ending}`;
}

/** Tells the weights of a stack apart, in logical names and maps: `Qwen-Qwen2-5-7B-Instruct-<8 hexadecimal digits>`. */
export function modelKey({ id, revision }: Weights): string {
  return `${plainName(id)}-${digest(canonicalJson([id, revision]))}`;
}

function plainName(id: string): string {
  return id.replace(/[^a-zA-Z0-9_-]/g, "-");
}

const trafficWritePrefix = "moor-traffic-";

/** Name of the ARM deployment that writes an endpoint's traffic. */
export function trafficWriteName(endpointName: string): string {
  return `${trafficWritePrefix}${endpointName}`;
}

/** The endpoint whose traffic an ARM deployment of this name writes; undefined when it writes no endpoint's. */
export function endpointOfTrafficWrite(deploymentName: string): string | undefined {
  return deploymentName.startsWith(trafficWritePrefix) ? deploymentName.slice(trafficWritePrefix.length) : undefined;
}
