/** Where data is sent, and where models, images and code come from. */
import { addition, type Case, change } from "./case";

const logs = {
  ireland: "{hub}/Microsoft.OperationalInsights/workspaces/logs-ireland",
  sweden: "{hub}/Microsoft.OperationalInsights/workspaces/logs-sweden",
};
const account = {
  ireland: "{hub}/Microsoft.Storage/storageAccounts/stireland",
  sweden: "{hub}/Microsoft.Storage/storageAccounts/stsweden",
};
const actionGroup = {
  germany: "{hub}/Microsoft.Insights/actionGroups/ag-germany",
  sweden: "{hub}/Microsoft.Insights/actionGroups/ag-sweden",
};
const network = {
  ireland: "{hub}/Microsoft.Network/virtualNetworks/vnet-ireland",
  sweden: "{hub}/Microsoft.Network/virtualNetworks/vnet-sweden",
};
/** A host of an Azure service whose name contains the region. */
const host = {
  ireland: "https://hooks.northeurope-01.azurewebsites.net/alerts",
  sweden: "https://hooks.swedencentral-01.azurewebsites.net/alerts",
};

const sinks: readonly Case[] = [
  change("logs sent abroad", "MOOR410", "chat-monitoring-diagnostics", "workspaceId", [logs.ireland, logs.sweden]),
  change("logs of the other endpoint sent abroad", "MOOR410", "fraud-monitoring-diagnostics", "workspaceId", [logs.ireland, logs.sweden]),
  change("logs stored abroad", "MOOR410", "chat-monitoring-diagnostics", "storageAccountId", [account.ireland, account.sweden]),
  change("logs sent to a partner", "MOOR410", "fraud-monitoring-diagnostics", "marketplacePartnerId", [
    "/subscriptions/{subscription}/providers/Microsoft.Datadog/monitors/one",
    undefined,
  ]),
  addition("a second setting that sends logs abroad", "MOOR410", "monitor:DiagnosticSetting", "properties.workspaceId", [
    { name: "copy", resourceUri: account.sweden, logs: [{ categoryGroup: "allLogs", enabled: true }], workspaceId: logs.ireland },
    { workspaceId: logs.sweden },
  ]),
  addition("a setting of the vault that stores logs abroad", "MOOR410", "monitor:DiagnosticSetting", "properties.storageAccountId", [
    {
      name: "copy",
      resourceUri: "{platform-vault:id}",
      logs: [{ categoryGroup: "audit", enabled: true }],
      storageAccountId: account.ireland,
    },
    { storageAccountId: account.sweden },
  ]),
];

const alerts: readonly Case[] = [
  change("a global action group", "MOOR411", "chat-monitoring-emails", "location", ["global", "swedencentral"], "location"),
  change(
    "a webhook on the internet",
    "MOOR420",
    "chat-monitoring-emails",
    "webhookReceivers",
    [[{ name: "hook", serviceUri: "https://hooks.example.com/x" }], [{ name: "hook", serviceUri: host.sweden }]],
    "properties.webhookReceivers.0.serviceUri",
  ),
  change(
    "a webhook in another country",
    "MOOR420",
    "fraud-monitoring-emails",
    "webhookReceivers",
    [[{ name: "hook", serviceUri: host.ireland }], [{ name: "hook", serviceUri: host.sweden }]],
    "properties.webhookReceivers.0.serviceUri",
  ),
  change("text messages", "MOOR420", "chat-monitoring-emails", "smsReceivers", [
    [{ name: "sms", countryCode: "46", phoneNumber: "70000000" }],
    [],
  ]),
  change("calls", "MOOR420", "chat-monitoring-emails", "voiceReceivers", [
    [{ name: "call", countryCode: "46", phoneNumber: "70000000" }],
    [],
  ]),
  change(
    "a workflow on the internet",
    "MOOR420",
    "fraud-monitoring-emails",
    "logicAppReceivers",
    [
      [{ name: "flow", resourceId: `${account.ireland}`, callbackUrl: host.sweden, useCommonAlertSchema: true }],
      [{ name: "flow", resourceId: `${account.sweden}`, callbackUrl: host.sweden, useCommonAlertSchema: true }],
    ],
    "properties.logicAppReceivers.0.resourceId",
  ),
  change(
    "an alert through another action group",
    "MOOR420",
    "chat-monitoring-latency",
    "actions",
    [[{ actionGroupId: actionGroup.germany }], [{ actionGroupId: actionGroup.sweden }]],
    "properties.actions.0.actionGroupId",
  ),
  change(
    "notifications of the autoscale setting",
    "MOOR420",
    "chat-main-*-autoscale-setting",
    "notifications",
    [
      [{ operation: "Scale", webhooks: [{ serviceUri: "https://hooks.example.com/scale", properties: {} }] }],
      [{ operation: "Scale", webhooks: [{ serviceUri: host.sweden, properties: {} }] }],
    ],
    "properties.notifications.0.webhooks.0.serviceUri",
  ),
  addition("events of the registry", "MOOR420", "resources:Resource", "properties.serviceUri", [
    {
      ...{ apiVersion: "2023-07-01", resourceProviderNamespace: "Microsoft.ContainerRegistry", parentResourcePath: "registries/crhub" },
      ...{ resourceType: "webhooks", resourceName: "pushes", location: "swedencentral" },
      properties: { serviceUri: "https://hooks.example.com/push", actions: ["push"] },
    },
    { properties: { serviceUri: host.sweden, actions: ["push"] } },
  ]),
  addition("events of the storage account", "MOOR420", "resources:Resource", "properties.destination.properties.endpointUrl", [
    {
      ...{ apiVersion: "2022-06-15", resourceProviderNamespace: "Microsoft.Storage" },
      ...{
        parentResourcePath: "storageAccounts/stsweden/providers/Microsoft.EventGrid",
        resourceType: "eventSubscriptions",
        resourceName: "blobs",
      },
      properties: { destination: { endpointType: "WebHook", properties: { endpointUrl: "https://hooks.example.com/blobs" } } },
    },
    { properties: { destination: { endpointType: "WebHook", properties: { endpointUrl: host.sweden } } } },
  ]),
];

