/** A stack's state as `pulumi stack export` shows it, and what it lacks. Pure. */
import { resourceId, resourceType } from "../../azure-local/providers/metadata";
import type { Properties } from "../../azure-local/providers/wire";
import { stackTag } from "../../planner/tags";

/** A resource in the state. */
export interface StateResource {
  readonly urn: string;
  readonly custom: boolean;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Properties;
  readonly outputs?: Properties;
  readonly parent?: string;
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  /** Why its last creation or update is not over; the engine's next run updates it. */
  readonly initErrors?: readonly string[];
}

export interface Checkpoint {
  readonly version: number;
  readonly deployment: {
    readonly resources?: readonly StateResource[];
    /** What an engine had begun when it was killed. */
    readonly pending_operations?: readonly { readonly resource: StateResource; readonly type: string }[];
  };
}

/** A step of `pulumi preview --json`. */
export interface PlannedStep {
  readonly op: string;
  readonly urn: string;
  readonly newState?: StateResource;
}

/** A resource that the state lacks. */
export interface Candidate {
  readonly urn: string;
  /** The id that it has if Azure has it; a component has none. */
  readonly id?: string;
  readonly resource: StateResource;
}

/** What the engine writes in place of a value that it doesn't know yet, and of one that it doesn't show. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const hidden = "[secret]";

/**
 * Everything that may have been created without the state's knowing: begun by the killed engine, or still to be created. Each comes after
 * what it hangs on; what hangs on something that is missing itself is left for the next round.
 */
export function candidatesOf(checkpoint: Checkpoint, steps: readonly PlannedStep[], subscriptionId: string): Candidate[] {
  const { resources = [], pending_operations = [] } = checkpoint.deployment;
  const there = new Set(resources.map(({ urn }) => urn));
  const begun = pending_operations.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  const planned = steps.filter(({ op }) => op === "create").flatMap(({ newState }) => newState ?? []);
  const found: Candidate[] = [];
  // The engine's own notes come first: they have the secrets in them, encrypted, and may be of what the program no longer makes.
  for (const resource of [...begun, ...planned]) {
    const { urn, custom, parent, dependencies = [], provider } = resource;
    const needs = [...dependencies, ...(parent ? [parent] : []), ...(provider ? [provider.slice(0, provider.lastIndexOf("::"))] : [])];
    if (there.has(urn) || !needs.every((need) => there.has(need))) continue;
    const id = custom ? idOf(resource, subscriptionId) : undefined;
    if (custom ? id === undefined : !isPlain(resource)) continue;
    found.push({ urn, ...(id === undefined ? {} : { id }), resource });
    there.add(urn);
  }
  return found;
}

/** The state with the candidates in it. */
export function withCandidates(checkpoint: Checkpoint, candidates: readonly Candidate[]): Checkpoint {
  const { pending_operations: _dropped, resources = [], ...rest } = checkpoint.deployment;
  // A refresh reads what Azure has; what a preview guessed is not it.
  const added = candidates.map(({ id, resource }) => ({ ...resource, ...(id === undefined ? {} : { id, outputs: resource.inputs }) }));
  return { ...checkpoint, deployment: { ...rest, resources: [...resources, ...added] } };
}

/** Resources whose bodies ARM takes as they are: they can't be changed in place, and Moor names them by a hash of what they hold. */
const untyped = "azure-native:resources:Resource";

const deploymentType = "azure-native:machinelearningservices:OnlineDeployment";

/**
 * The state without the service's own defaults, which a refresh puts into inputs, where these would do harm. For an untyped resource the next
 * `up` would replace it, and be refused because one of its name exists: of a name that is a hash, what is there is what was sent. A deployment
 * it would update in place, which takes Azure minutes and quota: it keeps those inputs that were sent, with the values that Azure has.
 */
export function withSentInputs(checkpoint: Checkpoint, candidates: readonly Candidate[]): Checkpoint {
  const sent = new Map(candidates.map(({ urn, resource }) => [urn, resource.inputs]));
  const resources = (checkpoint.deployment.resources ?? []).map((resource) => {
    const inputs = sent.get(resource.urn);
    if (inputs === undefined) return resource;
    if (resource.type === untyped) return { ...resource, inputs };
    return resource.type === deploymentType ? { ...resource, inputs: only(inputs, resource.inputs) as Properties } : resource;
  });
  return { ...checkpoint, deployment: { ...checkpoint.deployment, resources } };
}

/** The state without components that came along as candidates and below which Azure has nothing: a stack of them alone could not be removed. */
export function withoutEmptyComponents(checkpoint: Checkpoint, candidates: readonly Candidate[]): Checkpoint {
  const guessed = new Set(candidates.filter(({ id }) => id === undefined).map(({ urn }) => urn));
  const resources = checkpoint.deployment.resources ?? [];
  const used = new Set(
    resources.flatMap(({ parent, dependencies = [], propertyDependencies = {} }) => [
      ...(parent === undefined ? [] : [parent]),
      ...dependencies,
      ...Object.values(propertyDependencies).flatMap((urns) => urns ?? []),
    ]),
  );
  const kept = resources.filter(({ urn }) => used.has(urn) || !guessed.has(urn));
  const next = { ...checkpoint, deployment: { ...checkpoint.deployment, resources: kept } };
  return kept.length === resources.length ? checkpoint : withoutEmptyComponents(next, candidates);
}

