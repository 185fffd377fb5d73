import type { ArmRequest, ArmResponse } from "./armRequest";
import { AzureError, type ErrorBody } from "./azureError";
import { ROLES } from "./builtInRoles";
import { defaultContainer } from "./dataLocations";
import type { Engine } from "./engine";
import { isObject } from "./json";
import type { Operation } from "./operations";
import { type ArmPath, nameOf, parentIdOf, sameId } from "./path";
import { usages, vmSizesView } from "./quota";
import { stamp } from "./timestamp";
import { propertiesOf } from "./types/managedNetwork";
import { subnetUsages } from "./types/network";
import { view } from "./view";

interface Route {
  readonly request: ArmRequest;
  readonly path: ArmPath;
  readonly engine: Engine;
}

/** Provider paths without a resource: operations, registrations, name checks, deleted resources, usage. */
export function providerRoute(route: Route): ArmResponse | undefined {
  const { request, path } = route;
  const node = path.nodes.at(-1)!;
  const lower = request.path.toLowerCase();
  const operation = /\/providers\/[^/]+\/operations?(status|results)\/([^/]+)$/.exec(lower);
  if (operation && request.method === "GET")
    return operation[1] === "status" ? operationStatus(route, operation[2]!) : operationResult(route, operation[2]!);
  if (/^\/subscriptions\/[^/]+\/providers\/[^/]+$/.test(lower) && request.method === "GET") return registration(route);
  if (lower.endsWith("/checknameavailability") && request.method === "POST") return nameAvailability(route);
  const role = /\/providers\/microsoft\.authorization\/roledefinitions\/([^/]+)$/.exec(lower);
  if (role && request.method === "GET") return roleDefinition(route, role[1]!);
  if (/\/locations\/deletedvaults$/i.test(node.type)) return deletedVault(route, node.name);
  const location = /^\/subscriptions\/([^/]+)\/providers\/microsoft\.machinelearningservices\/locations\/([^/]+)\/(usages|vmsizes)$/.exec(
    lower,
  );
  if (location && request.method === "GET") return sizesAndUsages(route, location[1]!, location[2]!, location[3]!);
  if (/\/virtualnetworks\/[^/]+\/usages$/.test(lower) && request.method === "GET") return networkUsages(route);
  if (/\/workspaces\/[^/]+\/datastores\/workspaceblobstore$/.test(lower) && request.method === "GET") return defaultDatastore(route);
  if (path.trailing?.toLowerCase() === "deletedvaults" && request.method === "GET") {
    return {
      status: 200,
      body: { value: route.engine.inventory.softDeleted("Microsoft.KeyVault/vaults").map((one) => deletedVaultView(one)) },
    };
  }
  // Azure documents no list of soft-deleted workspaces; scripts in use read this one.
  if (lower.endsWith("/providers/microsoft.machinelearningservices/deletedworkspaces") && request.method === "GET") {
    const deleted = route.engine.inventory.softDeleted("Microsoft.MachineLearningServices/workspaces");
    return { status: 200, body: { value: deleted.map(({ id, name, location }) => ({ id, name, location })) } };
  }
  return undefined;
}

function operationStatus({ engine }: Route, id: string): ArmResponse {
  const operation = find(engine, id);
  const body = {
    id: `${operation.resourceId}/operations/${operation.id}`,
    name: operation.id,
    status: operation.status,
    startTime: stamp(operation.startedAt),
    ...(operation.status === "InProgress" ? {} : { endTime: stamp(operation.endsAt!), percentComplete: 100 }),
    ...(operation.status === "Failed" ? { error: operation.failure } : {}),
    ...(operation.status === "Canceled" ? { error: canceled(operation) } : {}),
  };
  return { status: 200, body, headers: operation.status === "InProgress" ? { "Retry-After": String(engine.clock.retryAfter) } : {} };
}

function operationResult({ request, engine }: Route, id: string): ArmResponse {
  const operation = find(engine, id);
  if (operation.status === "InProgress") {
    const location = `${request.origin}${request.path}?${request.query}`;
    return { status: 202, headers: { Location: location, "Retry-After": String(engine.clock.retryAfter) } };
  }
  if (operation.status !== "Succeeded") {
    const { code, message, ...more } = operation.failure ?? canceled(operation);
    // 400 for an import: clients read 409 as an existing tag, and repeat 429.
    throw new AzureError(operation.kind === "importImage" ? 400 : 409, code, message, more);
  }
  if (operation.kind === "importImage") return { status: 200 };
  const resource = engine.store.get(operation.resourceId);
  if (!resource || operation.kind === "delete") return { status: 204 };
  return { status: 200, body: view(resource, engine.catalog.find(resource.type)!, engine.inventory, operation.apiVersion) };
}

function canceled(operation: Operation): ErrorBody {
  return { code: "OperationCanceled", message: `The operation on '${operation.resourceId}' was canceled by another operation.` };
}

function find(engine: Engine, id: string): Operation {
  engine.poll(engine.operations.get(id));
  const operation = engine.operations.get(id);
  if (operation) return operation;
  throw new AzureError(404, "OperationNotFound", `The operation '${id}' could not be found.`);
}

/** The address usage of a network's subnets. Source: Azure REST specification, network: VirtualNetworks_ListUsage. */
function networkUsages({ path, engine }: Route): ArmResponse {
  const { id } = path.nodes.at(-1)!;
  const network = engine.inventory.get(id);
  if (network === undefined) throw new AzureError(404, "ResourceNotFound", `The Resource '${id}' was not found.`);
  return { status: 200, body: { value: subnetUsages(network, engine.inventory) } };
}

