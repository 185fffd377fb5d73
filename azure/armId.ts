/** ARM resource ids: `/subscriptions/<id>/resourceGroups/<group>/providers/<namespace>/<type>/<name>[/<type>/<name>…]`. ARM compares them without case. */

/** The parts of the id of a resource in a resource group. */
export interface ArmId {
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  /** Resource type, for instance `Microsoft.Network/virtualNetworks/subnets`, as the id spells it. */
  readonly type: string;
  /** Names from the outermost resource to the last one; of an extension resource only its own. */
  readonly names: readonly string[];
  /** Name of the last resource. */
  readonly name: string;
}

// What stands behind the last "providers" counts: an extension resource stands on another one, whose id is the first part of its own.
const pattern =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/(?:.+\/providers\/)?([^/]+)((?:\/(?!providers\/)[^/]+\/[^/]+)+)$/i;

/** The parts of an id, or undefined when `text` is not the id of a resource in a resource group. */
export function parseArmId(text: string): ArmId | undefined {
  const [, subscriptionId, resourceGroupName, namespace, path] = pattern.exec(text) ?? [];
  if (subscriptionId === undefined || resourceGroupName === undefined || path === undefined) return undefined;
  const segments = path.split("/").slice(1);
  const names = segments.filter((_, index) => index % 2 === 1);
  const types = segments.filter((_, index) => index % 2 === 0);
  return { subscriptionId, resourceGroupName, type: [namespace, ...types].join("/"), names, name: names.at(-1)! };
}

/** Whether `text` is the id of a resource of `type` in a subscription that is a GUID. */
export function isArmIdOf(type: string, text: string): boolean {
  const id = parseArmId(text);
  return id !== undefined && isGuid(id.subscriptionId) && sameArmId(id.type, type);
}

/** Whether two ids, or two types, are the same to ARM. */
export function sameArmId(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one.toLowerCase() === other.toLowerCase();
}

/**
 * An id in the spelling that Azure documents, so that ids which are the same to ARM are the same text. Names stay as they are written: only Azure knows
 * how the resource spells them.
 * @param type Resource type, as Azure documents it, for instance `Microsoft.Network/virtualNetworks/subnets`.
 */
export function canonicalArmId(id: string, type: string): string {
  const parsed = parseArmId(id);
  if (parsed === undefined || !sameArmId(parsed.type, type)) return id;
  return armId(resourceGroupId(parsed.subscriptionId.toLowerCase(), parsed.resourceGroupName), type, ...parsed.names);
}

/** Whether `id` is `scope` itself or a resource below it. */
export function isWithinArmId(id: string, scope: string): boolean {
  return `${id.toLowerCase()}/`.startsWith(`${scope.toLowerCase().replace(/\/$/, "")}/`);
}

/** Id of a resource group. */
export function resourceGroupId(subscriptionId: string, resourceGroupName: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}`;
}

/**
 * Id of a resource.
 * @param scope Id of what it stands on: a resource group, a subscription, or for an extension resource another resource.
 * @param type Resource type, for instance `Microsoft.Network/virtualNetworks/subnets`.
 * @param names One name for each part of the type after the namespace.
 */
export function armId(scope: string, type: string, ...names: readonly string[]): string {
  const [namespace, ...types] = type.split("/");
  return [scope, "providers", namespace, ...types.flatMap((part, index) => [part, names[index]])].join("/");
}

/** Id of the resource group that holds a resource: the first part of the resource's own id. */
export function groupOf(id: string): string {
  return id.split("/").slice(0, 5).join("/");
}

/** Id of the resource that holds a child resource, for instance of the virtual network of a subnet. */
export function parentOf(id: string): string {
  return id.split("/").slice(0, -2).join("/");
}

/** The subscription in an id, or undefined when it names none. */
export function subscriptionOf(id: string): string | undefined {
  return /^\/subscriptions\/([^/]+)/i.exec(id)?.[1];
}

function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
