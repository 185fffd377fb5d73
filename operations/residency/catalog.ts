/**
 * What each resource type is for the statement: a store, a flow, settings without content of requests, a global service, or access. A type that
 * isn't in the table is a store that is not proved.
 */

/** A place in which data is stored. */
export interface Store {
  readonly kind: "store";
  /** Completes the row's heading; the name of the resource follows in another column. */
  readonly store: string;
  readonly data: string;
  /** What no property of Azure proves. Source: residency facts; Azure docs of each service. */
  readonly unproved?: string;
  /** Child types that are stored in it, as the last part of their type. */
  readonly parts?: readonly string[];
  /** Automatic copies that Azure makes in the paired region. */
  readonly copies?: "vault" | "registry";
}

/** A resource that sends data to a place, or loads it from there. */
export interface Flow {
  readonly kind: "flow";
  readonly flow: string;
  readonly data: string;
  readonly direction: "in" | "out";
  /** Path patterns of the properties that name the other end; `*` stands for each item. */
  readonly ends: readonly string[];
}

/** Names and settings of the stack, with a region and without contents of requests or models. */
export interface Settings {
  readonly kind: "settings";
  readonly data: string;
}

/** A resource that has no region by design. */
export interface Global {
  readonly kind: "global";
  readonly data: string;
}

/** What a type is. `boundary`: the data boundary of the tenant, which is a setting instead of a resource. */
export type TypeRow = Store | Flow | Settings | Global | { readonly kind: "access" } | { readonly kind: "boundary" };

const ml = "microsoft.machinelearningservices";
const acr = "microsoft.containerregistry/registries";
const storage = "microsoft.storage/storageaccounts";
const logs = "microsoft.operationalinsights/workspaces";

