/** Codes of the rules for places. */
import type { FindingKind } from "../kind";

const managedNetwork = "Azure docs, machine-learning/how-to-managed-network (2025-05-23)";
const diagnosticSettings = "Azure docs, azure-monitor/platform/diagnostic-settings (2026-03-31)";
const redundancy = "Azure docs, storage/common/storage-redundancy (2023-07-17)";
const actionGroups = "Azure docs, azure-monitor/alerts/action-groups (2026-07-21)";

export const placeCodes = {
  MOOR401: {
    title: "Resource outside the residency",
    remedy: "Create the resource in a region of the residency.",
    kind: "place",
    source: "Azure docs, azure-resource-manager/management/overview (2023-09-27)",
  },
  MOOR402: {
    title: "Key Vault copied outside the residency",
    remedy: "Add the region of the copy to `moor:residency`, or accept the copy in `moor:accept`.",
    kind: "platform",
    source: "Azure docs, key-vault/general/backup (2026-04-20)",
  },
  MOOR403: {
    title: "Container registry possibly copied outside the residency",
    remedy: "Add the region of the copy to `moor:residency`, or accept the copy in `moor:accept`.",
    kind: "platform",
    source: "Azure docs, container-registry/container-registry-storage (2022-10-11)",
  },
  MOOR404: {
    title: "Container registry replicated outside the residency",
    remedy: "Remove the replication, or replicate to a region of the residency.",
    kind: "place",
    source: "Azure docs, container-registry/container-registry-geo-replication (as of 2026-11)",
  },
  MOOR405: {
    title: "Redundancy with a copy in another region",
    remedy: "Use locally redundant or zone-redundant storage, or list the paired region in `moor:residency`.",
    kind: "place",
    source: redundancy,
  },
  MOOR406: {
    title: "Object replication to an account outside the residency",
    remedy: "Remove the object replication policy, or replicate to an account in the residency.",
    kind: "place",
    source: "Azure docs, storage/blobs/object-replication-overview (as of 2026-11)",
  },
  MOOR407: {
    title: "Blobs can be copied to other tenants",
    remedy: "Set `allowCrossTenantReplication` to false.",
    kind: "place",
    source: "Azure docs, storage/blobs/object-replication-prevent-cross-tenant-policies (as of 2026-11)",
  },
  MOOR408: {
    title: "Logs replicated outside the residency",
    remedy: "Disable the replication of the Log Analytics workspace, or replicate to a region of the residency.",
    kind: "place",
    source: "Azure docs, azure-monitor/logs/workspace-replication (as of 2026-11)",
  },
  MOOR409: {
    title: "Logs or traces exported",
    remedy: "Remove the export or the linked store, or use a store in the residency.",
    kind: "place",
    source: "Azure docs, azure-monitor/logs/logs-data-export (2026-02-16)",
  },
  MOOR410: {
    title: "Logs sent outside the residency",
    remedy: "Send logs and metrics to a Log Analytics workspace, a storage account or an event hub in the residency.",
    kind: "place",
    source: diagnosticSettings,
  },
  MOOR411: {
    title: "Global action group",
    remedy: "Create the action group in a region of the residency that supports action groups.",
    kind: "place",
    source: actionGroups,
  },
  MOOR412: {
    title: "Private endpoint outside the residency",
    remedy: "Create the private endpoint, its virtual network and its target in regions of the residency.",
    kind: "place",
    source: "Azure docs, private-link/private-endpoint-overview (as of 2026-11)",
  },
  MOOR413: {
    title: "Deployments can send data outside the residency",
    remedy: "Remove the outbound rule, or use a private endpoint to a resource in the residency.",
    kind: "place",
    source: managedNetwork,
  },
  MOOR414: {
    title: "Asset registry outside the residency",
    remedy: "Copy the asset to the workspace, and use the copy.",
    kind: "place",
    source: "Azure docs, machine-learning/how-to-manage-registries (as of 2026-11)",
  },
  MOOR415: {
    title: "Application Insights outside the stack's Log Analytics workspace",
    remedy: "Set `WorkspaceResourceId` to the stack's Log Analytics workspace.",
    kind: "place",
    source: "Azure docs, azure-monitor/app/create-workspace-resource (as of 2026-11)",
  },
  MOOR416: {
    title: "Images can be exported",
    remedy: "Set `policies.exportPolicy.status` to disabled.",
    kind: "place",
    source: "Azure docs, container-registry/data-loss-prevention (as of 2026-11)",
  },
  MOOR417: {
    title: "Model, image or code from outside the stack",
    remedy: "Stage models in the workspace's storage (`source: mirror`), and publish images in the stack's registry.",
    kind: "place",
    source: "Azure docs, machine-learning/how-to-network-isolation-model-catalog (as of 2026-11)",
  },
  MOOR418: {
    title: "Resource type without a rule",
    remedy: "Check where the resource stores and sends data. The statement lists it as not proved.",
    kind: "place",
    source: "rules/place/types.ts",
  },
  MOOR419: {
    title: "Store or connection outside the residency",
    remedy: "Use a store or a service in a region of the residency.",
    kind: "place",
    source: "Azure docs, machine-learning/concept-data (as of 2026-11)",
  },
  MOOR420: {
    title: "Events or alerts sent outside the residency",
    remedy: "Remove the receiver, or use one in a region of the residency.",
    kind: "place",
    source: actionGroups,
  },
  MOOR421: {
    title: "Container sends data outside the residency",
    remedy: "Remove the setting, or use an address of a resource in the residency.",
    kind: "place",
    source: "vLLM docs, usage_stats (v0.16.0)",
  },
  MOOR422: {
    title: "Virtual network connected outside the residency",
    remedy: "Connect only virtual networks in regions of the residency.",
    kind: "place",
    source: "Azure docs, virtual-network/virtual-network-peering-overview (as of 2026-11)",
  },
  MOOR423: {
    title: "Client IP addresses stored",
    remedy: "Remove `DisableIpMasking`.",
    kind: "place",
    source: "Azure docs, azure-monitor/app/ip-collection (as of 2026-11)",
  },
  MOOR424: {
    title: "Encryption key outside the residency",
    remedy: "Use a key in a vault in a region of the residency.",
    kind: "place",
    source: "Azure docs, storage/common/customer-managed-keys-overview (as of 2026-11)",
  },
  MOOR425: {
    title: "Model weights from the Hugging Face Hub",
    remedy: "Stage models in the workspace's storage (`source: mirror`). Development stacks that download public weights can accept it.",
    kind: "place",
    source: "Azure docs, machine-learning/how-to-network-isolation-model-catalog (as of 2026-11)",
  },
  MOOR430: {
    title: "Global Azure service",
    remedy: "Accept the finding in `moor:accept`. Azure has no setting that confines the service to a region.",
    kind: "platform",
    source: "Azure docs, azure-resource-manager/management/overview (2023-09-27); EU Data Boundary, partial transfers (2026)",
  },
} as const satisfies Record<string, FindingKind>;
