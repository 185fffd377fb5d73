/** What a deployment serves: the values of its recipe that a review may print. */
import { sameArmId } from "../azure/armId";
import { stackTag } from "../planner/tags";
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
  /** Values of vLLM's flags, by flag. Only the names are printed. Undefined if they are unknown. */
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
 * @param existing Resources before the run. A deployment with an unknown environment or model uses a new one. @default - none
 */
export function servedBy(
  key: string,
  deployment: DeploymentView,
  resources: readonly RuleResource[],
  existing: readonly RuleResource[] = [],
): Served {
  const earlier = new Set(existing.map(({ name }) => name));
  const isNew = ({ name }: RuleResource) => !earlier.has(name);
  const { resource, instanceType } = deployment;
  const flags = flagsOf(at(resource, "properties.environmentVariables.VLLM_ARGS"));
  const name = flags?.["--served-model-name"];
  return {
    ...weightsOf(deployment, resources, isNew),
    ...defined("image", imageOf(key, resource, resources, isNew)),
    ...defined("servedName", printable(name, /^[\w./:-]{1,64}$/)),
    ...defined("flags", flags),
    size: instanceType,
  };
}

function weightsOf({ resource }: DeploymentView, resources: readonly RuleResource[], isNew: IsNew): Pick<Served, "model" | "revision"> {
  const fromHub = printable(at(resource, "properties.environmentVariables.MOOR_MODEL"), modelId);
  if (fromHub !== undefined) return { model: fromHub, ...defined("revision", revisionFlag(resource)) };
  const id = at(resource, "properties.model");
  const version = referenced(
    id,
    resources.filter((one) => isOfType(one, modelType)),
    isNew,
  );
  const uri = version && at(version, "properties.modelUri");
  const staged = typeof uri === "string" ? stagedPath.exec(uri) : null;
  if (staged !== null) return { model: staged[1]!.replace("--", "/"), revision: stagedRevision(staged[2]!, staged[3]) };
  return typeof id === "string" ? namedWeights(id, at(resource, `tags.${stackTag}`)) : {};
}

/** The start of the commit, and the hash of the adapters in the same folder, because a changed adapter changes answers too. */
function stagedRevision(commit: string, adapters: string | undefined): string {
  return `${commit.slice(0, 8)}${adapters === undefined ? "" : ` with adapters ${adapters}`}`;
}

/** The weights of a model version that the preview doesn't contain, from its ID. The names of staged weights contain the commit. */
function namedWeights(id: string, stack: Value): Pick<Served, "model" | "revision"> {
  const [, name = "", version = ""] = /\/models\/([^/]+)\/versions\/([^/]+)$/i.exec(id) ?? [];
  const revision = nameEnding.exec(name)?.[1]?.slice(0, 8);
  const own = typeof stack === "string" && name.startsWith(`${stack}-`) ? name.slice(stack.length + 1) : name;
  const text = revision === undefined ? `${name} version ${version}` : own.replace(nameEnding, "");
  return { ...defined("model", printable(text, /^[\w. -]{1,255}$/)), ...defined("revision", revision) };
}

const modelId = /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/;
/** The end of the folder of staged weights, as `weightsPath` returns it. */
const stagedPath = /\/models\/([\w.-]+)\/([0-9a-f]{40})(?:-code)?(?:-lora-([0-9a-f]{8}))?$/;
/** The end of a name that `modelName` returns. */
const nameEnding = /-([0-9a-f]{40})-[0-9a-f]{8}$/;

function revisionFlag(resource: RuleResource): string | undefined {
  const flags = flagsOf(at(resource, "properties.environmentVariables.VLLM_ARGS"));
  const revision = printable(flags?.["--revision"], /^[\w./-]{1,64}$/);
  return revision?.replace(/^([0-9a-f]{8})[0-9a-f]{32}$/, "$1");
}

type IsNew = (resource: RuleResource) => boolean;

/** The resource with an ID. In a preview, the ID of a new resource is unknown: if there is only one new resource, it is that one. */
function referenced(id: Value, all: readonly RuleResource[], isNew: IsNew): RuleResource | undefined {
  if (typeof id === "string") return all.find((one) => one.id !== undefined && sameArmId(one.id, id));
  const created = all.filter(isNew);
  return id === UNKNOWN && created.length === 1 ? created[0] : undefined;
}

function imageOf(key: string, resource: RuleResource, resources: readonly RuleResource[], isNew: IsNew): string | undefined {
  const own = resources.filter((one) => isOfType(one, environmentType) && one.name.startsWith(`${key}-image-`));
  const found = referenced(at(resource, "properties.environmentId"), own, isNew);
  const image = found && at(found, "properties.image");
  const [, repository, digest] = /^[^/]+\/([\w./-]+)@sha256:([0-9a-f]{8})/.exec(typeof image === "string" ? image : "") ?? [];
  return repository === undefined ? undefined : `${repository}@sha256:${digest}`;
}

/** Flags of vLLM from the JSON array in VLLM_ARGS: a flag's values are the texts up to the next flag. */
function flagsOf(value: Value): Record<string, string> | undefined {
  if (value === undefined) return {};
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
