import type { JsonObject } from "../json";
import type { Inventory, Resource } from "../model";
import { nameOf, sameId, typeOf } from "../path";
import { regionName } from "../region";

export const PRIVATE_ENDPOINT = "Microsoft.Network/privateEndpoints";
export const REPLICATION = "Microsoft.ContainerRegistry/registries/replications";

interface ServiceConnection {
  readonly name?: string;
  readonly properties?: {
    readonly privateLinkServiceId?: string;
    readonly groupIds?: readonly string[];
    /** What the owner of the target is asked, where the connection is not approved by itself. */
    readonly requestMessage?: string;
  };
}

export interface PrivateEndpointProperties {
  readonly subnet?: { readonly id?: string };
  readonly privateLinkServiceConnections?: readonly ServiceConnection[];
  readonly manualPrivateLinkServiceConnections?: readonly ServiceConnection[];
}

export function connectionsOf(endpoint: { readonly body: { properties?: unknown } }): readonly ServiceConnection[] {
  const properties = (endpoint.body.properties ?? {}) as PrivateEndpointProperties;
  return [...(properties.privateLinkServiceConnections ?? []), ...(properties.manualPrivateLinkServiceConnections ?? [])];
}

function targetIdOf(endpoint: Pick<Resource, "body">): string | undefined {
  return connectionsOf(endpoint)[0]?.properties?.privateLinkServiceId;
}

export function privateEndpointsOf(targetId: string, inventory: Inventory): Resource[] {
  return inventory.all(PRIVATE_ENDPOINT).filter((endpoint) => sameId(targetIdOf(endpoint), targetId));
}

/** What a private link target shows of the private endpoints that point to it. */
export function privateEndpointConnections(target: Resource, inventory: Inventory): JsonObject[] {
  return privateEndpointsOf(target.id, inventory).map((endpoint) => ({
    id: `${target.id}/privateEndpointConnections/${endpoint.name}`,
    name: endpoint.name,
    type: `${target.type}/privateEndpointConnections`,
    properties: {
      privateEndpoint: { id: endpoint.id },
      privateLinkServiceConnectionState: connectionState(endpoint),
      provisioningState: "Succeeded",
    },
  }));
}

/** Source: Azure docs, private-link/private-endpoint-overview (approval workflow): a connection that is asked for by hand waits for the target's owner. */
function connectionState(endpoint: Resource): JsonObject {
  const [asked] = (endpoint.body.properties as PrivateEndpointProperties).manualPrivateLinkServiceConnections ?? [];
  return asked
    ? { status: "Pending", description: asked.properties?.requestMessage ?? "", actionsRequired: "None" }
    : { status: "Approved", description: "Auto-Approved", actionsRequired: "None" };
}

interface GroupRecord {
  /** Name of the A record in its zone, and the public name that leads to it. */
  readonly record: string;
  readonly zone: string;
  readonly fqdn: string;
  /** What of the target has an address of its own; names of one member share its address. */
  readonly member: string;
}

interface WorkspaceOutputs {
  readonly properties: { readonly workspaceId: string };
}

/** @param replicas Other regions that hold a copy of the target. */
type Records = (target: Resource, region: string, replicas: readonly string[]) => readonly GroupRecord[];

/** A storage service and its copy in the paired region, which has a group of its own. */
function storageService(service: string): Readonly<Record<string, Records>> {
  const zone = `privatelink.${service}.core.windows.net`;
  const named = (name: string, member: string) => [{ record: name, zone, fqdn: `${name}.${service}.core.windows.net`, member }];
  const copy = `${service}_secondary`;
  return { [service]: ({ name }) => named(name, service), [copy]: ({ name }) => named(`${name}-secondary`, copy) };
}

/** The registry itself, and its data in each region that it is in. Source: Azure docs, container-registry/container-registry-private-link. */
const registry: Records = (target, home, replicas) => {
  const name = target.name.toLowerCase();
  const hosts = [name, ...[...new Set([home, ...replicas])].map((region) => `${name}.${region}.data`)];
  return hosts.map((record) => ({ record, zone: "privatelink.azurecr.io", fqdn: `${record}.azurecr.io`, member: record }));
};

/** The group ids of each kind of target, and the names that a private endpoint of the group stands for. Source: Azure docs, private-endpoint-dns. */
export const GROUPS: Readonly<Record<string, Readonly<Record<string, Records>>>> = {
  "microsoft.storage/storageaccounts": {
    ...storageService("blob"),
    ...storageService("file"),
    ...storageService("queue"),
    ...storageService("table"),
    ...storageService("web"),
    ...storageService("dfs"),
  },
  "microsoft.keyvault/vaults": {
    vault: ({ name }) => [{ record: name, zone: "privatelink.vaultcore.azure.net", fqdn: `${name}.vault.azure.net`, member: "vault" }],
  },
  "microsoft.containerregistry/registries": {
    registry,
  },
  // Source: Azure docs, machine-learning/how-to-custom-dns: three addresses, for the API, notebooks and inference.
  "microsoft.machinelearningservices/workspaces": {
    amlworkspace: (workspace, region) => {
      const guid = (workspace.outputs as unknown as WorkspaceOutputs).properties.workspaceId;
      const api = "privatelink.api.azureml.ms";
      const notebooks = "privatelink.notebooks.azure.net";
      const notebook = `ml-${workspace.name.toLowerCase()}-${region}-${guid}.${region}`;
      const named = (record: string, member: string) => ({ record, zone: api, fqdn: `${record}.api.azureml.ms`, member });
      return [
        named(`${guid}.workspace.${region}`, "default"),
        named(`${guid}.workspace.${region}.cert`, "default"),
        { record: notebook, zone: notebooks, fqdn: `${notebook}.notebooks.azure.net`, member: "notebook" },
        named(`*.${guid}.inference.${region}`, "inference"),
      ];
    },
  },
};

/** How many addresses a private endpoint takes from its subnet: at least that of its network interface. */
export function addressCount(endpoint: Pick<Resource, "body">, inventory: Inventory): number {
  return Math.max(1, new Set(recordsOf(endpoint, inventory).map(({ member }) => member)).size);
}

/** The names that a private endpoint stands for; none while its target is unknown. */
export function recordsOf(endpoint: Pick<Resource, "body">, inventory: Inventory): readonly GroupRecord[] {
  const target = inventory.get(targetIdOf(endpoint));
  if (!target) return [];
  const groups = GROUPS[typeOf(target.id).toLowerCase()] ?? {};
  const region = regionName(target.body.location);
  const replicas = inventory.children(target.id, REPLICATION).map(({ body }) => regionName(body.location));
  return connectionsOf(endpoint).flatMap((connection) =>
    (connection.properties?.groupIds ?? []).flatMap((group) => groups[group]?.(target, region, replicas) ?? []),
  );
}

export function zoneNameOf(zoneId: string): string {
  return nameOf(zoneId).toLowerCase();
}
