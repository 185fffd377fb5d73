import type { JsonObject } from "../json";
import type { Inventory, Resource } from "../model";
import { nameOf, sameId, typeOf } from "../path";
import { regionName } from "../region";

export const PRIVATE_ENDPOINT = "Microsoft.Network/privateEndpoints";

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

function targetIdOf(endpoint: Resource): string | undefined {
  return connectionsOf(endpoint)[0]?.properties?.privateLinkServiceId;
}

/** What a private link target shows of the private endpoints that point to it. */
export function privateEndpointConnections(target: Resource, inventory: Inventory): JsonObject[] {
  return inventory
    .all(PRIVATE_ENDPOINT)
    .filter((endpoint) => sameId(targetIdOf(endpoint), target.id))
    .map((endpoint) => ({
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
}

interface WorkspaceOutputs {
  readonly properties: { readonly workspaceId: string };
}

type Records = (target: Resource, region: string) => readonly GroupRecord[];

/** A storage service and its copy in the paired region, which has a group of its own. */
function storageService(service: string): Readonly<Record<string, Records>> {
  const zone = `privatelink.${service}.core.windows.net`;
  const named = (name: string) => [{ record: name, zone, fqdn: `${name}.${service}.core.windows.net` }];
  return { [service]: ({ name }) => named(name), [`${service}_secondary`]: ({ name }) => named(`${name}-secondary`) };
}

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
    vault: ({ name }) => [{ record: name, zone: "privatelink.vaultcore.azure.net", fqdn: `${name}.vault.azure.net` }],
  },
  "microsoft.containerregistry/registries": {
    registry: ({ name }, region) => [
      { record: name.toLowerCase(), zone: "privatelink.azurecr.io", fqdn: `${name.toLowerCase()}.azurecr.io` },
      {
        record: `${name.toLowerCase()}.${region}.data`,
        zone: "privatelink.azurecr.io",
        fqdn: `${name.toLowerCase()}.${region}.data.azurecr.io`,
      },
    ],
  },
  // Source: Azure docs, machine-learning/how-to-custom-dns.
  "microsoft.machinelearningservices/workspaces": {
    amlworkspace: (workspace, region) => {
      const guid = (workspace.outputs as unknown as WorkspaceOutputs).properties.workspaceId;
      const api = "privatelink.api.azureml.ms";
      const notebooks = "privatelink.notebooks.azure.net";
      const notebook = `ml-${workspace.name.toLowerCase()}-${region}-${guid}.${region}`;
      return [
        { record: `${guid}.workspace.${region}`, zone: api, fqdn: `${guid}.workspace.${region}.api.azureml.ms` },
        { record: `${guid}.workspace.${region}.cert`, zone: api, fqdn: `${guid}.workspace.${region}.cert.api.azureml.ms` },
        { record: notebook, zone: notebooks, fqdn: `${notebook}.notebooks.azure.net` },
        { record: `*.${guid}.inference.${region}`, zone: api, fqdn: `*.${guid}.inference.${region}.api.azureml.ms` },
      ];
    },
  },
};

/** The names that a private endpoint stands for; none while its target is unknown. */
export function recordsOf(endpoint: Resource, inventory: Inventory): readonly GroupRecord[] {
  const target = inventory.get(targetIdOf(endpoint));
  if (!target) return [];
  const groups = GROUPS[typeOf(target.id).toLowerCase()] ?? {};
  const region = regionName(target.body.location);
  return connectionsOf(endpoint).flatMap((connection) =>
    (connection.properties?.groupIds ?? []).flatMap((group) => groups[group]?.(target, region) ?? []),
  );
}

export function zoneNameOf(zoneId: string): string {
  return nameOf(zoneId).toLowerCase();
}
