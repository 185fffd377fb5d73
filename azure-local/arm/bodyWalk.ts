import { isObject, type JsonObject } from "./json";

/** As much of a JSON Schema as the walks below read. */
export interface SchemaNode {
  $ref?: string;
  $defs?: Record<string, SchemaNode>;
  type?: string;
  properties?: Record<string, SchemaNode>;
  additionalProperties?: boolean | SchemaNode;
  items?: SchemaNode;
  oneOf?: SchemaNode[];
  enum?: readonly unknown[];
  const?: unknown;
  readOnly?: boolean;
  writeOnly?: boolean;
  "x-discriminator"?: string;
  "x-open"?: boolean;
  "x-sensitive"?: boolean;
}

/** What becomes of a value: a new one, or undefined to leave it out. */
type Visit = (value: unknown, node: SchemaNode, path: string) => { value: unknown; deeper?: boolean } | undefined;

/** Rebuilds a body along its schema. Values that the schema doesn't know stay as they are. */
export function walk(value: unknown, node: SchemaNode, root: SchemaNode, path: string, visit: Visit): unknown {
  const seen = visit(value, node, path);
  if (!seen) return undefined;
  if (seen.deeper === false) return seen.value;
  const here = resolve(node, root, seen.value);
  if (here !== node && here !== undefined) {
    const inner = visit(seen.value, here, path);
    if (!inner) return undefined;
    if (inner.deeper === false) return inner.value;
  }
  return descend(seen.value, here ?? {}, root, path, visit);
}

function descend(value: unknown, node: SchemaNode, root: SchemaNode, path: string, visit: Visit): unknown {
  if (Array.isArray(value))
    return node.items ? value.map((item, index) => walk(item, node.items!, root, `${path}[${index}]`, visit)) : value;
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const child = node.properties?.[key] ?? (typeof node.additionalProperties === "object" ? node.additionalProperties : undefined);
    const next = child ? walk(item, child, root, path ? `${path}.${key}` : key, visit) : item;
    if (next !== undefined) result[key] = next;
  }
  return result;
}

function resolve(node: SchemaNode, root: SchemaNode, value: unknown): SchemaNode | undefined {
  const target = node.$ref ? root.$defs?.[node.$ref.slice("#/$defs/".length)] : node;
  if (!target?.oneOf) return target?.$ref ? resolve(target, root, value) : target;
  const tag = target["x-discriminator"];
  const wanted = tag && isObject(value) ? String(value[tag]).toLowerCase() : undefined;
  const branches = target.oneOf.map((branch) => resolve(branch, root, value) ?? branch);
  return branches.find((branch) => tag !== undefined && String(branch.properties?.[tag]?.const).toLowerCase() === wanted);
}

/**
 * A request as the service reads it: read-only properties and nulls are ignored, known words get the specification's spelling, and a
 * location is taken off a type that has none, since generic clients send one with everything.
 */
export function asRequest(body: JsonObject, root: SchemaNode): JsonObject {
  const { location, ...unplaced } = body;
  const placed = location !== undefined && resolve(root, root, body)?.properties?.location !== undefined ? body : unplaced;
  return walk(placed, root, root, "", (value, node) => {
    if (node.readOnly || value === null) return undefined;
    return { value: typeof value === "string" ? spelled(value, node) : value };
  }) as JsonObject;
}

function spelled(value: string, node: SchemaNode): string {
  const words = node.const === undefined ? (node.enum ?? []) : [node.const];
  return wordLike(value, words) ?? value;
}

/** The word as the specification spells it, whatever its case and spaces: `systemAssigned, userAssigned`. */
function wordLike(value: string, words: readonly unknown[]): string | undefined {
  const plain = (word: string) => word.toLowerCase().replaceAll(" ", "");
  return words.find((word): word is string => typeof word === "string" && plain(word) === plain(value));
}

/**
 * The first text of a body that is none of the words which the specification lists in its place, `except` at some paths. Some places take
 * several, with commas.
 */
export function unknownWord(body: JsonObject, root: SchemaNode, except: readonly string[]): UnknownWord | undefined {
  const unknown: UnknownWord[] = [];
  walk(body, root, root, "", (value, { enum: words }, path) => {
    const isKnown = (text: string) => wordLike(text, words ?? []) !== undefined;
    if (words && typeof value === "string" && !except.includes(path) && !isKnown(value) && !value.split(",").every(isKnown))
      unknown.push({ path, value, words });
    return { value };
  });
  return unknown[0];
}

interface UnknownWord {
  readonly path: string;
  readonly value: string;
  readonly words: readonly unknown[];
}

/** Paths that hold secrets although the specification doesn't mark them. */
export const ALSO_SENSITIVE: Readonly<Record<string, readonly string[]>> = {
  "microsoft.keyvault/vaults/secrets": ["properties.value"],
  "microsoft.machinelearningservices/workspaces/datastores": ["properties.credentials.secrets"],
  "microsoft.machinelearningservices/workspaces/connections": ["properties.credentials"],
};

/** A body without its secrets, and the secrets by their dotted path. */
export function splitSecrets(body: JsonObject, type: string, root: SchemaNode): { body: JsonObject; secrets: Record<string, unknown> } {
  const secrets: Record<string, unknown> = {};
  const alsoSensitive = ALSO_SENSITIVE[type.toLowerCase()] ?? [];
  const open = walk(body, root, root, "", (value, node, path) => {
    if (!node["x-sensitive"] && !alsoSensitive.includes(path)) return { value };
    if (value === null || value === undefined) return { value };
    secrets[path] = value;
    return undefined;
  }) as JsonObject;
  return { body: open, secrets };
}
