interface LinkedService {
  /** Azure's name of the sub-resource that a private endpoint reaches. */
  readonly groupId: string;
  /** Private DNS zones that hold the addresses of the sub-resource. */
  readonly zones: readonly string[];
}

/** Services that are reached by private endpoint. Source: Azure docs, private-link/private-endpoint-dns and how-to-custom-dns. */
export const LINKED_SERVICES = {
  blob: { groupId: "blob", zones: ["privatelink.blob.core.windows.net"] },
  file: { groupId: "file", zones: ["privatelink.file.core.windows.net"] },
  registry: { groupId: "registry", zones: ["privatelink.azurecr.io"] },
  vault: { groupId: "vault", zones: ["privatelink.vaultcore.azure.net"] },
  workspace: { groupId: "amlworkspace", zones: ["privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"] },
} as const satisfies Record<string, LinkedService>;
