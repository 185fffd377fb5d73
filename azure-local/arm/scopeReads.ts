import type { ArmRequest, ArmResponse } from "./armRequest";
import { AzureError } from "./azureError";
import type { Engine } from "./engine";
import { ROLE_ASSIGNMENT } from "./grants";
import type { Resource } from "./model";
import { type ArmPath, isWithin, nameOf, parentIdOf, SUBSCRIPTION, sameId } from "./path";
import { stamp } from "./timestamp";
import { LOG_WORKSPACE } from "./types/monitor";
import { view } from "./view";

/** Reads of a scope that return more than the resources in it. Undefined for other requests. */
export function scopeRead(request: ArmRequest, path: ArmPath, engine: Engine): ArmResponse | undefined {
  if (request.method !== "GET") return undefined;
  const boundary = /\/providers\/microsoft\.resources\/databoundaries\/([^/]+)$/i.exec(request.path);
  if (boundary) return dataBoundary(request, boundary[1]!);
  if (sameId(path.collectionType, ROLE_ASSIGNMENT)) return roleAssignments(request, path, engine);
  if (/^\/subscriptions\/[^/]+\/providers\/microsoft\.operationalinsights\/deletedworkspaces$/i.test(request.path))
    return deletedLogWorkspaces(request, engine);
  return undefined;
}

/**
 * The assignments at a scope, at the scopes above it and, without `atScope()`, in it. Undefined if the scope doesn't exist.
 * Source: Azure REST reference, authorization: Role Assignments - List For Scope; Azure docs, role-based-access-control/role-assignments-list-rest.
 */
function roleAssignments(request: ArmRequest, { nodes }: ArmPath, engine: Engine): ArmResponse | undefined {
  const scope = nodes.at(-1)!;
  if (scope.type !== SUBSCRIPTION && engine.store.get(scope.id) === undefined) return undefined;
  const apiVersion = request.query.get("api-version") ?? "";
  const entry = engine.catalog.entry(ROLE_ASSIGNMENT, apiVersion);
  engine.catalog.checkApiVersion(entry.type, apiVersion);
  const isWanted = roleAssignmentFilter(request.query.get("$filter"), scope.id);
  const found = engine.store.all(ROLE_ASSIGNMENT).filter(isWanted);
  return { status: 200, body: { value: found.map((one) => view(one, entry, engine.inventory, apiVersion)) } };
}

function roleAssignmentFilter(filter: string | null, scopeId: string): (assignment: Resource) => boolean {
  const isAtOrAbove = ({ id }: Resource) => isWithin(scopeId, parentIdOf(id));
  const isRelated = (one: Resource) => isAtOrAbove(one) || isWithin(one.id, scopeId);
  if (!filter) return isRelated;
  if (/^atScope\(\)$/i.test(filter)) return isAtOrAbove;
  const principal = /^principalId eq '([^']+)'$/i.exec(filter)?.[1];
  if (principal === undefined) throw new AzureError(400, "InvalidFilter", `The filter '${filter}' is not supported by role assignments.`);
  return (one) => isRelated(one) && sameId((one.body.properties as { principalId?: string }).principalId, principal);
}

/** The data boundary of a tenant that has none. Source: Azure docs, azure-resource-manager/management/manage-data-boundary. */
function dataBoundary({ path, query }: ArmRequest, name: string): ArmResponse {
  if (query.get("api-version") !== "2024-08-01")
    throw new AzureError(400, "NoRegisteredProviderFound", "Data boundaries are supported at the api-version 2024-08-01.");
  if (name.toLowerCase() !== "default") throw new AzureError(404, "ResourceNotFound", `The data boundary '${name}' was not found.`);
  const properties = { dataBoundary: "NotDefined", provisioningState: "Succeeded" };
  return { status: 200, body: { id: path, name: "default", type: "Microsoft.Resources/dataBoundaries", properties } };
}

/** Source: Azure REST reference, loganalytics: Deleted Workspaces - List. */
function deletedLogWorkspaces({ query }: ArmRequest, engine: Engine): ArmResponse {
  engine.catalog.checkApiVersion(LOG_WORKSPACE, query.get("api-version") ?? undefined);
  const value = engine.inventory.softDeleted(LOG_WORKSPACE).map(({ id, location, deletedAt, resource }) => ({
    id,
    name: nameOf(id),
    type: LOG_WORKSPACE,
    location,
    tags: resource.body.tags,
    properties: { ...resource.body.properties, modifiedDate: stamp(deletedAt) },
  }));
  return { status: 200, body: { value } };
}
