/** A subscription, resource group or resource in an ARM path. */
export interface Node {
  /** Full ID with the caller's spelling of names. */
  readonly id: string;
  /** `Microsoft.X/a/b`, in the caller's spelling. */
  readonly type: string;
  readonly name: string;
}

/** A parsed ARM path. `trailing` is an odd last segment: a collection (GET) or an action (POST). */
export interface ArmPath {
  /** From the subscription down. The parent of an extension resource is the resource that it extends. */
  readonly nodes: readonly Node[];
  /** `Microsoft.X` after the last `/providers/`, if there is one. */
  readonly namespace?: string;
  /** The odd last segment. */
  readonly trailing?: string;
  /** The resource type of a collection at this path. */
  readonly collectionType?: string;
}

export const SUBSCRIPTION = "Microsoft.Resources/subscriptions";
export const TEMPLATE_DEPLOYMENT = "Microsoft.Resources/deployments";
export const RESOURCE_GROUP = "Microsoft.Resources/resourceGroups";

/** Parses an ARM path; undefined if it is invalid. Names keep their spelling; the store compares them. */
export function parsePath(pathname: string): ArmPath | undefined {
  const segments = pathname.split("/").filter(Boolean).map(decode);
  const nodes: Node[] = [];
  let id = "";
  let namespace: string | undefined;
  let types: string[] = [];
  let index = 0;
  while (index < segments.length) {
    const segment = segments[index]!;
    const next = segments[index + 1];
    if (segment.toLowerCase() === "providers" && next !== undefined) {
      namespace = next;
      types = [];
      id += `/providers/${next}`;
    } else if (next === undefined) {
      return { nodes, namespace, trailing: segment, collectionType: collectionType(namespace, types, segment) };
    } else {
      const named = namespace === undefined ? rootNode(segment, nodes.length) : undefined;
      if (namespace === undefined && !named) return undefined;
      types = [...types, segment];
      id += `/${named?.segment ?? segment}/${next}`;
      nodes.push({ id, name: next, type: named?.type ?? `${namespace}/${types.join("/")}` });
    }
    index += 2;
  }
  return { nodes, namespace };
}

function rootNode(segment: string, depth: number): { segment: string; type: string } | undefined {
  const lower = segment.toLowerCase();
  if (depth === 0 && lower === "subscriptions") return { segment: "subscriptions", type: SUBSCRIPTION };
  if (depth === 1 && lower === "resourcegroups") return { segment: "resourceGroups", type: RESOURCE_GROUP };
  return undefined;
}

function collectionType(namespace: string | undefined, types: string[], segment: string): string | undefined {
  if (namespace !== undefined) return [namespace, ...types, segment].join("/");
  return segment.toLowerCase() === "resourcegroups" ? RESOURCE_GROUP : undefined;
}

export function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Returns the last segment of an ID. */
export function nameOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** Returns the ID of the parent: parent resource, resource group, subscription, or the scope of an extension resource. */
export function parentIdOf(id: string): string {
  const nodes = parsePath(id)?.nodes ?? [];
  return nodes[nodes.length - 2]?.id ?? "";
}

/** Returns the resource type in an ID, with its spelling; empty for an invalid ID. */
export function typeOf(id: string): string {
  const nodes = parsePath(id)?.nodes ?? [];
  return nodes[nodes.length - 1]?.type ?? "";
}

export function sameId(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase();
}

/** Whether `id` is `scope` or is below it. */
export function isWithin(id: string, scope: string): boolean {
  const lower = id.toLowerCase();
  const above = scope.toLowerCase().replace(/\/$/, "");
  return lower === above || lower.startsWith(`${above}/`);
}
