import type { Inventory, Resource } from "../model";
import { sameId } from "../path";
import { CONTAINER_GROUP } from "../scripts/script";
import { PRIVATE_ENDPOINT, type PrivateEndpointProperties } from "./privateLink";

interface ContainerGroupProperties {
  readonly subnetIds?: readonly { readonly id?: string }[];
}

export function privateEndpointsIn(subnetId: string, inventory: Inventory): Resource[] {
  return inventory.all(PRIVATE_ENDPOINT).filter(({ body }) => sameId((body.properties as PrivateEndpointProperties).subnet?.id, subnetId));
}

/** The resources with an address in a subnet: private endpoints and container groups. */
export function usersOf(subnetId: string, inventory: Inventory): Resource[] {
  const groups = inventory.all(CONTAINER_GROUP).filter(({ body }) => {
    const { subnetIds = [] } = (body.properties ?? {}) as ContainerGroupProperties;
    return subnetIds.some(({ id }) => sameId(id, subnetId));
  });
  return [...privateEndpointsIn(subnetId, inventory), ...groups];
}
