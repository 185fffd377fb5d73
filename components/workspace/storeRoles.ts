import type * as pulumi from "@pulumi/pulumi";
import { groupOf } from "../../azure/armId";
import type { Grant, Identity } from "../identity";

/** ARM IDs of the resources in which a workspace stores its data. */
export interface WorkspaceStores {
  readonly storage: pulumi.Output<string>;
  readonly vault: pulumi.Output<string>;
  readonly appInsights: pulumi.Output<string>;
}

/**
 * Returns the roles that a workspace with a user-assigned identity requires. Source: Azure docs,
 * how-to-identity-based-service-authentication.
 * @param registryId Registry of the workspace, if it has one.
 */
export function storeRoles({ principalId }: Identity, stores: WorkspaceStores, registryId?: pulumi.Output<string>): Record<string, Grant> {
  return {
    "storage-contributor": { principalId, role: "Contributor", scope: stores.storage },
    "storage-data": { principalId, role: "Storage Blob Data Contributor", scope: stores.storage },
    "storage-files": { principalId, role: "Storage File Data Privileged Contributor", scope: stores.storage },
    "vault-contributor": { principalId, role: "Contributor", scope: stores.vault },
    "vault-data": { principalId, role: "Key Vault Administrator", scope: stores.vault },
    "app-insights-contributor": { principalId, role: "Contributor", scope: stores.appInsights },
    // On the resource group, because the managed network's private endpoint to the workspace is approved while the workspace is being
    // created.
    "network-approver": { principalId, role: "Azure AI Enterprise Network Connection Approver", scope: stores.storage.apply(groupOf) },
    ...(registryId === undefined ? {} : { "registry-contributor": { principalId, role: "Contributor", scope: registryId } }),
  };
}
