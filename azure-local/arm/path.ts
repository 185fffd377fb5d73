/** One step of an ARM path that names something: a subscription, a resource group or a resource. */
export interface Node {
  /** Full id with the caller's spelling of names. */
  readonly id: string;
  /** `Microsoft.X/a/b`, spelled as the caller did. */
  readonly type: string;
  readonly name: string;
}

/** An ARM path taken apart. `trailing` is the odd last segment: a collection (GET) or an action (POST). */
export interface ArmPath {
  /** From the subscription down; an extension resource's parent is the resource it stands on. */
  readonly nodes: readonly Node[];
  /** `Microsoft.X` of the last `/providers/`, if there is one. */
  readonly namespace?: string;
  /** Types already named behind the last `/providers/`: `Microsoft.X/a/b`. Empty when only the namespace is. */
  readonly trailing?: string;
  /** Type that a collection at this path would list. */
  readonly collectionType?: string;
}

export const SUBSCRIPTION = "Microsoft.Resources/subscriptions";
export const TEMPLATE_DEPLOYMENT = "Microsoft.Resources/deployments";
export const RESOURCE_GROUP = "Microsoft.Resources/resourceGroups";

/** Takes an ARM path apart, or gives undefined when it isn't one. Names stay as written; comparison is the store's business. */
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

/** Last segment of an id. */
export function nameOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** The id of the resource that `id` stands under: parent resource, resource group, subscription, or the scope of an extension. */
export function parentIdOf(id: string): string {
  const nodes = parsePath(id)?.nodes ?? [];
  return nodes[nodes.length - 2]?.id ?? "";
}

/** Type of the resource that an id names, as spelled in the id; empty for what is no id. */
export function typeOf(id: string): string {
  const nodes = parsePath(id)?.nodes ?? [];
  return nodes[nodes.length - 1]?.type ?? "";
}

export function sameId(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase();
}

/** Whether `id` is `scope` or stands below it. */
export function isWithin(id: string, scope: string): boolean {
  const lower = id.toLowerCase();
  const above = scope.toLowerCase().replace(/\/$/, "");
  return lower === above || lower.startsWith(`${above}/`);
}
