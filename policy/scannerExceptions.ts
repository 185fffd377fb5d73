/** Rules of scanners and of Azure Policy that the shipped stacks don't follow, each with its reason. tests/scanners proves that the list is exact. */

export interface ScannerException {
  readonly scanner: "checkov" | "PSRule" | "Azure Policy";
  /** ID of the rule. For a built-in policy of Azure, the first part of its ID. */
  readonly id: string;
  readonly title: string;
  /** Logical name of the resource. */
  readonly resource: string;
  /** `residency`: the rule wants data to be copied to another region. `opposed`: it breaks the product. `choice`: the stack file or the owner decides. */
  readonly kind: "residency" | "opposed" | "choice";
  readonly reason: string;
}

const geoRedundancy = "Geo-redundant storage copies weights, code and collected data to the paired region.";
const quarantine = "A quarantined image can't be pulled until a scanner releases it. Deployments would fail, and Moor has no scanner.";
const zones =
  "The shipped stack uses locally redundant storage, because all of its content can be staged again. To use zone-redundant storage, set `moor:platform.storageRedundancy` to ZRS.";

export const scannerExceptions: readonly ScannerException[] = [
  {
    scanner: "checkov",
    id: "CKV_AZURE_206",
    title: "Storage accounts use replication",
    resource: "platform-storage",
    kind: "residency",
    reason: geoRedundancy,
  },
  {
    scanner: "checkov",
    id: "CKV_AZURE_166",
    title: "Registry quarantines images",
    resource: "platform-registry",
    kind: "opposed",
    reason: quarantine,
  },
  {
    scanner: "checkov",
    id: "CKV_AZURE_243",
    title: "Workspace has a private endpoint",
    resource: "platform-workspace",
    kind: "opposed",
    reason:
      "The workspace has a private endpoint as a separate resource. The rule checks only for an outbound rule of type PrivateEndpoint in the workspace.",
  },
  {
    scanner: "PSRule",
    id: "AZR-000195",
    title: "Azure.Storage.UseReplication",
    resource: "platform-storage",
    kind: "residency",
    reason: geoRedundancy,
  },
  {
    scanner: "PSRule",
    id: "AZR-000425",
    title: "Azure.Log.Replication",
    resource: "platform-logs",
    kind: "residency",
    reason: "Replication stores and processes all logs in a second region.",
  },
  {
    scanner: "PSRule",
    id: "AZR-000008",
    title: "Azure.ACR.Quarantine",
    resource: "platform-registry",
    kind: "opposed",
    reason: quarantine,
  },
  {
    scanner: "PSRule",
    id: "AZR-000009",
    title: "Azure.ACR.ContentTrust",
    resource: "platform-registry",
    kind: "opposed",
    reason: "Docker content trust is being retired, and images are pulled by digest, which can't change.",
  },
  {
    scanner: "PSRule",
    id: "AZR-000010",
    title: "Azure.ACR.Retention",
    resource: "platform-registry",
    kind: "choice",
    reason:
      "A retention policy deletes untagged manifests, and a rollback needs earlier images. Moor tags its images, so a team can enable the policy.",
  },
  {
    scanner: "PSRule",
    id: "AZR-000310",
    title: "Azure.ACR.SoftDelete",
    resource: "platform-registry",
    kind: "choice",
    reason: "The policy is in preview, and images can be built or imported again.",
  },
  {
    scanner: "Azure Policy",
    id: "bf045164",
    title: "Geo-redundant storage should be enabled for Storage Accounts",
    resource: "platform-storage",
    kind: "residency",
    reason: geoRedundancy,
  },
  {
    scanner: "Azure Policy",
    id: "e413671a",
    title: "Workspaces should use V1LegacyMode",
    resource: "platform-workspace",
    kind: "opposed",
    reason: "Managed online endpoints don't exist in V1 legacy mode. Ask the owner of the assignment for an exemption.",
  },
  {
    scanner: "Azure Policy",
    id: "42781ec6",
    title: "Registries should have ARM audience tokens disabled",
    resource: "platform-registry",
    kind: "opposed",
    reason: "It isn't proved that Azure Machine Learning pulls images without such tokens.",
  },
  {
    scanner: "Azure Policy",
    id: "Deny-Storage-CopyScope",
    title: "Allowed copy scope should be restricted",
    resource: "platform-storage",
    kind: "opposed",
    reason: "Weights are staged from URLs of the Hub, which is in no Microsoft Entra tenant. After staging, a transform can set AAD.",
  },
  {
    scanner: "Azure Policy",
    id: "ba769a63",
    title: "Workspaces should be encrypted with a customer-managed key",
    resource: "platform-workspace",
    kind: "choice",
    reason: "Customer-managed keys aren't supported yet. The residency statement lists who manages the key of each store.",
  },
  {
    scanner: "Azure Policy",
    id: "6fac406b",
    title: "Storage accounts should use customer-managed keys",
    resource: "platform-storage",
    kind: "choice",
    reason: "Customer-managed keys aren't supported yet. The residency statement lists who manages the key of each store.",
  },
  {
    scanner: "Azure Policy",
    id: "5b9159ae",
    title: "Registries should be encrypted with a customer-managed key",
    resource: "platform-registry",
    kind: "choice",
    reason: "Customer-managed keys aren't supported yet. The residency statement lists who manages the key of each store.",
  },
  {
    scanner: "Azure Policy",
    id: "fa298e57",
    title: "Saved queries should be in customer storage",
    resource: "platform-logs",
    kind: "choice",
    reason: "It requires a linked storage account with a customer-managed key.",
  },
  {
    scanner: "Azure Policy",
    id: "bc1b984e",
    title: "Storage accounts should have a SAS policy",
    resource: "platform-storage",
    kind: "choice",
    reason: "Shared keys are disabled, so only user delegation SAS exist, which end after at most seven days.",
  },
  {
    scanner: "Azure Policy",
    id: "85b005b2",
    title: "Storage accounts should be zone redundant",
    resource: "platform-storage",
    kind: "choice",
    reason: zones,
  },
  {
    scanner: "Azure Policy",
    id: "9d2b0a20",
    title: "Registries should be zone redundant",
    resource: "platform-registry",
    kind: "choice",
    reason: "Azure makes registries zone redundant in regions with zones, whatever `zoneRedundancy` shows.",
  },
  {
    scanner: "Azure Policy",
    id: "6c53d030-query",
    title: "Log Analytics should block queries from public networks",
    resource: "platform-logs",
    kind: "choice",
    reason: "The portal and the command line query logs from outside the network. The stack file decides, and `moor:accept` names it.",
  },
  {
    scanner: "Azure Policy",
    id: "1bc02227-query",
    title: "Application Insights should block queries from public networks",
    resource: "platform-app-insights",
    kind: "choice",
    reason: "The portal and the command line query traces from outside the network. The stack file decides, and `moor:accept` names it.",
  },
  {
    scanner: "Azure Policy",
    id: "Deny-Subnet-Without-Udr",
    title: "Subnets should have a route table",
    resource: "network-private-endpoints",
    kind: "choice",
    reason:
      "The subnet contains only private endpoints, which start no connections. A landing zone that requires a route table gives its own subnet.",
  },
];
