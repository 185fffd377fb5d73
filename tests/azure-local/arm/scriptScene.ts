import type { Caller, Parsed } from "./client";
import { bodies, grant, paths } from "./platform";

const network = "/resourceGroups/rg/providers/Microsoft.Network";

/** Paths of what a deployment script in a private network needs. */
export const scriptPaths = {
  script: "/resourceGroups/rg/providers/Microsoft.Resources/deploymentScripts/stage",
  subnet: `${paths.network}/subnets/scripts`,
  address: `${network}/publicIPAddresses/out`,
  gateway: `${network}/natGateways/out`,
  account: "/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/scripts01",
  endpoint: `${network}/privateEndpoints/scripts-file`,
  zone: `${network}/privateDnsZones/privatelink.file.core.windows.net`,
  identity: "/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/scripts",
} as const;

export const FILE_CONTRIBUTOR = "69566ab7-960f-475b-8e7c-b3118f30c6bd";
export const FILE_GRANT = "11111111-0000-4000-8000-000000000021";

const REGION = "swedencentral";

/** Valid bodies; `caller` provides the subscription. */
export function scriptBodies(caller: Caller) {
  const id = (below: string) => caller.id(below);
  const delegation = { name: "scripts", properties: { serviceName: "Microsoft.ContainerInstance/containerGroups" } };
  return {
    address: { location: REGION, sku: { name: "Standard" }, properties: { publicIPAllocationMethod: "Static" } },
    gateway: { location: REGION, sku: { name: "Standard" }, properties: { publicIpAddresses: [{ id: id(scriptPaths.address) }] } },
    subnet: {
      properties: {
        addressPrefix: "10.40.1.0/28",
        delegations: [delegation],
        defaultOutboundAccess: false,
        natGateway: { id: id(scriptPaths.gateway) },
      },
    },
    account: {
      location: REGION,
      sku: { name: "Standard_LRS" },
      kind: "StorageV2",
      properties: { publicNetworkAccess: "Disabled", allowSharedKeyAccess: true },
    },
    endpoint: {
      location: REGION,
      properties: {
        subnet: { id: id(paths.subnet) },
        privateLinkServiceConnections: [
          { name: "file", properties: { privateLinkServiceId: id(scriptPaths.account), groupIds: ["file"] } },
        ],
      },
    },
    zone: { location: "global" },
    link: { location: "global", properties: { virtualNetwork: { id: id(paths.network) }, registrationEnabled: false } },
    zoneGroup: { properties: { privateDnsZoneConfigs: [{ name: "file", properties: { privateDnsZoneId: id(scriptPaths.zone) } }] } },
    identity: { location: REGION },
    script: {
      kind: "AzureCLI",
      location: REGION,
      identity: { type: "UserAssigned", userAssignedIdentities: { [id(scriptPaths.identity)]: {} } },
      properties: {
        azCliVersion: "2.52.0",
        retentionInterval: "PT26H",
        timeout: "P1D",
        cleanupPreference: "Always",
        forceUpdateTag: "1",
        scriptContent: "echo staged",
        environmentVariables: [{ name: "MODEL", value: "qwen" }] as { name: string; value?: string; secureValue?: string }[],
        containerSettings: { subnetIds: [{ id: id(scriptPaths.subnet) }] },
        storageAccountSettings: { storageAccountName: "scripts01" },
      },
    },
  };
}

/** Creates the network and the storage account of a script. The group and the network exist. */
export async function buildScriptScene(caller: Caller): Promise<void> {
  const body = scriptBodies(caller);
  for (const name of ["address", "gateway", "subnet", "account", "endpoint", "zone", "identity"] as const)
    await caller.made(scriptPaths[name], body[name]);
  await caller.made(`${scriptPaths.zone}/virtualNetworkLinks/network`, body.link);
  await caller.made(`${scriptPaths.endpoint}/privateDnsZoneGroups/default`, body.zoneGroup);
  const { principalId } = (await caller.get(scriptPaths.identity)).body.properties;
  await caller.made(...grant(caller, scriptPaths.account, FILE_GRANT, FILE_CONTRIBUTOR, principalId));
}

/** Creates the group, the network and what scripts need, without the rest of the platform. */
export async function buildScriptPlatform(caller: Caller): Promise<void> {
  for (const name of ["group", "network"] as const) await caller.made(paths[name], bodies(caller)[name]);
  await buildScriptScene(caller);
}

/** Polls the script until it has ended. */
export async function endedScript(caller: Caller, path: string = scriptPaths.script): Promise<Parsed> {
  for (;;) {
    const { status, body } = await caller.get(path);
    if (status !== 200 || ["Succeeded", "Failed"].includes(body.properties.provisioningState)) return body;
    await new Promise(setImmediate);
  }
}
