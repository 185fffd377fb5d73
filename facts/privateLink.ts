interface LinkedService {
  /** Azure's name of the sub-resource that a private endpoint reaches. */
  readonly groupId: string;
  /** Private DNS zones that hold the addresses of the sub-resource. */
  readonly zones: readonly string[];
  /**
   * Addresses that a private endpoint takes in its subnet: a registry has one for itself and one for the data of each of its regions (one region is
   * counted here), and a workspace has one each for its API, notebooks and inference. Source: Azure docs,
   * container-registry/container-registry-private-link and machine-learning/how-to-custom-dns.
   */
  readonly addresses: number;
}

/** Services that are reached by private endpoint. Source: Azure docs, private-link/private-endpoint-dns and how-to-custom-dns. */
export const LINKED_SERVICES = {
  blob: { groupId: "blob", zones: ["privatelink.blob.core.windows.net"], addresses: 1 },
  file: { groupId: "file", zones: ["privatelink.file.core.windows.net"], addresses: 1 },
  registry: { groupId: "registry", zones: ["privatelink.azurecr.io"], addresses: 2 },
  vault: { groupId: "vault", zones: ["privatelink.vaultcore.azure.net"], addresses: 1 },
  workspace: { groupId: "amlworkspace", zones: ["privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"], addresses: 3 },
} as const satisfies Record<string, LinkedService>;
