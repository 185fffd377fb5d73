// Proves how names of Azure's services resolve in a virtual network, with private zones and public aliases. Does not prove custom DNS
// servers, nor that Azure assigns these names: see tests/azure-local/arm/platform.test.ts.
import { resolveName } from "../../../azure-local/arm";

const group = "/subscriptions/s/resourceGroups/rg/providers";
const network = `${group}/Microsoft.Network/virtualNetworks/spoke`;
const zoneId = (name: string) => `${group}/Microsoft.Network/privateDnsZones/${name}`;
const blobZone = zoneId("privatelink.blob.core.windows.net");
const apiZone = zoneId("privatelink.api.azureml.ms");

const account = (endpoints: number) => ({
  id: `${group}/Microsoft.Storage/storageAccounts/st`,
  name: "st",
  type: "Microsoft.Storage/storageAccounts",
  location: "swedencentral",
  properties: { privateEndpointConnections: Array(endpoints).fill({}) },
});
const workspace = {
  id: `${group}/Microsoft.MachineLearningServices/workspaces/mlw`,
  name: "mlw",
  type: "Microsoft.MachineLearningServices/workspaces",
  location: "swedencentral",
  properties: { workspaceId: "guid", storageAccount: account(0).id, managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound" } },
};
const link = (zone: string, more: object = {}, to = network) => ({
  id: `${zone}/virtualNetworkLinks/l`,
  name: "l",
  type: "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
  properties: { virtualNetwork: { id: to.toUpperCase() }, ...more },
});
const record = (zone: string, name: string, address: string) => ({
  id: `${zone}/A/${name}`,
  name,
  type: "Microsoft.Network/privateDnsZones/A",
  properties: { aRecords: [{ ipv4Address: address }] },
});
const host = "st.blob.core.windows.net";
const alias = { from: "public", name: "st.privatelink.blob.core.windows.net" };

test.each<[string, Parameters<typeof resolveName>[0], string, object]>([
  [
    "A resource without a private endpoint has no alias, so a zone does not affect it.",
    [account(0), link(blobZone)],
    host,
    { from: "public", name: host },
  ],
  ["Without a zone the alias is public.", [account(1)], host, alias],
  ["A zone without a record hides the name.", [account(1), link(blobZone)], host, { from: "nowhere" }],
  ["A zone that is linked to another network has no effect.", [account(1), link(blobZone, {}, `${network}2`)], host, alias],
  ["A link can fall back to public DNS.", [account(1), link(blobZone, { resolutionPolicy: "NxDomainRedirect" })], host, alias],
  [
    "A zone's record is the answer.",
    [account(1), link(blobZone), record(blobZone, "st", "10.0.0.4")],
    host,
    { from: "zone", zoneId: blobZone, addresses: ["10.0.0.4"] },
  ],
  ["A managed network has a private endpoint to the workspace's storage account.", [account(0), workspace], host, alias],
  [
    "Inference names have a wildcard.",
    [workspace, link(apiZone), record(apiZone, "*.guid.inference.swedencentral", "10.0.0.7")],
    "chat.guid.inference.swedencentral.api.azureml.ms",
    { from: "zone", zoneId: apiZone, addresses: ["10.0.0.7"] },
  ],
  ["A name without a resource does not exist.", [account(1)], "other.blob.core.windows.net", { from: "nowhere" }],
])("%s", (_, resources, name, answer) => {
  expect(resolveName(resources, network, name)).toEqual(answer);
});
