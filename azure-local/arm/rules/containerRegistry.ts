import type { Rule } from "../model";
import { connectionsOf, PRIVATE_ENDPOINT } from "../types/privateLink";
import { globallyUnique } from "./globalNames";

const REGISTRY = "Microsoft.ContainerRegistry/registries";

function skuOf(body: { sku?: unknown } | undefined): string {
  return String((body?.sku as { name?: string } | undefined)?.name);
}

export const containerRegistryRules: readonly Rule[] = [
  globallyUnique(REGISTRY, "AlreadyInUse", "registry", "Azure docs, container-registry/container-registry-get-started-azure-cli"),
  {
    code: "registry-private-needs-premium",
    types: [REGISTRY],
    on: ["create", "update"],
    azureCode: "DisablePublicNetworkAccessNotSupported",
    status: 400,
    source: "Azure docs, container-registry/container-registry-skus: private link and network rules require Premium",
    grade: "D",
    check: ({ body }) => {
      const closed = (body.properties as { publicNetworkAccess?: string } | undefined)?.publicNetworkAccess === "Disabled";
      return closed && skuOf(body) !== "Premium"
        ? `Public network access can be disabled only for Premium registries: the SKU of this registry is ${skuOf(body)}.`
        : undefined;
    },
  },
  {
    code: "registry-with-private-endpoints-stays-premium",
    types: [REGISTRY],
    on: ["update"],
    azureCode: "SkuChangeNotAllowed",
    status: 400,
    source: "Azure docs, container-registry/container-registry-skus",
    grade: "I",
    check: ({ body, previous, inventory }) => {
      if (skuOf(body) === "Premium" || skuOf(previous?.body) !== "Premium") return undefined;
      const used = inventory
        .all(PRIVATE_ENDPOINT)
        .some((endpoint) =>
          connectionsOf(endpoint).some(({ properties }) => properties?.privateLinkServiceId?.toLowerCase() === previous!.id.toLowerCase()),
        );
      return used
        ? `The registry '${previous!.name}' has private endpoints and can't be changed from Premium to ${skuOf(body)}.`
        : undefined;
    },
  },
  {
    code: "replication-needs-premium",
    types: ["Microsoft.ContainerRegistry/registries/replications"],
    on: ["create"],
    azureCode: "ReplicationNotSupported",
    status: 400,
    source: "Azure docs, container-registry/container-registry-geo-replication: Premium",
    grade: "D",
    check: ({ parentId, inventory }) => {
      const sku = skuOf(inventory.get(parentId)?.body);
      return sku === "Premium" ? undefined : `Geo-replication requires a Premium registry: the SKU of this registry is ${sku}.`;
    },
  },
];
