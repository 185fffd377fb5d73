/** What a deployment serves: the values of its recipe that a review may print. */
import { sameArmId } from "../azure/armId";
import type { RuleResource } from "../rules";
import { at, isOfType } from "../rules/resource";
import { UNKNOWN, type Value } from "../rules/values";
import type { DeploymentView } from "./endpoints";

/** The values that a review may print. A value is undefined if it is unknown or has another form than expected. */
export interface Served {
  /** Hugging Face ID of the model, or its name in Azure. */
  readonly model?: string;
  /** The first 8 digits of the commit of the weights. */
  readonly revision?: string;
  /** `repository@sha256:` and the first 8 digits of the digest. */
  readonly image?: string;
  /** Model name that clients send. */
  readonly servedName?: string;
  /** Values of vLLM's flags, by flag. Only the names are printed. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly size: string;
}

/** The parts of a recipe that affect answers, and the size. */
export type ServedPart = keyof Served;

const environmentType = "Microsoft.MachineLearningServices/workspaces/environments/versions";
const modelType = "Microsoft.MachineLearningServices/workspaces/models/versions";

/**
 * @param key Key of the endpoint.
 * @param resources Resources among which the environment and the model version are looked up.
 */
export function servedBy(key: string, deployment: DeploymentView, resources: readonly RuleResource[]): Served {
  const { resource, instanceType } = deployment;
  const flags = flagsOf(at(resource, "properties.environmentVariables.VLLM_ARGS"));
  const name = flags?.["--served-model-name"];
  return {
    ...weightsOf(deployment, resources),
    ...defined("image", imageOf(key, resource, resources)),
    ...defined("servedName", printable(name, /^[\w./:-]{1,64}$/)),
    ...defined("flags", flags),
    size: instanceType,
  };
}

function weightsOf({ resource }: DeploymentView, resources: readonly RuleResource[]): Pick<Served, "model" | "revision"> {
  const fromHub = printable(at(resource, "properties.environmentVariables.MOOR_MODEL"), modelId);
  if (fromHub !== undefined) return { model: fromHub, ...defined("revision", revisionFlag(resource)) };
  const id = at(resource, "properties.model");
  const version = referenced(
    id,
    resources.filter((one) => isOfType(one, modelType)),
  );
  const uri = version && at(version, "properties.modelUri");
  const staged = typeof uri === "string" ? stagedPath.exec(uri) : null;
  if (staged !== null) return { model: staged[1]!.replace("--", "/"), revision: staged[2]!.slice(0, 8) };
  if (typeof id !== "string") return {};
  const [, name = "", number] = /\/models\/([^/]+)\/versions\/([^/]+)$/i.exec(id) ?? [];
  const model = printable(number === undefined ? undefined : `${name.replace(nameEnding, "")} version ${number}`, /^[\w. -]{1,255}$/);
  return { ...defined("model", model), ...defined("revision", nameEnding.exec(name)?.[1]?.slice(0, 8)) };
}

const modelId = /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/;
/** The end of the folder of staged weights, as `weightsPath` returns it. */
const stagedPath = /\/models\/([\w.-]+)\/([0-9a-f]{40})(?:-code)?$/;
/** The end of a name that `modelName` returns. */
const nameEnding = /-([0-9a-f]{40})-[0-9a-f]{8}$/;

function revisionFlag(resource: RuleResource): string | undefined {
  const flags = flagsOf(at(resource, "properties.environmentVariables.VLLM_ARGS"));
  return printable(flags?.["--revision"], /^[0-9a-f]{40}$/)?.slice(0, 8);
}

/** The resource with an ID. In a preview, the ID of a new resource is unknown: if there is only one new resource, it is that one. */
function referenced(id: Value, all: readonly RuleResource[]): RuleResource | undefined {
  if (typeof id === "string") return all.find((one) => one.id !== undefined && sameArmId(one.id, id));
  const created = all.filter((one) => one.id === undefined);
  return id === UNKNOWN && created.length === 1 ? created[0] : undefined;
}

function imageOf(key: string, resource: RuleResource, resources: readonly RuleResource[]): string | undefined {
  const own = resources.filter((one) => isOfType(one, environmentType) && one.name.startsWith(`${key}-image-`));
  const found = referenced(at(resource, "properties.environmentId"), own);
  const image = found && at(found, "properties.image");
  const [, repository, digest] = /^[^/]+\/([\w./-]+)@sha256:([0-9a-f]{8})/.exec(typeof image === "string" ? image : "") ?? [];
  return repository === undefined ? undefined : `${repository}@sha256:${digest}`;
}

/** Flags of vLLM from the JSON array in VLLM_ARGS: a flag's values are the texts up to the next flag. */
function flagsOf(value: Value): Record<string, string> | undefined {
  if (typeof value !== "string") return undefined;
  const flags: Record<string, string> = {};
  let last: string | undefined;
  for (const text of textsOf(value)) {
    const [, flag, joined] = /^(--[a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(text) ?? [];
    if (flag !== undefined) {
      last = flag;
      flags[flag] = joined ?? "";
    } else if (last !== undefined) flags[last] = flags[last] === "" ? text : `${flags[last]} ${text}`;
  }
  return flags;
}

function textsOf(json: string): string[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
  } catch {
    return [];
  }
}

function printable(value: Value, pattern: RegExp): string | undefined {
  return typeof value === "string" && pattern.test(value) ? value : undefined;
}

function defined<Key extends string, T>(key: Key, value: T | undefined): { readonly [K in Key]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: T });
}

