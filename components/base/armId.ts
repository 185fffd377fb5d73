import { fail } from "./fail";

/** The parts of an ARM resource id that other resources are addressed by. */
export interface ArmId {
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  /** Name of the last resource in the id. */
  readonly name: string;
}

/** @throws pulumi.RunError when `id` is not the id of a resource in a resource group. */
export function parseArmId(id: string): ArmId {
  const match = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/.+\/([^/]+)$/i.exec(id);
  const [, subscriptionId, resourceGroupName, name] = match ?? [];
  if (subscriptionId === undefined || resourceGroupName === undefined || name === undefined) {
    return fail(
      `"${id}" is not the id of an Azure resource; it must read /subscriptions/<id>/resourceGroups/<group>/providers/<type>/<name>.`,
    );
  }
  return { subscriptionId, resourceGroupName, name };
}

/** Id of the resource that holds a child, for instance of the virtual network of a subnet. */
export function parentArmId(id: string): string {
  return id.split("/").slice(0, -2).join("/");
}