const connection = (privateLinkServiceId: string) => [{ name: "blob", groupIds: ["blob"], privateLinkServiceId }];
const outbound = (rule: { readonly [key: string]: string | { readonly [key: string]: string | boolean } }) => ({
  ...{ isolationMode: "AllowOnlyApprovedOutbound", firewallSku: "Basic" },
  outboundRules: { added: { category: "UserDefined", ...rule } },
});
const toAccount = (serviceResourceId: string) => ({
  type: "PrivateEndpoint",
  destination: { serviceResourceId, subresourceTarget: "blob", sparkEnabled: false },
});
const toTag = (serviceTag: string) => ({ type: "ServiceTag", destination: { serviceTag, protocol: "TCP", portRanges: "443" } });
const managedNetwork = "properties.managedNetwork.outboundRules.added.destination";

const ways: readonly Case[] = [
  change(
    "a private endpoint of an account abroad",
    "MOOR412",
    "platform-blob-endpoint",
    "privateLinkServiceConnections",
    [connection(account.ireland), connection(account.sweden)],
    "properties.privateLinkServiceConnections.0.properties.privateLinkServiceId",
  ),
  change(
    "a private endpoint by approval of an account abroad",
    "MOOR412",
    "platform-file-endpoint",
    "manualPrivateLinkServiceConnections",
    [connection(account.ireland), connection(account.sweden)],
    "properties.manualPrivateLinkServiceConnections.0.properties.privateLinkServiceId",
  ),
  change(
    "a private endpoint in a network abroad",
    "MOOR412",
    "platform-vault-endpoint",
    "subnet",
    [{ id: `${network.ireland}/subnets/a` }, { id: `${network.sweden}/subnets/a` }],
    "properties.subnet.id",
  ),
  change(
    "outbound traffic to the internet",
    "MOOR413",
    "platform-workspace",
    "managedNetwork",
    [outbound({ type: "FQDN", destination: "*.example.com" }), outbound(toAccount(account.sweden))],
    managedNetwork,
  ),
  change(
    "outbound traffic to an account abroad",
    "MOOR413",
    "platform-workspace",
    "managedNetwork",
    [outbound(toAccount(account.ireland)), outbound(toTag("Storage.SwedenCentral"))],
    `${managedNetwork}.serviceResourceId`,
  ),
  change(
    "outbound traffic to a service abroad",
    "MOOR413",
    "platform-workspace",
    "managedNetwork",
    [outbound(toTag("Storage.WestEurope")), outbound(toTag("Storage.SwedenSouth"))],
    `${managedNetwork}.serviceTag`,
  ),
  addition("an outbound rule to the internet", "MOOR413", "machinelearningservices:ManagedNetworkSettingsRule", "properties.destination", [
    {
      workspaceName: "{platform-workspace:name}",
      ruleName: "added",
      properties: { category: "UserDefined", type: "FQDN", destination: "api.example.com" },
    },
    { properties: { category: "UserDefined", ...toAccount(account.sweden) } },
  ]),
  addition(
    "an outbound rule to the Hugging Face Hub",
    "MOOR425",
    "machinelearningservices:ManagedNetworkSettingsRule",
    "properties.destination",
    [
      {
        workspaceName: "{platform-workspace:name}",
        ruleName: "added",
        properties: { category: "UserDefined", type: "FQDN", destination: "huggingface.co" },
      },
      { properties: { category: "UserDefined", ...toTag("Storage.SwedenCentral") } },
    ],
  ),
  addition(
    "an outbound rule to all storage",
    "MOOR413",
    "machinelearningservices:ManagedNetworkSettingsRule",
    "properties.destination.serviceTag",
    [
      { workspaceName: "{platform-workspace:name}", ruleName: "added", properties: { category: "UserDefined", ...toTag("Storage") } },
      { properties: { category: "UserDefined", ...toTag("Storage.SwedenCentral") } },
    ],
  ),
  addition("a peering with a network abroad", "MOOR422", "resources:Resource", "properties.remoteVirtualNetwork.id", [
    {
      ...{ apiVersion: "2024-05-01", resourceProviderNamespace: "Microsoft.Network", parentResourcePath: "virtualNetworks/vnet-sweden" },
      ...{ resourceType: "virtualNetworkPeerings", resourceName: "to-hub" },
      properties: { remoteVirtualNetwork: { id: network.ireland } },
    },
    { properties: { remoteVirtualNetwork: { id: network.sweden } } },
  ]),
  change(
    "a zone linked to a network abroad",
    "MOOR422",
    "network-privatelink.blob.core.windows.net-link",
    "virtualNetwork.id",
    [network.ireland, network.sweden],
    "properties.virtualNetwork.id",
  ),
];

