/** Resources for the tests of one-way doors. */
import type { Body, RuleResource } from "../../../rules";

export const group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/moor/providers";

/** ARM type and name of each kind of resource in the tests. */
const kinds = {
  workspace: ["Microsoft.MachineLearningServices/workspaces", "Microsoft.MachineLearningServices/workspaces/mlw-1"],
  endpoint: [
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
    "Microsoft.MachineLearningServices/workspaces/mlw-1/onlineEndpoints/chat-1",
  ],
  deployment: [
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments",
    "Microsoft.MachineLearningServices/workspaces/mlw-1/onlineEndpoints/chat-1/deployments/main-1",
  ],
  environment: [
    "Microsoft.MachineLearningServices/workspaces/environments/versions",
    "Microsoft.MachineLearningServices/workspaces/mlw-1/environments/chat/versions/1",
  ],
  model: [
    "Microsoft.MachineLearningServices/workspaces/models/versions",
    "Microsoft.MachineLearningServices/workspaces/mlw-1/models/chat/versions/1",
  ],
  code: [
    "Microsoft.MachineLearningServices/workspaces/codes/versions",
    "Microsoft.MachineLearningServices/workspaces/mlw-1/codes/chat/versions/1",
  ],
  storage: ["Microsoft.Storage/storageAccounts", "Microsoft.Storage/storageAccounts/st1"],
  blobs: ["Microsoft.Storage/storageAccounts/blobServices", "Microsoft.Storage/storageAccounts/st1/blobServices/default"],
  container: [
    "Microsoft.Storage/storageAccounts/blobServices/containers",
    "Microsoft.Storage/storageAccounts/st1/blobServices/default/containers/models",
  ],
  vault: ["Microsoft.KeyVault/vaults", "Microsoft.KeyVault/vaults/kv-1"],
  registry: ["Microsoft.ContainerRegistry/registries", "Microsoft.ContainerRegistry/registries/acr1"],
  logs: ["Microsoft.OperationalInsights/workspaces", "Microsoft.OperationalInsights/workspaces/log-1"],
  table: ["Microsoft.OperationalInsights/workspaces/tables", "Microsoft.OperationalInsights/workspaces/log-1/tables/AppTraces"],
  insights: ["Microsoft.Insights/components", "Microsoft.Insights/components/appi-1"],
  role: ["Microsoft.Authorization/roleAssignments", "Microsoft.Authorization/roleAssignments/11111111-0000-0000-0000-000000000000"],
  alert: ["Microsoft.Insights/metricAlerts", "Microsoft.Insights/metricAlerts/failures"],
} as const satisfies Readonly<Record<string, readonly [type: string, path: string]>>;

export type Kind = keyof typeof kinds;

export function resourceOf(kind: Kind, body: Body = {}, changes: Partial<RuleResource> = {}): RuleResource {
  const [type, path] = kinds[kind];
  return { name: `moor-${kind}`, type, id: `${group}/${path}`, body, from: "planned", ...changes };
}

/** A body with one value at a path. */
export function bodyAt(path: string, value: Body[string]): Body {
  const [key, ...rest] = path.split(".");
  return { [key!]: rest.length === 0 ? value : bodyAt(rest.join("."), value) };
}
