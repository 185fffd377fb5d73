/** A stack's state after what recover has found: pure changes of a checkpoint. */
import { stackTag } from "../../planner/tags";
import type { Checkpoint, Properties, StateResource } from "../checkpoint";
import type { Candidate } from "./missing";

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