const order = ["model", "revision", "image", "servedName", "flags", "size"] as const satisfies readonly ServedPart[];

/** The parts that differ. An unknown value differs from a known one. */
export function differingParts(before: Served, after: Served): ServedPart[] {
  return order.filter((part) => (part === "flags" ? changedFlags(before, after).length > 0 : before[part] !== after[part]));
}

function changedFlags({ flags: before = {} }: Served, { flags: after = {} }: Served): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !ownParts.has(name));
  return names.filter((name) => before[name] !== after[name]).sort();
}

/** Flags that are parts of their own. */
const ownParts: ReadonlySet<string> = new Set(["--served-model-name", "--revision"]);

/** Flags that the planner derives from the size and the load. They affect speed and capacity, not the model. */
const sizingFlags: ReadonlySet<string> = new Set([
  ...["--tensor-parallel-size", "--gpu-memory-utilization", "--max-num-seqs", "--max-num-batched-tokens"],
]);

/** Whether the same model, image and flags run on another size. */
export function isOnlySizeChange(before: Served, after: Served): boolean {
  const parts = differingParts(before, after).filter((part) => part !== "flags" || affectsModel(before, after));
  return parts.length === 1 && parts[0] === "size";
}

/** Whether a changed flag can affect what the model answers. */
export function affectsModel(before: Served, after: Served): boolean {
  return changedFlags(before, after).some((flag) => !sizingFlags.has(flag));
}

/** The differences as text, for example `model Qwen/Qwen2.5-7B-Instruct to Qwen/Qwen3-8B, flag --max-num-seqs`. */
export function differenceText(before: Served, after: Served): string {
  return differingParts(before, after)
    .map((part) => texts[part](before, after))
    .join(", ");
}

const texts: Readonly<Record<ServedPart, (before: Served, after: Served) => string>> = {
  model: (before, after) => fromTo("model", before.model, after.model),
  revision: (before, after) => fromTo("revision", before.revision, after.revision),
  image: (before, after) => fromTo("image", before.image, after.image),
  servedName: (before, after) => fromTo("model name for clients", before.servedName, after.servedName),
  flags: (before, after) => flagText(changedFlags(before, after)),
  size: (before, after) => fromTo("size", before.size, after.size),
};

function fromTo(what: string, before: string | undefined, after: string | undefined): string {
  return `${what} ${before ?? "unknown"} to ${after ?? "unknown"}`;
}

const shownFlags = 3;

function flagText(flags: readonly string[]): string {
  const more = flags.length - shownFlags;
  const shown = flags.slice(0, shownFlags).join(" ");
  return `${flags.length === 1 ? "flag" : "flags"} ${shown}${more > 0 ? ` and ${more} more` : ""}`;
}

/** What distinguishes two deployments of one label, in a few words. */
export interface Distinction {
  /** For example both models. Undefined if the values are too long. */
  readonly values?: readonly [string, string];
  /** What the new deployment has, for example `new image`. */
  readonly kind: string;
}

/** Undefined if they don't differ in a part that a review prints. */
export function distinction(before: Served, after: Served): Distinction | undefined {
  const differing = differingParts(before, after);
  const part = isOnlySizeChange(before, after) ? "size" : differing[0];
  if (part === undefined) return undefined;
  const { kind, word } = short[part];
  const [was, is] = [word(before), word(after)];
  return was === undefined || is === undefined ? { kind } : { kind, values: [was, is] };
}

interface ShortText {
  readonly kind: string;
  readonly word: (served: Served) => string | undefined;
}

const short: Readonly<Record<ServedPart, ShortText>> = {
  model: { kind: "new model", word: ({ model }) => model?.split("/").at(-1) },
  revision: { kind: "new revision", word: ({ revision }) => revision && `revision ${revision}` },
  image: { kind: "new image", word: ({ image }) => image && `image ${image.split(":").at(-1)}` },
  servedName: { kind: "new model name for clients", word: ({ servedName }) => servedName && `model name ${servedName}` },
  flags: { kind: "new flags", word: () => undefined },
  size: { kind: "new size", word: ({ size }) => size },
};