/**
 * The datastore that the service creates with each workspace, on the default container of its storage account. Undefined if a request has
 * written it, which is then shown. Source: Azure docs, machine-learning/how-to-identity-based-service-authentication and concept-data.
 */
function defaultDatastore({ path, engine }: Route): ArmResponse | undefined {
  const { id, type } = path.nodes.at(-1)!;
  const workspace = engine.inventory.get(parentIdOf(id));
  const { storageAccount } = workspace === undefined ? {} : propertiesOf(workspace);
  if (!sameId(type, DATASTORE) || workspace === undefined || storageAccount === undefined || engine.store.get(id)) return undefined;
  const properties = {
    datastoreType: "AzureBlob",
    isDefault: true,
    accountName: nameOf(storageAccount),
    containerName: defaultContainer(workspace),
    endpoint: "core.windows.net",
    protocol: "https",
    credentials: { credentialsType: "None" },
    serviceDataAccessAuthIdentity: "WorkspaceSystemAssignedIdentity",
  };
  return { status: 200, body: { id, name: "workspaceblobstore", type: DATASTORE, properties } };
}

const DATASTORE = "Microsoft.MachineLearningServices/workspaces/datastores";

/** Quota usage and VM sizes of a region. */
function sizesAndUsages({ engine }: Route, subscriptionId: string, region: string, what: string): ArmResponse {
  return { status: 200, body: { value: what === "usages" ? usages(subscriptionId, region, engine.inventory) : vmSizesView() } };
}

/** All providers are registered. */
function registration({ path, engine }: Route): ArmResponse {
  const namespace = path.namespace ?? "";
  const types = engine.catalog.types().filter((type) => type.toLowerCase().startsWith(`${namespace.toLowerCase()}/`));
  const resourceTypes = types.map((type) => ({
    resourceType: type.slice(namespace.length + 1),
    apiVersions: engine.catalog.apiVersions(type),
  }));
  return {
    status: 200,
    body: { id: `${path.nodes[0]!.id}/providers/${namespace}`, namespace, registrationState: "Registered", resourceTypes },
  };
}

/** A built-in or custom role by its GUID, which is found at each scope. Undefined if no role has the GUID. */
function roleDefinition({ engine }: Route, guid: string): ArmResponse | undefined {
  const type = "Microsoft.Authorization/roleDefinitions";
  const custom = engine.store.all(type).find((role) => role.name.toLowerCase() === guid);
  if (custom) return { status: 200, body: view(custom, engine.catalog.find(type)!, engine.inventory) };
  const name = Object.entries(ROLES).find(([, id]) => id === guid)?.[0];
  if (!name) return undefined;
  const id = `/providers/Microsoft.Authorization/roleDefinitions/${guid}`;
  return { status: 200, body: { id, name: guid, type, properties: { roleName: name, type: "BuiltInRole", assignableScopes: ["/"] } } };
}

/** Types with globally unique names, by the namespace that checks them. */
const GLOBAL_TYPES: Readonly<Record<string, string>> = {
  "microsoft.keyvault": "Microsoft.KeyVault/vaults",
  "microsoft.storage": "Microsoft.Storage/storageAccounts",
  "microsoft.containerregistry": "Microsoft.ContainerRegistry/registries",
};

function nameAvailability({ request, path, engine }: Route): ArmResponse | undefined {
  const type = GLOBAL_TYPES[path.namespace?.toLowerCase() ?? ""];
  const name = isObject(request.body) ? request.body.name : undefined;
  if (!type) return undefined;
  if (typeof name !== "string")
    throw new AzureError(400, "InvalidRequestContent", "The request content was invalid: 'name' must be a string.");
  const taken = [...engine.store.all(type), ...engine.inventory.softDeleted(type)].some(
    (one) => one.name.toLowerCase() === name.toLowerCase(),
  );
  return {
    status: 200,
    body: taken
      ? { nameAvailable: false, reason: "AlreadyExists", message: `The name '${name}' is already in use.` }
      : { nameAvailable: true },
  };
}

type DeletedVault = ReturnType<Engine["inventory"]["softDeleted"]>[number];

function deletedVault({ request, path, engine }: Route, name: string): ArmResponse {
  const deleted = engine.inventory.softDeleted("Microsoft.KeyVault/vaults").find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!deleted) throw new AzureError(404, "DeletedVaultNotFound", `The specified deleted vault does not exist: '${name}'.`);
  if (request.method === "GET" && path.trailing === undefined) return { status: 200, body: deletedVaultView(deleted) };
  if (request.method !== "POST" || path.trailing?.toLowerCase() !== "purge") {
    throw new AzureError(405, "MethodNotAllowed", "Use GET to read a deleted vault and POST .../purge to purge it.");
  }
  if (deleted.purgeProtected)
    throw new AzureError(
      409,
      "DeletedVaultPurge",
      `Operation "DeletedVaultPurge" is not allowed on the vault '${name}': it is protected from purge.`,
    );
  engine.purge(deleted.id);
  return { status: 200 };
}

function deletedVaultView(deleted: DeletedVault): unknown {
  const { id, name, location, deletedAt, purgeAt, resource } = deleted;
  return {
    id: `${id.split("/resourceGroups/")[0]}/providers/Microsoft.KeyVault/locations/${location}/deletedVaults/${name}`,
    name,
    type: "Microsoft.KeyVault/deletedVaults",
    properties: {
      vaultId: id,
      location,
      tags: resource.body.tags,
      deletionDate: stamp(deletedAt),
      scheduledPurgeDate: stamp(purgeAt),
      purgeProtectionEnabled: deleted.purgeProtected,
    },
  };
}