const origins: readonly Case[] = [
  change(
    "a model of a public registry",
    "MOOR414",
    "chat-main-*-deployment",
    "properties.model",
    ["azureml://registries/azureml/models/Phi-4/versions/7", "azureml:mine:1"],
    "properties.model",
  ),
  change(
    "an environment of a public registry",
    "MOOR414",
    "fraud-main-*-deployment",
    "properties.environmentId",
    ["azureml://registries/azureml/environments/minimal/versions/1", "azureml:mine:1"],
    "properties.environmentId",
  ),
  change(
    "a model on the internet",
    "MOOR417",
    "model-Qwen-Qwen2-5-7B-Instruct-*-version",
    "properties",
    [
      { modelType: "custom_model", modelUri: "https://models.example.com/weights" },
      { modelType: "custom_model", modelUri: "azureml://datastores/workspaceblobstore/paths/weights" },
    ],
    "properties.modelUri",
  ),
  change(
    "a model in another region",
    "MOOR417",
    "model-Qwen-Qwen3-8B-*-version",
    "properties",
    [
      { modelType: "custom_model", modelUri: "azureml://locations/northeurope/workspaces/0/models/m/versions/1" },
      { modelType: "custom_model", modelUri: "azureml://locations/swedencentral/workspaces/0/models/m/versions/1" },
    ],
    "properties.modelUri",
  ),
  change(
    "an image of Docker Hub",
    "MOOR417",
    "chat-image-*-environment",
    "properties.image",
    ["vllm/vllm-openai:latest", "{platform-registry:name}.azurecr.io/moor/vllm:1"],
    "properties.image",
  ),
  change(
    "an image of Microsoft's registry",
    "MOOR417",
    "fraud-image-*-environment",
    "properties.image",
    ["mcr.microsoft.com/azureml/minimal:1", "{platform-registry:name}.azurecr.io/moor/score:1"],
    "properties.image",
  ),
  change(
    "packages of an environment",
    "MOOR417",
    "fraud-image-*-environment",
    "properties.condaFile",
    ["dependencies: [numpy]", undefined],
    "properties.condaFile",
  ),
  change(
    "an image that Azure builds",
    "MOOR417",
    "chat-image-*-environment",
    "properties.build",
    [{ contextUri: "https://github.com/example/image", dockerfilePath: "Dockerfile" }, undefined],
    "properties.build.contextUri",
  ),
  change(
    "telemetry to a collector",
    "MOOR421",
    "chat-main-*-deployment",
    "properties.environmentVariables.OTEL_EXPORTER_OTLP_ENDPOINT",
    ["https://otel.example.com:4317", "http://127.0.0.1:4317"],
    "properties.environmentVariables.OTEL_EXPORTER_OTLP_ENDPOINT",
  ),
  change(
    "a proxy",
    "MOOR421",
    "fraud-main-*-deployment",
    "properties.environmentVariables.HTTPS_PROXY",
    ["http://proxy.example.com:3128", "http://localhost:3128"],
    "properties.environmentVariables.HTTPS_PROXY",
  ),
  change(
    "usage statistics",
    "MOOR421",
    "chat-candidate-*-deployment",
    "properties.environmentVariables.VLLM_NO_USAGE_STATS",
    ["0", "1"],
    "properties.environmentVariables.VLLM_NO_USAGE_STATS",
  ),
  change(
    "the Hub as a source of models",
    "MOOR425",
    "chat-candidate-*-deployment",
    "properties.environmentVariables.HF_HUB_OFFLINE",
    ["0", "1"],
    "properties.environmentVariables.HF_HUB_OFFLINE",
  ),
];

