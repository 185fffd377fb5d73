/** Codes of one-way doors: changes that Azure can't undo, or that lose data. */
import type { FindingKind } from "../kind";

/** The meaning of a code of a one-way door. */
export interface DoorKind extends FindingKind {
  readonly kind: "door";
  /** Why the change is one-way, or what is lost. One sentence. */
  readonly lost: string;
  /** What to do instead. One or two sentences. */
  readonly remedy: string;
}

/** Names of the documentation, of which most rows cite several pages. */
const bicep = "bicep-types-az, microsoft.machinelearningservices/2026-05-01 (2026-08-20)";
const managedNetwork = "Azure docs, machine-learning/how-to-managed-network (2025-05-23)";
const softDelete = "Azure docs, key-vault/general/soft-delete-overview (2024-02-20)";

export const doorCodes = {
  MOOR501: {
    title: "Isolation mode of the managed network changed",
    lost: "Azure can't disable the isolation again or make it less strict, and endpoints of a workspace without isolation must be created again.",
    remedy: "Restore the isolation mode. To use another mode, create a second workspace, and move the endpoints to it.",
    kind: "door",
    source: managedNetwork,
  },
  MOOR502: {
    title: "Generation of the managed network changed",
    lost: "Azure can change the managed network from V1 to V2, but not back.",
    remedy: "Restore `managedNetworkKind`. Try V2 in a second workspace first.",
    kind: "door",
    source: bicep,
  },
  MOOR503: {
    title: "SKU of the managed network's firewall changed",
    lost: "Azure creates the firewall with the first FQDN rule, and can't change its SKU while it exists.",
    remedy: "Restore `firewallSku`. To change it, first remove all FQDN rules, which deletes the firewall.",
    kind: "door",
    source: managedNetwork,
  },
  MOOR504: {
    title: "Identity of a workspace changed",
    lost: "A workspace can't go back from a user-assigned identity to only a system-assigned one, and a removed identity loses access to the stores.",
    remedy: "Restore the identity. An additional user-assigned identity is allowed if the primary one stays.",
    kind: "door",
    source: "Azure docs, machine-learning/how-to-identity-based-service-authentication (2025)",
  },
  MOOR505: {
    title: "Identity of an online endpoint changed",
    lost: "Azure can't change the identity of an online endpoint after its creation.",
    remedy: "Restore the identity. To use another one, add a second endpoint, move the callers, then remove the first.",
    kind: "door",
    source: "Azure docs, machine-learning/how-to-access-resources-from-endpoints-managed-identities, limitations (2025)",
  },
  MOOR506: {
    title: "Key Vault or storage account of a workspace changed",
    lost: "Azure can't change them after the creation of the workspace: the endpoint keys and the model files are in them.",
    remedy: "Restore the resource ID. To use other stores, create a second workspace, and move the endpoints to it.",
    kind: "door",
    source: bicep,
  },
  MOOR507: {
    title: "Container registry of a workspace changed",
    lost: "Running deployments pull their images from the previous registry at each start, and environments keep references to it.",
    remedy: "Restore the registry. To use another one, copy the images, create new deployments, then change the workspace.",
    kind: "door",
    source: "Azure docs, machine-learning/how-to-manage-workspace (2025)",
  },
  MOOR508: {
    title: "Application Insights of a workspace changed",
    lost: "Earlier traces stay in the previous component, and Azure doesn't move them.",
    remedy: "Restore the component. To use another one, export the traces or keep the previous component for their retention time.",
    kind: "door",
    source: "Azure docs, machine-learning/how-to-manage-workspace (2025)",
  },
  MOOR509: {
    title: "Encryption of a workspace changed",
    lost: "Azure sets the kind of encryption at creation; later, only another key of the same Key Vault is possible.",
    remedy: "Restore the encryption. To use another Key Vault or kind of key, create a second workspace, and move the endpoints to it.",
    kind: "door",
    source: "Azure docs, machine-learning/concept-customer-managed-keys (2025-01-28)",
  },
  MOOR510: {
    title: "`hbiWorkspace` changed",
    lost: "Azure applies the setting only at the creation of the workspace, so the change has no effect on the diagnostic data that Microsoft collects.",
    remedy: "Restore `hbiWorkspace`. To change it, create a second workspace, and move the endpoints to it.",
    kind: "door",
    source: "Azure docs, machine-learning/concept-data-encryption (2025-02-05)",
  },
  MOOR511: {
    title: "Data isolation of a workspace changed",
    lost: "Azure applies the setting only at the creation of the workspace.",
    remedy: "Restore `enableDataIsolation`. To change it, create a second workspace, and move the endpoints to it.",
    kind: "door",
    source: bicep,
  },
  MOOR512: {
    title: "Infrastructure encryption of a storage account changed",
    lost: "Azure can't enable or disable infrastructure encryption after the creation of the account.",
    remedy: "Restore `requireInfrastructureEncryption`. To change it, create a second account, and copy the data.",
    kind: "door",
    source: "Azure docs, storage/common/infrastructure-encryption-enable (2022-10-19)",
  },
  MOOR513: {
    title: "Redundancy of a storage account changed",
    lost: "A geo-redundant account copies all its data to the paired region, and a conversion between LRS and ZRS can't be canceled and can take days.",
    remedy:
      "Restore the SKU (in a stack file of Moor: `moor:platform.storageRedundancy`). To use ZRS, plan the conversion with the owner of the data.",
    kind: "door",
    source: "Azure docs, storage/common/redundancy-migration (2025-10-10)",
  },
  MOOR514: {
    title: "Hierarchical namespace of a storage account changed",
    lost: "Azure can't disable a hierarchical namespace, and Azure Machine Learning doesn't support it on the workspace's default account.",
    remedy: "Restore `isHnsEnabled`. Use a second account for Data Lake Storage.",
    kind: "door",
    source: "Azure docs, storage/blobs/upgrade-to-data-lake-storage-gen2 (2024)",
  },
  MOOR515: {
    title: "Soft delete or versioning of blobs reduced",
    lost: "Blobs that are deleted or overwritten after the change can be recovered only for a shorter time, or not at all.",
    remedy: "Restore the retention and the versioning.",
    kind: "door",
    source: "Azure docs, storage/blobs/soft-delete-blob-overview (2024)",
  },
  MOOR516: {
    title: "Purge protection of a Key Vault changed",
    lost: "Azure can't disable purge protection, so the name of a deleted vault stays reserved until the retention time ends.",
    remedy: "Restore `enablePurgeProtection`. Use a second vault for another setting.",
    kind: "door",
    source: softDelete,
  },
  MOOR517: {
    title: "Soft delete of a Key Vault changed",
    lost: "Azure can't disable soft delete, and can't change its retention time after the creation of the vault.",
    remedy: "Restore `enableSoftDelete` and `softDeleteRetentionInDays`. Use a second vault for another setting.",
    kind: "door",
    source: softDelete,
  },
  MOOR518: {
    title: "Encryption of a container registry changed",
    lost: "Azure enables a customer-managed key only at the creation of the registry, and can't disable it.",
    remedy: "Restore the encryption. To change it, create a second registry, and import the images.",
    kind: "door",
    source: "Azure docs, container-registry/tutorial-customer-managed-keys (2025)",
  },
  MOOR519: {
    title: "Zone redundancy of a container registry changed",
    lost: "Azure sets zone redundancy when the registry is created, and can't disable it later.",
    remedy: "Restore `zoneRedundancy`. To change it, create a second registry, and import the images.",
    kind: "door",
    source: "Azure docs, container-registry/zone-redundancy (2022-10-11); reliability-container-registry (2025-08-22)",
  },
  MOOR520: {
    title: "Automatic deletion of images enabled or accelerated",
    lost: "The registry deletes untagged images permanently, although deployments pull their images by digest.",
    remedy: "Disable the retention policy for untagged images, or tag all images that deployments use before you enable it.",
    kind: "door",
    source: "Azure docs, container-registry/container-registry-retention-policy (2025)",
  },
  MOOR521: {
    title: "Retention of logs shortened",
    lost: "Azure deletes the older logs permanently, 30 days after the change or immediately.",
    remedy:
      "Restore the retention (in a stack file of Moor: `moor:platform.logRetentionDays`). Export the logs first if they must be kept.",
    kind: "door",
    source: "Azure docs, azure-monitor/logs/data-retention-configure (2025-05-05)",
  },
  MOOR522: {
    title: "Region of a resource changed",
    lost: "Azure can't move the resource, so Pulumi would delete it with its data and create an empty one.",
    remedy: "Restore the region. To use another region, create a second stack, and move the data and the callers.",
    kind: "door",
    source: "Azure docs, azure-resource-manager/management/overview (2023-09-27); schema of azure-native 3.28",
  },
  MOOR523: {
    title: "Name of a resource changed",
    lost: "A name in Azure can't be changed, so Pulumi would delete the resource with its data and create an empty one.",
    remedy: "Restore the name. To use another name, add a second resource, move the data or the callers, then remove the first.",
    kind: "door",
    source: "schema of azure-native 3.28 (path parameters)",
  },
  MOOR524: {
    title: "Immutable property of a resource changed",
    lost: "Azure can't change the property: the update fails, or Pulumi deletes the resource and creates a new one.",
    remedy: "Restore the property. To change it, add a second resource, move the data or the callers, then remove the first.",
    kind: "door",
    source: "azure-rest-api-specs (x-ms-mutability); schema of azure-native 3.28",
  },
  MOOR525: {
    title: "Resource with data removed",
    lost: "Azure deletes the data in the resource, which can be recovered only for a limited time or not at all.",
    remedy:
      "Restore the resource, and copy its data if it is needed. To remove a protected resource, accept this finding for its resource ID and run an update that still declares it, then an update without it.",
    kind: "door",
    source: "Azure docs, machine-learning/concept-soft-delete (2025); key-vault/general/soft-delete-overview (2024-02-20)",
  },
  MOOR526: {
    title: "Endpoint or deployment that serves requests removed",
    lost: "Requests fail from the moment of the deletion, and the endpoint's keys and name are lost.",
    remedy:
      "Restore the resource, and move its traffic and its callers. To remove a protected resource, accept this finding for its resource ID and run an update that still declares it, then an update without it.",
    kind: "door",
    source: "Azure docs, machine-learning/how-to-safely-rollout-online-endpoints (2025)",
  },
  MOOR527: {
    title: "Name of a soft-deleted Key Vault",
    lost: "Azure rejects a new vault with the name of a soft-deleted one; a purge deletes its secrets permanently.",
    remedy:
      "Recover the vault with `az keyvault recover`, or wait until its scheduled purge date. Purge it only if its secrets are no longer needed.",
    kind: "door",
    source: softDelete,
  },
  MOOR528: {
    title: "Name of a soft-deleted workspace",
    lost: "The name of a deleted workspace stays reserved for 14 days, and a purge deletes its models, environments and history permanently.",
    remedy: "Recover the workspace in the portal or wait 14 days. Purge it only if its contents are no longer needed.",
    kind: "door",
    source: "Azure docs, machine-learning/concept-soft-delete (2025)",
  },
} as const satisfies Record<string, DoorKind>;

export type DoorCode = keyof typeof doorCodes;
