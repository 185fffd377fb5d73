import type { Caller } from "./client";

const REGION = "swedencentral";

/** Paths and bodies of a whole platform, as a stack sends them. */
export const paths = {
  group: "/resourceGroups/rg",
  logs: "/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/logs",
  insights: "/resourceGroups/rg/providers/Microsoft.Insights/components/insights",
  storage: "/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/storage01",
  vault: "/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/vault01",
  registry: "/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/registry01",
  network: "/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/network",
  securityGroup: "/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/endpoints",
  subnet: "/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/network/subnets/endpoints",
  zone: "/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/privatelink.api.azureml.ms",
  identity: "/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/endpoint",
  workspace: "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/workspace",
  endpoint: "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/workspace/onlineEndpoints/chat-dev",
  deployment:
    "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/workspace/onlineEndpoints/chat-dev/deployments/main-1",
  environment: "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/workspace/environments/vllm/versions/1",
  model: "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/workspace/models/qwen/versions/1",
  privateEndpoint: "/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/workspace",
} as const;

const DIGEST = `sha256:${"a".repeat(64)}`;

/** Valid bodies; `caller` provides the subscription. */
export function bodies(caller: Caller) {
  const id = (below: string) => caller.id(below);
  return {
    group: { location: REGION, tags: { stack: "dev" } },
    logs: { location: REGION, properties: {} },
    insights: { location: REGION, kind: "web", properties: { Application_Type: "web", WorkspaceResourceId: id(paths.logs) } },
    storage: {
      location: REGION,
      sku: { name: "Standard_ZRS" },
      kind: "StorageV2",
      properties: { publicNetworkAccess: "Disabled", allowSharedKeyAccess: false },
    },
    vault: {
      location: REGION,
      properties: {
        tenantId: caller.arm.tenantId,
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        networkAcls: { bypass: "AzureServices", defaultAction: "Deny" },
        publicNetworkAccess: "Disabled",
      },
    },
    registry: { location: REGION, sku: { name: "Premium" }, properties: { publicNetworkAccess: "Disabled" } },
    network: {
      location: REGION,
      properties: {
        addressSpace: { addressPrefixes: ["10.40.0.0/22"] },
        subnets: [{ name: "endpoints", properties: { addressPrefix: "10.40.0.0/24" } }],
      },
    },
    securityGroup: { location: REGION },
    zone: { location: "global" },
    identity: { location: REGION },
    workspace: {
      location: REGION,
      identity: { type: "SystemAssigned" },
      properties: {
        storageAccount: id(paths.storage),
        keyVault: id(paths.vault),
        containerRegistry: id(paths.registry),
        applicationInsights: id(paths.insights),
        publicNetworkAccess: "Disabled",
        provisionNetworkNow: true,
        managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound" },
      },
    },
    privateEndpoint: {
      location: REGION,
      properties: {
        subnet: { id: id(paths.subnet) },
        privateLinkServiceConnections: [
          { name: "workspace", properties: { privateLinkServiceId: id(paths.workspace), groupIds: ["amlworkspace"] } },
        ],
      },
    },
    environment: {
      properties: {
        image: `registry01.azurecr.io/vllm@${DIGEST}`,
        inferenceConfig: {
          livenessRoute: { path: "/health", port: 8000 },
          readinessRoute: { path: "/health", port: 8000 },
          scoringRoute: { path: "/", port: 8000 },
        },
      },
    },
    model: { properties: { modelUri: "azureml://datastores/workspaceblobstore/paths/models/qwen", modelType: "custom_model" } },
    endpoint: {
      location: REGION,
      identity: { type: "UserAssigned", userAssignedIdentities: { [id(paths.identity)]: {} } },
      properties: { authMode: "Key", publicNetworkAccess: "Disabled" },
    },
    deployment: {
      location: REGION,
      sku: { name: "Default", capacity: 2 },
      properties: {
        endpointComputeType: "Managed",
        instanceType: "Standard_NC24ads_A100_v4",
        environmentId: id(paths.environment),
        model: id(paths.model),
        requestSettings: { requestTimeout: "PT180S", maxConcurrentRequestsPerInstance: 64 },
      },
    },
  };
}

export type Bodies = ReturnType<typeof bodies>;

export const ROLE_NAMES = {
  pull: "11111111-0000-4000-8000-000000000001",
  read: "11111111-0000-4000-8000-000000000002",
} as const;

/** Path and body of a role assignment. */
export function grant(caller: Caller, scope: string, name: string, role: string, principalId: string): [string, unknown] {
  const roleDefinitionId = `/subscriptions/${caller.arm.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
  return [
    `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
    { properties: { principalId, roleDefinitionId, principalType: "ServicePrincipal" } },
  ];
}

export const ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d";
export const BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";

const BEFORE_ENDPOINT = ["group", "logs", "insights", "storage", "vault", "registry", "network", "zone", "identity"] as const;

/** Creates the platform up to an endpoint with one deployment without traffic. */
export async function buildPlatform(caller: Caller): Promise<void> {
  const body = bodies(caller);
  for (const name of BEFORE_ENDPOINT) await caller.made(paths[name], body[name]);
  await grantEndpoint(caller);
  for (const name of ["workspace", "privateEndpoint", "environment", "model", "endpoint", "deployment"] as const) {
    await caller.made(paths[name], body[name]);
  }
}

export async function grantEndpoint(caller: Caller): Promise<void> {
  const { principalId } = (await caller.get(paths.identity)).body.properties;
  await caller.made(...grant(caller, paths.registry, ROLE_NAMES.pull, ACR_PULL, principalId));
  await caller.made(...grant(caller, paths.storage, ROLE_NAMES.read, BLOB_READER, principalId));
}