const rows: Readonly<Record<string, TypeRow>> = {
  "microsoft.resources/resourcegroups": {
    kind: "store",
    store: "Resource group",
    data: "Names, settings and tags of its resources; deployment history; locks and budgets",
    unproved: "Azure Resource Manager caches names, tags and properties globally.",
    parts: ["deployments", "locks", "budgets"],
  },
  [`${ml}/workspaces`]: {
    kind: "store",
    store: "Azure Machine Learning workspace",
    data: "Asset and job metadata, environment variables of deployments",
    unproved: "According to Azure's documentation, Microsoft stores the metadata in the region of the workspace. No property shows it.",
    parts: ["environments", "models", "codes", "versions", "datastores", "computes"],
  },
  [`${ml}/workspaces/onlineendpoints`]: {
    kind: "store",
    store: "Endpoint and its instances",
    data: "Prompts and answers in memory; weights and image on instance disks",
    unproved:
      "According to Azure's documentation, instance disks are in the region of the endpoint. No property shows their region or their erasure.",
    parts: ["deployments"],
  },
  [storage]: {
    kind: "store",
    store: "Storage account",
    data: "Model weights, code, collected data, job logs",
    unproved: "Principals with a role on the account can copy data elsewhere.",
    parts: ["blobservices", "containers", "managementpolicies"],
  },
  [acr]: {
    kind: "store",
    store: "Container registry",
    data: "Container images",
    parts: ["tasks", "taskruns", "scopemaps", "tokens"],
    copies: "registry",
  },
  [`${acr}/replications`]: { kind: "store", store: "Registry replica", data: "Container images" },
  "microsoft.keyvault/vaults": {
    kind: "store",
    store: "Key vault",
    data: "Secrets and endpoint keys",
    parts: ["secrets"],
    copies: "vault",
  },
  "microsoft.keyvault/deletedvaults": {
    kind: "store",
    store: "Soft-deleted key vault",
    data: "Secrets and endpoint keys until they are purged",
    copies: "vault",
  },
  [logs]: {
    kind: "store",
    store: "Log Analytics workspace",
    data: "Traffic, console and audit logs; traces",
    unproved: "No property shows where Microsoft stores the diagnostic data of its own service.",
  },
  "microsoft.operationalinsights/deletedworkspaces": {
    kind: "store",
    store: "Soft-deleted Log Analytics workspace",
    data: "Logs until they are purged",
  },
  "microsoft.insights/actiongroups": {
    kind: "store",
    store: "Action group",
    data: "Addresses of the receivers of alerts",
    unproved: "No property shows the route of e-mails after Azure sends them.",
  },
  "microsoft.resources/deploymentscripts": { kind: "store", store: "Deployment script", data: "The script, its log and its outputs" },
  "microsoft.containerinstance/containergroups": {
    kind: "store",
    store: "Container group",
    data: "Weights in transit, logs of the container",
  },
  [`${ml}/registries`]: {
    kind: "store",
    store: "Azure Machine Learning registry",
    data: "Models and environments",
    parts: ["models", "environments", "versions"],
  },
  "microsoft.eventhub/namespaces": { kind: "store", store: "Event hub", data: "Logs until they are read" },

  "microsoft.insights/diagnosticsettings": {
    kind: "flow",
    flow: "Diagnostic setting",
    data: "Logs and metrics",
    direction: "out",
    ends: [
      "properties.workspaceId",
      "properties.storageAccountId",
      "properties.eventHubAuthorizationRuleId",
      "properties.marketplacePartnerId",
    ],
  },
  "microsoft.insights/components": {
    kind: "flow",
    flow: "Application Insights",
    data: "Traces, which the Log Analytics workspace stores",
    direction: "out",
    ends: ["properties.WorkspaceResourceId"],
  },
  [`${ml}/workspaces/outboundrules`]: {
    kind: "flow",
    flow: "Outbound rule of the managed network",
    data: "Outbound requests of deployments",
    direction: "out",
    ends: ["properties.destination.serviceResourceId", "properties.destination.serviceTag", "properties.destination"],
  },
  [`${ml}/workspaces/connections`]: {
    kind: "flow",
    flow: "Connection of the workspace",
    data: "Requests of deployments and jobs",
    direction: "out",
    ends: ["properties.target"],
  },
  "microsoft.network/privateendpoints": {
    kind: "flow",
    flow: "Private endpoint",
    data: "Requests to a service and its answers",
    direction: "in",
    ends: [
      "properties.privateLinkServiceConnections.*.properties.privateLinkServiceId",
      "properties.manualPrivateLinkServiceConnections.*.properties.privateLinkServiceId",
    ],
  },
  [`${logs}/dataexports`]: {
    kind: "flow",
    flow: "Export of logs",
    data: "Logs",
    direction: "out",
    ends: ["properties.destination.resourceId"],
  },
  [`${logs}/linkedstorageaccounts`]: {
    kind: "flow",
    flow: "Linked storage account of the Log Analytics workspace",
    data: "Ingested logs and queries",
    direction: "out",
    ends: ["properties.storageAccountIds.*"],
  },
  [`${storage}/objectreplicationpolicies`]: {
    kind: "flow",
    flow: "Object replication",
    data: "Model weights and other blobs",
    direction: "out",
    ends: ["properties.destinationAccount"],
  },
  [`${acr}/webhooks`]: {
    kind: "flow",
    flow: "Webhook of the registry",
    data: "Names of images",
    direction: "out",
    ends: ["properties.serviceUri"],
  },
  [`${acr}/cacherules`]: {
    kind: "flow",
    flow: "Cache rule of the registry",
    data: "Container images",
    direction: "in",
    ends: ["properties.sourceRepository"],
  },
  [`${acr}/connectedregistries`]: {
    kind: "flow",
    flow: "Connected registry outside Azure",
    data: "Container images",
    direction: "out",
    ends: ["properties.loginServer.host"],
  },
  "microsoft.eventgrid/eventsubscriptions": {
    kind: "flow",
    flow: "Event subscription",
    data: "Names of blobs, images and models",
    direction: "out",
    ends: ["properties.destination.properties.resourceId", "properties.destination.properties.endpointBaseUrl"],
  },

  // Not a resource of Azure: the machine of the run builds the image and pushes it.
  "docker:index/image:image": {
    kind: "flow",
    flow: "Image build on the machine that runs Pulumi",
    data: "Base images and packages",
    direction: "in",
    ends: ["properties.registry"],
  },

  "microsoft.network/virtualnetworks": { kind: "settings", data: "Address ranges" },
  "microsoft.network/networksecuritygroups": { kind: "settings", data: "Network rules" },
  "microsoft.network/natgateways": { kind: "settings", data: "Network settings" },
  "microsoft.network/publicipaddresses": { kind: "settings", data: "An IP address" },
  "microsoft.managedidentity/userassignedidentities": { kind: "settings", data: "Object ID of an identity" },
  "microsoft.insights/autoscalesettings": { kind: "settings", data: "Scaling rules" },
  "microsoft.insights/scheduledqueryrules": { kind: "settings", data: "Log queries" },
  "microsoft.portal/dashboards": { kind: "settings", data: "Charts, whose values are in Azure Monitor" },

  "microsoft.network/privatednszones": { kind: "global", data: "Names and private addresses" },
  "microsoft.insights/metricalerts": { kind: "global", data: "Metric names, thresholds and metric values" },
  "microsoft.insights/activitylogalerts": { kind: "global", data: "Names and operations of resources" },

  "microsoft.authorization/roleassignments": { kind: "access" },
  "microsoft.authorization/roledefinitions": { kind: "access" },
  "microsoft.resources/databoundaries": { kind: "boundary" },
};

/** Types of child resources that belong to the row of their parent, wherever it is. */
const partTypes: ReadonlySet<string> = new Set([
  "microsoft.authorization/locks",
  "microsoft.consumption/budgets",
  "microsoft.resources/deployments",
  "microsoft.network/virtualnetworks/subnets",
  "microsoft.network/privateendpoints/privatednszonegroups",
  "microsoft.network/privatednszones/virtualnetworklinks",
  "microsoft.network/privatednszones/a",
  "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials",
]);

/** The row of a type. Undefined for a child type that belongs to the row of its parent. */
export function rowOfType(type: string): TypeRow | undefined {
  const key = type.toLowerCase();
  const own = rows[key];
  if (own !== undefined) return own;
  if (partTypes.has(key) || hasPart(key)) return undefined;
  return { kind: "store", store: "Resource type without a rule", data: "Unknown" };
}

/** Whether a parent type has the type as a part. */
function hasPart(type: string): boolean {
  const segments = type.split("/");
  for (let length = segments.length - 1; length >= 2; length--) {
    const parent = rows[segments.slice(0, length).join("/")];
    if (parent?.kind === "store" && segments.slice(length).every((part) => parent.parts?.includes(part))) return true;
  }
  return false;
}
