/** Ways out of the network and into it that are rarely used. */
import { addition, type Case, change } from "./case";

const stack = { resourceGroupName: "moor-prod-swedencentral" };
const zone = { ...stack, privateZoneName: "privatelink.blob.core.windows.net", relativeRecordSetName: "added", ttl: 60 };
const connection = (isSharedToAll: boolean) => ({
  properties: { category: "AzureBlob", authType: "AAD", isSharedToAll, target: "https://{platform-storage:name}.blob.core.windows.net" },
});
const route = (nextHopIpAddress: string) => ({
  routes: [{ name: "all", addressPrefix: "0.0.0.0/0", nextHopType: "VirtualAppliance", nextHopIpAddress }],
});

export const wayCases: readonly Case[] = [
  change(
    "metrics to a host without a scheme",
    "MOOR421",
    "fraud-main-*-deployment",
    "properties.environmentVariables.STATSD_HOST",
    ["metrics.example.com", "127.0.0.1"],
    "properties.environmentVariables.STATSD_HOST",
  ),
  change(
    "a cache on the internet",
    "MOOR421",
    "fraud-main-*-deployment",
    "properties.environmentVariables.CACHE",
    ["cache.example.com:6380", "model.bin"],
    "properties.environmentVariables.CACHE",
  ),
  change(
    "public addresses of a storage account over the internet",
    "MOOR440",
    "platform-storage",
    "routingPreference",
    [{ publishInternetEndpoints: true }, { publishInternetEndpoints: false }],
    "properties.routingPreference.publishInternetEndpoints",
  ),
  change("names that fall back to public addresses", "MOOR456", "network-privatelink.blob.core.windows.net-link", "resolutionPolicy", [
    "NxDomainRedirect",
    "Default",
  ]),
  change("an endpoint on Kubernetes", "MOOR470", "chat-endpoint", "kind", ["Kubernetes", "Managed"], "kind"),
  change(
    "a system-assigned identity of the workspace",
    "MOOR472",
    "platform-workspace",
    "identity.type",
    ["SystemAssigned,UserAssigned", "UserAssigned"],
    "identity.type",
  ),
  change(
    "a template on the internet",
    "MOOR417",
    "chat-traffic-write",
    "properties.templateLink",
    [{ uri: "https://example.com/template.json" }, undefined],
    "properties.templateLink.uri",
  ),
  addition("a record that points to the internet", "MOOR456", "privatedns:PrivateRecordSet", "properties.aRecords.0.ipv4Address", [
    { ...zone, recordType: "A", aRecords: [{ ipv4Address: "203.0.113.7" }] },
    { aRecords: [{ ipv4Address: "10.40.0.9" }] },
  ]),
  addition("an alias of a host on the internet", "MOOR456", "privatedns:PrivateRecordSet", "properties.cnameRecord.cname", [
    { ...zone, recordType: "CNAME", cnameRecord: { cname: "files.example.com" } },
    { cnameRecord: { cname: "{platform-storage:name}.privatelink.blob.core.windows.net" } },
  ]),
  addition("a forwarding rule to a public resolver", "MOOR456", "dnsresolver:ForwardingRule", "properties.targetDnsServers.0.ipAddress", [
    { dnsForwardingRulesetName: "r", forwardingRuleName: "f", domainName: "corp.", targetDnsServers: [{ ipAddress: "8.8.8.8", port: 53 }] },
    { targetDnsServers: [{ ipAddress: "10.9.0.4", port: 53 }] },
  ]),
  addition("a route to a public address", "MOOR455", "network:RouteTable", "properties.routes.0.properties.nextHopIpAddress", [
    { routeTableName: "r", location: "swedencentral", ...route("203.0.113.9") },
    route("10.9.0.4"),
  ]),
  addition("a connection for all projects", "MOOR479", "machinelearningservices:WorkspaceConnection", "properties.isSharedToAll", [
    { ...stack, workspaceName: "{platform-workspace:name}", connectionName: "added", ...connection(true) },
    connection(false),
  ]),
  addition(
    "a private link service for another subscription",
    "MOOR449",
    "network:PrivateLinkService",
    "properties.autoApproval.subscriptions.0",
    [
      { serviceName: "added", location: "swedencentral", autoApproval: { subscriptions: ["99999999-9999-4999-8999-999999999999"] } },
      { autoApproval: { subscriptions: [] } },
    ],
  ),
  addition("a model that Azure processes anywhere", "MOOR419", "cognitiveservices:Deployment", "sku.name", [
    { accountName: "a", deploymentName: "d", sku: { name: "GlobalStandard", capacity: 1 } },
    { sku: { name: "Standard", capacity: 1 } },
  ]),
  addition(
    "a collection endpoint with public access",
    "MOOR446",
    "monitor:DataCollectionEndpoint",
    "properties.networkAcls.publicNetworkAccess",
    [
      { dataCollectionEndpointName: "added", location: "swedencentral", networkAcls: { publicNetworkAccess: "Enabled" } },
      { networkAcls: { publicNetworkAccess: "Disabled" } },
    ],
  ),
  addition("captured packets in another region", "MOOR410", "network:PacketCapture", "properties.storageLocation.storageId", [
    {
      ...{ networkWatcherName: "n", packetCaptureName: "p", target: "{network-vnet:id}" },
      storageLocation: { storageId: "{hub}/Microsoft.Storage/storageAccounts/stireland" },
    },
    { storageLocation: { storageId: "{hub}/Microsoft.Storage/storageAccounts/stsweden" } },
  ]),
];