const stores: readonly Case[] = [
  change(
    "traces in a store of their own",
    "MOOR415",
    "platform-app-insights",
    "workspaceResourceId",
    [undefined, logs.sweden],
    "properties.WorkspaceResourceId",
  ),
  change(
    "traces stored abroad",
    "MOOR415",
    "platform-app-insights",
    "workspaceResourceId",
    [logs.ireland, logs.sweden],
    "properties.WorkspaceResourceId",
  ),
  change(
    "traces in two stores",
    "MOOR415",
    "platform-app-insights",
    "ingestionMode",
    ["ApplicationInsightsWithDiagnosticSettings", "LogAnalytics"],
    "properties.IngestionMode",
  ),
  change(
    "addresses of clients in traces",
    "MOOR423",
    "platform-app-insights",
    "disableIpMasking",
    [true, false],
    "properties.DisableIpMasking",
  ),
  change(
    "exports of images",
    "MOOR416",
    "platform-registry",
    "policies",
    [{ exportPolicy: { status: "enabled" } }, { exportPolicy: { status: "disabled" } }],
    "properties.policies.exportPolicy.status",
  ),
  change("a workspace's storage abroad", "MOOR419", "platform-workspace", "storageAccount", [account.ireland, account.sweden]),
  addition("a connection to a model abroad", "MOOR419", "machinelearningservices:WorkspaceConnection", "properties.target", [
    {
      ...{ workspaceName: "{platform-workspace:name}", connectionName: "openai" },
      properties: { authType: "AAD", category: "AzureOpenAI", target: "https://eastus.api.cognitive.microsoft.com/" },
    },
    { properties: { authType: "AAD", category: "AzureOpenAI", target: "https://swedencentral.api.cognitive.microsoft.com/" } },
  ]),
  addition("a datastore abroad", "MOOR419", "machinelearningservices:Datastore", "properties.accountName", [
    {
      ...{ workspaceName: "{platform-workspace:name}", name: "more" },
      properties: { datastoreType: "AzureBlob", accountName: "stireland", containerName: "c", credentials: { credentialsType: "None" } },
    },
    { properties: { datastoreType: "AzureBlob", accountName: "stsweden", containerName: "c", credentials: { credentialsType: "None" } } },
  ]),
  addition("a compute abroad", "MOOR401", "machinelearningservices:Compute", "properties.computeLocation", [
    {
      ...{ workspaceName: "{platform-workspace:name}", computeName: "more", location: "swedencentral" },
      properties: closedCompute("northeurope"),
    },
    { properties: closedCompute("swedencentral") },
  ]),
];

function closedCompute(computeLocation: string) {
  return {
    ...{ computeType: "AmlCompute", computeLocation, disableLocalAuth: true },
    properties: {
      ...{ vmSize: "Standard_DS3_v2", enableNodePublicIp: false, remoteLoginPortPublicAccess: "Disabled", osType: "Linux" },
      scaleSettings: { minNodeCount: 0, maxNodeCount: 1 },
    },
  };
}

export const flowCases: readonly Case[] = [...sinks, ...alerts, ...ways, ...origins, ...stores];