/** What of a value stands under keys that another one has too. */
function only(keys: unknown, value: unknown): unknown {
  if (!isMap(keys) || !isMap(value)) return value;
  const shared = Object.entries(value).filter(([key]) => key in keys);
  return Object.fromEntries(shared.map(([key, inner]) => [key, only(keys[key], inner)]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The ARM id that the inputs describe; none while one of them is unknown, or would be stored as a placeholder. */
function idOf(resource: StateResource, subscriptionId: string): string | undefined {
  const { type, inputs = {} } = resource;
  if (!type.startsWith("azure-native:") || !isPlain(resource)) return undefined;
  return resourceId(resourceType(type), inputs, subscriptionId);
}

function isPlain({ inputs = {} }: StateResource): boolean {
  const text = JSON.stringify(inputs);
  return !text.includes(unknown) && !text.includes(hidden);
}

/** Subscription of the stack: that of any resource it has, or the environment's. */
export function subscriptionOf({ deployment }: Checkpoint, environment: NodeJS.ProcessEnv): string {
  const ids = (deployment.resources ?? []).map(({ id = "" }) => /^\/subscriptions\/([^/]+)\//.exec(id)?.[1]);
  const found = ids.find((id) => id !== undefined) ?? environment.ARM_SUBSCRIPTION_ID;
  if (found !== undefined) return found;
  throw new Error("The state names no subscription: set ARM_SUBSCRIPTION_ID to the stack's and run the command again.");
}

/** Ids of resources that are in `after` and were not in `before`. */
export function newResources(before: Checkpoint, after: Checkpoint): string[] {
  const known = new Set((before.deployment.resources ?? []).map(({ urn }) => urn));
  return (after.deployment.resources ?? []).filter(({ urn, custom }) => custom && !known.has(urn)).flatMap(({ id }) => id ?? []);
}

/** Those of the candidates that Azure has, but with the tag of another stack. */
export function foreign(after: Checkpoint, candidates: readonly Candidate[], stack: string): Candidate[] {
  const outputs = new Map((after.deployment.resources ?? []).map((resource) => [resource.urn, resource.outputs]));
  return candidates.filter(({ urn }) => {
    const owner = (outputs.get(urn)?.tags as Record<string, unknown> | undefined)?.[stackTag];
    return owner !== undefined && owner !== stack;
  });
}

/** Deployments that Azure shows as Failed: a refresh makes the engine take them for finished, and the next `up` would leave them so. */
export interface Mended {
  readonly checkpoint: Checkpoint;
  /** Names of those taken out of the state: the next `up` creates them, and removes what is left of them in Azure before. */
  readonly anew: readonly string[];
  /** Names of those that have failed in an update and serve on: they are marked, so that the next `up` updates them again. */
  readonly again: readonly string[];
}

export function mendFailed(checkpoint: Checkpoint): Mended {
  const resources = checkpoint.deployment.resources ?? [];
  const failed = resources.filter(isFailedDeployment);
  const serving = failed.filter((deployment) => hasShare(deployment, resources));
  const gone = failed.filter((deployment) => !serving.includes(deployment));
  const urns = new Set(gone.map(({ urn }) => urn));
  const mended = resources
    .filter(({ urn }) => !urns.has(urn))
    .map((resource) => withoutDependencies(resource, urns))
    .map((resource) =>
      serving.some(({ urn }) => urn === resource.urn) ? { ...resource, initErrors: ["Azure shows it as Failed."] } : resource,
    );
  return {
    checkpoint: { ...checkpoint, deployment: { ...checkpoint.deployment, resources: mended } },
    anew: gone.map(azureName),
    again: serving.map(azureName),
  };
}

function withoutDependencies(resource: StateResource, gone: ReadonlySet<string>): StateResource {
  const there = (urns: readonly string[]) => urns.filter((urn) => !gone.has(urn));
  const { dependencies, propertyDependencies } = resource;
  return {
    ...resource,
    ...(dependencies === undefined ? {} : { dependencies: there(dependencies) }),
    ...(propertyDependencies === undefined
      ? {}
      : {
          propertyDependencies: Object.fromEntries(
            Object.entries(propertyDependencies).map(([key, urns]) => [key, urns === null ? null : there(urns)]),
          ),
        }),
  };
}

function azureName({ outputs }: StateResource): string {
  return String((outputs as { readonly name?: unknown }).name);
}

function isFailedDeployment({ type, outputs }: StateResource): boolean {
  const { provisioningState } = (outputs?.properties ?? {}) as { readonly provisioningState?: unknown };
  return type === deploymentType && provisioningState === "Failed";
}

/** Whether a deployment's endpoint sends requests to it, by what the last refresh saw. */
function hasShare({ id = "" }: StateResource, resources: readonly StateResource[]): boolean {
  const [endpointId, name] = id.toLowerCase().split("/deployments/");
  const endpoint = resources.find((resource) => resource.id?.toLowerCase() === endpointId);
  const { traffic = {} } = (endpoint?.outputs?.properties ?? {}) as { readonly traffic?: Readonly<Record<string, number>> };
  return Object.entries(traffic).some(([deployment, share]) => deployment.toLowerCase() === name && share > 0);
}
