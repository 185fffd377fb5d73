/**
 * What the rules look at of each resource type besides the resource itself: child resources, and whether the type has diagnostic settings.
 * API versions are those with the properties that the rules need; they can be newer than azure-native's.
 */

/** A collection below a resource. */
export interface ChildCollection {
  /** Path below the parent's ID, for example `replications`. */
  readonly path: string;
  /** @default - API version of the parent */
  readonly apiVersion?: string;
  readonly children?: readonly ChildCollection[];
  readonly diagnostics?: boolean;
}

/** What is read of a type. */
export interface ObservedType {
  /** @default - the version in azure/resourceTypes.ts, or the newest version that the resource provider has registered */
  readonly apiVersion?: string;
  readonly children?: readonly ChildCollection[];
  /** Scopes with diagnostic settings: the resource itself (`""`) and parts that have no resource of their own in every list. */
  readonly diagnostics?: readonly string[];
  /** Whether other services can subscribe to its events. */
  readonly events?: boolean;
  /** Paths of values that Azure returns and that are secrets. */
  readonly secrets?: readonly string[];
}

const self = [""] as const;

/** By lowercase type. A type that is not in the table is read without child resources; its diagnostic settings are read. */
const observedTypes: Readonly<Record<string, ObservedType>> = {
  "microsoft.resources/resourcegroups": {
    apiVersion: "2024-03-01",
    children: [
      { path: "providers/Microsoft.Authorization/locks", apiVersion: "2020-05-01" },
      { path: "providers/Microsoft.Consumption/budgets", apiVersion: "2024-08-01" },
      { path: "providers/Microsoft.Resources/deployments", apiVersion: "2024-03-01" },
    ],
  },
  "microsoft.machinelearningservices/workspaces": {
    apiVersion: "2025-12-01",
    diagnostics: self,
    events: true,
    children: [
      { path: "outboundRules" },
      { path: "connections" },
      { path: "datastores" },
      { path: "computes" },
      { path: "onlineEndpoints", diagnostics: true, children: [{ path: "deployments" }] },
      { path: "environments", children: [{ path: "versions" }] },
      { path: "models", children: [{ path: "versions" }] },
      { path: "codes", children: [{ path: "versions" }] },
    ],
  },
  // `policies.exportPolicy` since 2023-07-01, `networkRuleBypassAllowedForTasks` since 2025-05-01.
  "microsoft.containerregistry/registries": {
    apiVersion: "2025-11-01",
    diagnostics: self,
    events: true,
    children: [
      { path: "replications" },
      { path: "webhooks" },
      { path: "cacheRules" },
      { path: "scopeMaps" },
      { path: "tokens" },
      { path: "connectedRegistries" },
      { path: "tasks", apiVersion: "2019-06-01-preview" },
      { path: "taskRuns", apiVersion: "2019-06-01-preview" },
    ],
  },
  "microsoft.storage/storageaccounts": {
    apiVersion: "2024-01-01",
    diagnostics: ["", "/blobServices/default", "/fileServices/default", "/queueServices/default", "/tableServices/default"],
    events: true,
    children: [
      { path: "blobServices", children: [{ path: "containers" }] },
      { path: "objectReplicationPolicies" },
      { path: "managementPolicies" },
    ],
  },
  "microsoft.keyvault/vaults": { apiVersion: "2024-11-01", diagnostics: self, events: true, children: [{ path: "secrets" }] },
  // `replication` since 2025-02-01.
  "microsoft.operationalinsights/workspaces": {
    apiVersion: "2025-02-01",
    diagnostics: self,
    children: [
      { path: "dataExports", apiVersion: "2023-09-01" },
      { path: "linkedStorageAccounts", apiVersion: "2023-09-01" },
    ],
  },
  "microsoft.insights/components": { diagnostics: self, secrets: ["properties.ConnectionString", "properties.InstrumentationKey"] },
  "microsoft.insights/actiongroups": { diagnostics: [] },
  "microsoft.insights/metricalerts": { diagnostics: [] },
  "microsoft.insights/scheduledqueryrules": { diagnostics: [] },
  "microsoft.insights/autoscalesettings": { diagnostics: self },
  "microsoft.network/virtualnetworks": { diagnostics: self, children: [{ path: "subnets" }] },
  "microsoft.network/networksecuritygroups": { diagnostics: self },
  "microsoft.network/publicipaddresses": { diagnostics: self },
  "microsoft.network/natgateways": { diagnostics: [] },
  "microsoft.network/privateendpoints": { diagnostics: [], children: [{ path: "privateDnsZoneGroups" }] },
  "microsoft.network/privatednszones": {
    diagnostics: [],
    children: [{ path: "virtualNetworkLinks" }, { path: "A" }],
  },
  // `isolationScope` since 2024-11-30.
  "microsoft.managedidentity/userassignedidentities": {
    apiVersion: "2024-11-30",
    diagnostics: [],
    children: [{ path: "federatedIdentityCredentials" }],
  },
  "microsoft.portal/dashboards": { diagnostics: [] },
  "microsoft.resources/deploymentscripts": { diagnostics: [] },
  "microsoft.containerinstance/containergroups": { diagnostics: self },
};

/** The row of a type. Undefined for a type of which only the resource and its diagnostic settings are read. */
export function observedType(type: string): ObservedType | undefined {
  return observedTypes[type.toLowerCase()];
}
