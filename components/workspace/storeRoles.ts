import type * as pulumi from "@pulumi/pulumi";
import { groupOf } from "../../azure/armId";
import type { Grant, Identity } from "../identity";

/** ARM ids of what a workspace keeps its things in. */
export interface WorkspaceStores {
  readonly storage: pulumi.Output<string>;
  readonly vault: pulumi.Output<string>;
  readonly appInsights: pulumi.Output<string>;
}

/**
 * The roles that Azure documents for a workspace with a user-assigned identity (Azure docs, how-to-identity-based-service-authentication).
 * @param registryId The workspace's own registry, where it has one.
 */
export function storeRoles({ principalId }: Identity, stores: WorkspaceStores, registryId?: pulumi.Output<string>): Record<string, Grant> {
  return {
    "storage-contributor": { principalId, role: "Contributor", scope: stores.storage },
    "storage-data": { principalId, role: "Storage Blob Data Contributor", scope: stores.storage },
    "storage-files": { principalId, role: "Storage File Data Privileged Contributor", scope: stores.storage },
    "vault-contributor": { principalId, role: "Contributor", scope: stores.vault },
    "vault-data": { principalId, role: "Key Vault Administrator", scope: stores.vault },
    "app-insights-contributor": { principalId, role: "Contributor", scope: stores.appInsights },
    // On the group, because the managed network's endpoint to the workspace is approved while the workspace is being made.
    "network-approver": { principalId, role: "Azure AI Enterprise Network Connection Approver", scope: stores.storage.apply(groupOf) },
    ...(registryId === undefined ? {} : { "registry-contributor": { principalId, role: "Contributor", scope: registryId } }),
  };
}
