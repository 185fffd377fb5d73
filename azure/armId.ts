/** ARM resource IDs, case-insensitive: `/subscriptions/<id>/resourceGroups/<group>/providers/<namespace>/<type>/<name>[/<type>/<name>…]`. */

/** The parts of the ID of a resource in a resource group. */
export interface ArmId {
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  /** Resource type, for example `Microsoft.Network/virtualNetworks/subnets`, as spelled in the ID. */
  readonly type: string;
  /** Names from the outermost resource to the last one. For an extension resource, only its own name. */
  readonly names: readonly string[];
  /** Name of the last resource. */
  readonly name: string;
}

// The part after the last "providers" counts: the ID of an extension resource starts with the ID of the resource that it extends.
const pattern =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/(?:.+\/providers\/)?([^/]+)((?:\/(?!providers\/)[^/]+\/[^/]+)+)$/i;

/** The parts of an ID. Undefined if `text` is not the ID of a resource in a resource group. */
export function parseArmId(text: string): ArmId | undefined {
  const [, subscriptionId, resourceGroupName, namespace, path] = pattern.exec(text) ?? [];
  if (subscriptionId === undefined || resourceGroupName === undefined || path === undefined) return undefined;
  const segments = path.split("/").slice(1);
  const names = segments.filter((_, index) => index % 2 === 1);
  const types = segments.filter((_, index) => index % 2 === 0);
  return { subscriptionId, resourceGroupName, type: [namespace, ...types].join("/"), names, name: names.at(-1)! };
}

/** Whether `text` is the ID of a resource of `type` in a subscription whose ID is a GUID. */
export function isArmIdOf(type: string, text: string): boolean {
  const id = parseArmId(text);
  return id !== undefined && isGuid(id.subscriptionId) && sameArmId(id.type, type);
}

/** Whether ARM treats two IDs, or two types, as equal. */
export function sameArmId(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one.toLowerCase() === other.toLowerCase();
}

/**
 * An ID in the spelling that Azure documents, so that IDs that ARM treats as equal have the same text. Names keep their spelling, because only
 * Azure knows the spelling of the resource.
 * @param type Resource type in Azure's spelling, for example `Microsoft.Network/virtualNetworks/subnets`.
 */
export function canonicalArmId(id: string, type: string): string {
  const parsed = parseArmId(id);
  if (parsed === undefined || !sameArmId(parsed.type, type)) return id;
  return armId(resourceGroupId(parsed.subscriptionId.toLowerCase(), parsed.resourceGroupName), type, ...parsed.names);
}

/** Whether `id` is `scope` itself or the ID of a resource in it. */
export function isWithinArmId(id: string, scope: string): boolean {
  return `${id.toLowerCase()}/`.startsWith(`${scope.toLowerCase().replace(/\/$/, "")}/`);
}

/** ID of a resource group. */
export function resourceGroupId(subscriptionId: string, resourceGroupName: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}`;
}

/**
 * ID of a resource.
 * @param scope ID of the parent scope: a resource group, a subscription or, for an extension resource, the resource that it extends.
 * @param type Resource type, for example `Microsoft.Network/virtualNetworks/subnets`.
 * @param names One name for each part of the type after the namespace.
 */
export function armId(scope: string, type: string, ...names: readonly string[]): string {
  const [namespace, ...types] = type.split("/");
  return [scope, "providers", namespace, ...types.flatMap((part, index) => [part, names[index]])].join("/");
}

/** ID of the resource group of a resource. */
export function groupOf(id: string): string {
  return id.split("/").slice(0, 5).join("/");
}
/** ID of the parent of a child resource, for example the virtual network of a subnet. */
export function parentOf(id: string): string {
  return id.split("/").slice(0, -2).join("/");
}

/** The subscription in an ID. Undefined if the ID has none. */
export function subscriptionOf(id: string): string | undefined {
  return /^\/subscriptions\/([^/]+)/i.exec(id)?.[1];
}

function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
