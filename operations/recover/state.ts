/** Changes that recover makes to the state of a stack. Pure functions. */
import { stackTag } from "../../planner/tags";
import type { Checkpoint, Properties, StateResource } from "../checkpoint";
import type { Candidate } from "./missing";

/** Adds the candidates to the state. */
export function withCandidates(checkpoint: Checkpoint, candidates: readonly Candidate[]): Checkpoint {
  const { pending_operations: _dropped, resources = [], ...rest } = checkpoint.deployment;
  // A refresh replaces these outputs with Azure's values.
  const added = candidates.map(({ id, resource }) => ({ ...resource, ...(id === undefined ? {} : { id, outputs: resource.inputs }) }));
  return { ...checkpoint, deployment: { ...rest, resources: [...resources, ...added] } };
}

/** The type for arbitrary ARM bodies. Such resources can't be changed in place, and Moor names them by a hash of their contents. */
const untyped = "azure-native:resources:Resource";

const deploymentType = "azure-native:machinelearningservices:OnlineDeployment";

/**
 * Removes Azure's defaults, which a refresh adds to the inputs, from two types of resources. The next `up` would replace an untyped
 * resource and fail because its name exists; because the name is a hash of the contents, the sent inputs are restored. The next `up` would
 * also update a deployment in place, which takes minutes and quota; of its inputs, those that were sent are kept, with Azure's values.
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

/**
 * Removes components that were added as candidates but have no child in Azure. A stack that contains only such components could not be
 * removed.
 */
export function withoutEmptyComponents(checkpoint: Checkpoint, candidates: readonly Candidate[]): Checkpoint {
  const added = new Set(candidates.filter(({ id }) => id === undefined).map(({ urn }) => urn));
  const resources = checkpoint.deployment.resources ?? [];
  const used = new Set(
    resources.flatMap(({ parent, dependencies = [], propertyDependencies = {} }) => [
      ...(parent === undefined ? [] : [parent]),
      ...dependencies,
      ...Object.values(propertyDependencies).flatMap((urns) => urns ?? []),
    ]),
  );
  const remaining = resources.filter(({ urn }) => used.has(urn) || !added.has(urn));
  const next = { ...checkpoint, deployment: { ...checkpoint.deployment, resources: remaining } };
  return remaining.length === resources.length ? checkpoint : withoutEmptyComponents(next, candidates);
}

/** The part of a value whose keys also exist in another value. */
function only(keys: unknown, value: unknown): unknown {
  if (!isMap(keys) || !isMap(value)) return value;
  const shared = Object.entries(value).filter(([key]) => key in keys);
  return Object.fromEntries(shared.map(([key, inner]) => [key, only(keys[key], inner)]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** IDs of the resources that are in `after` but not in `before`. */
export function newResources(before: Checkpoint, after: Checkpoint): string[] {
  const known = new Set((before.deployment.resources ?? []).map(({ urn }) => urn));
  return (after.deployment.resources ?? []).filter(({ urn, custom }) => custom && !known.has(urn)).flatMap(({ id }) => id ?? []);
}

/** The candidates that exist in Azure with the tag of another stack. */
export function foreign(after: Checkpoint, candidates: readonly Candidate[], stack: string): Candidate[] {
  const outputs = new Map((after.deployment.resources ?? []).map((resource) => [resource.urn, resource.outputs]));
  return candidates.filter(({ urn }) => {
    const owner = (outputs.get(urn)?.tags as Record<string, unknown> | undefined)?.[stackTag];
    return owner !== undefined && owner !== stack;
  });
}

/**
 * The state after the repair of deployments in the state Failed. After a refresh, the engine treats them as complete, so `up` would not fix
 * them.
 */
export interface RepairedState {
  readonly checkpoint: Checkpoint;
  /** Names of the deployments that were removed from the state. The next `up` deletes them in Azure and creates them again. */
  readonly recreated: readonly string[];
  /** Names of the deployments that failed in an update and still serve. They are marked, so that the next `up` updates them again. */
  readonly updatedAgain: readonly string[];
}

export function repairFailedDeployments(checkpoint: Checkpoint): RepairedState {
  const resources = checkpoint.deployment.resources ?? [];
  const failed = resources.filter(isFailedDeployment);
  const serving = failed.filter((deployment) => hasTraffic(deployment, resources));
  const gone = failed.filter((deployment) => !serving.includes(deployment));
  const urns = new Set(gone.map(({ urn }) => urn));
  const repaired = resources
    .filter(({ urn }) => !urns.has(urn))
    .map((resource) => withoutDependencies(resource, urns))
    .map((resource) =>
      serving.some(({ urn }) => urn === resource.urn)
        ? { ...resource, initErrors: ["The provisioning state in Azure is Failed."] }
        : resource,
    );
  return {
    checkpoint: { ...checkpoint, deployment: { ...checkpoint.deployment, resources: repaired } },
    recreated: gone.map(azureName),
    updatedAgain: serving.map(azureName),
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

/** Whether the endpoint of a deployment sends requests to it, according to the last refresh. */
function hasTraffic({ id = "" }: StateResource, resources: readonly StateResource[]): boolean {
  const [endpointId, name] = id.toLowerCase().split("/deployments/");
  const endpoint = resources.find((resource) => resource.id?.toLowerCase() === endpointId);
  const { traffic = {} } = (endpoint?.outputs?.properties ?? {}) as { readonly traffic?: Readonly<Record<string, number>> };
  return Object.entries(traffic).some(([deployment, weight]) => deployment.toLowerCase() === name && weight > 0);
}
