interface LinkedService {
  /** Azure's name of the sub-resource that a private endpoint connects to. */
  readonly groupId: string;
  /** Private DNS zones that contain the addresses of the sub-resource. */
  readonly zones: readonly string[];
  /**
   * Addresses that a private endpoint uses in its subnet: one for a registry and one for its data in each of its regions (here: one
   * region), and one each for the API, notebooks and inference of a workspace. Source: Azure docs,
   * container-registry/container-registry-private-link and machine-learning/how-to-custom-dns.
   */
  readonly addresses: number;
}

/** Services that are reached through private endpoints. Source: Azure docs, private-link/private-endpoint-dns and how-to-custom-dns. */
export const LINKED_SERVICES = {
  blob: { groupId: "blob", zones: ["privatelink.blob.core.windows.net"], addresses: 1 },
  file: { groupId: "file", zones: ["privatelink.file.core.windows.net"], addresses: 1 },
  registry: { groupId: "registry", zones: ["privatelink.azurecr.io"], addresses: 2 },
  vault: { groupId: "vault", zones: ["privatelink.vaultcore.azure.net"], addresses: 1 },
  workspace: { groupId: "amlworkspace", zones: ["privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"], addresses: 3 },
} as const satisfies Record<string, LinkedService>;
