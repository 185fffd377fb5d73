/** Resources of a landing zone that meet the requirements of a stack, as Azure returns them. */
import { SUBSCRIPTION } from "./recorder";

export const hub = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers`;

export const hubIds = {
  workspace: `${hub}/Microsoft.MachineLearningServices/workspaces/shared`,
  imageRegistry: `${hub}/Microsoft.ContainerRegistry/registries/central`,
  logs: `${hub}/Microsoft.OperationalInsights/workspaces/logs`,
  storage: `${hub}/Microsoft.Storage/storageAccounts/shared`,
  vault: `${hub}/Microsoft.KeyVault/vaults/shared`,
  network: `${hub}/Microsoft.Network/virtualNetworks/spoke`,
};

/** IDs for a stack file. */
export const adoptedIds = {
  workspace: hubIds.workspace,
  imageRegistry: hubIds.imageRegistry,
  logs: hubIds.logs,
  subnet: `${hubIds.network}/subnets/endpoints`,
};

/** By ID. */
export function soundHub(): Record<string, { readonly id: string; readonly location: string; readonly properties: object }> {
  return Object.fromEntries(Object.entries(bodies()).map(([id, body]) => [id, { id, ...body }]));
}

function bodies(): Record<string, { readonly location: string; readonly properties: object }> {
  const location = "swedencentral";
  return {
    [hubIds.workspace]: {
      location,
      ...{ identity: { principalId: "44444444-4444-4444-8444-444444444444" } },
      properties: {
        storageAccount: hubIds.storage,
        keyVault: hubIds.vault,
        publicNetworkAccess: "Disabled",
        managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound", status: { status: "Active" } },
        v1LegacyMode: false,
      },
    },
    [hubIds.imageRegistry]: {
      location,
      ...{ sku: { name: "Premium" } },
      properties: { loginServer: "central-e7gg.azurecr.io", policies: { exportPolicy: { status: "disabled" } } },
    },
    [hubIds.logs]: { location, properties: {} },
    [hubIds.storage]: { location, ...{ sku: { name: "Standard_LRS" } }, properties: { allowCrossTenantReplication: false } },
    [hubIds.vault]: { location, properties: { enableRbacAuthorization: true, networkAcls: { bypass: "AzureServices" } } },
    [hubIds.network]: { location, properties: {} },
    [adoptedIds.subnet]: { location, properties: { addressPrefix: "10.60.0.0/26", privateEndpointNetworkPolicies: "Disabled" } },
  };
}
