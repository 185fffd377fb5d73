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
    /** Message to the owner of the target if the connection requires manual approval. */
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

/** The private endpoint connections in the response for a private link target. */
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

/** Source: Azure docs, private-link/private-endpoint-overview (approval workflow): a manual connection is pending until the target's owner approves it. */
function connectionState(endpoint: Resource): JsonObject {
  const [manual] = (endpoint.body.properties as PrivateEndpointProperties).manualPrivateLinkServiceConnections ?? [];
  return manual
    ? { status: "Pending", description: manual.properties?.requestMessage ?? "", actionsRequired: "None" }
    : { status: "Approved", description: "Auto-Approved", actionsRequired: "None" };
}

interface GroupRecord {
  /** Name of the A record in its zone, and the public name that resolves to it. */
  readonly record: string;
  readonly zone: string;
  readonly fqdn: string;
  /** The part of the target with this address. All names of one member have the same address. */
  readonly member: string;
}

interface WorkspaceOutputs {
  readonly properties: { readonly workspaceId: string };
}

/** @param replicas Other regions with a replica of the target. */
type Records = (target: Resource, region: string, replicas: readonly string[]) => readonly GroupRecord[];

/** A storage service and its secondary in the paired region, which has a separate group. */
function storageService(service: string): Readonly<Record<string, Records>> {
  const zone = `privatelink.${service}.core.windows.net`;
  const named = (name: string, member: string) => [{ record: name, zone, fqdn: `${name}.${service}.core.windows.net`, member }];
  const copy = `${service}_secondary`;
  return { [service]: ({ name }) => named(name, service), [copy]: ({ name }) => named(`${name}-secondary`, copy) };
}

/** The registry's login server, and its data endpoint in each region. Source: Azure docs, container-registry/container-registry-private-link. */
const registry: Records = (target, home, replicas) => {
  const name = target.name.toLowerCase();
  const hosts = [name, ...[...new Set([home, ...replicas])].map((region) => `${name}.${region}.data`)];
  return hosts.map((record) => ({ record, zone: "privatelink.azurecr.io", fqdn: `${record}.azurecr.io`, member: record }));
};

/** Group IDs by target type, and the DNS records of a private endpoint with that group. Source: Azure docs, private-endpoint-dns. */
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

/** Number of addresses of a private endpoint: at least the one of its network interface. */
export function addressCount(endpoint: Pick<Resource, "body">, inventory: Inventory): number {
  return Math.max(1, new Set(recordsOf(endpoint, inventory).map(({ member }) => member)).size);
}

/** DNS records of a private endpoint. Empty if its target doesn't exist. */
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
