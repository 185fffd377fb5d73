import { isObject, type JsonObject, textOf } from "./json";

/** The part of a JSON Schema that the functions below read. */
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

/** Returns the new value, or undefined to remove it. */
type Visit = (value: unknown, node: SchemaNode, path: string) => { value: unknown; deeper?: boolean } | undefined;

/** Rebuilds a body along its schema. Values that are not in the schema are unchanged. */
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
  const tagValue = tag && isObject(value) ? textOf(value[tag]).toLowerCase() : undefined;
  const branches = target.oneOf.map((branch) => resolve(branch, root, value) ?? branch);
  return branches.find((branch) => tag !== undefined && String(branch.properties?.[tag]?.const).toLowerCase() === tagValue);
}

/**
 * A request as the service reads it: without read-only properties and nulls, and with enum values in the specification's spelling. The
 * location is removed from types that have none, because generic clients always send one.
 */
export function asRequest(body: JsonObject, root: SchemaNode): JsonObject {
  const { location, ...unplaced } = body;
  const placed = location !== undefined && resolve(root, root, body)?.properties?.location !== undefined ? body : unplaced;
  return walk(placed, root, root, "", (value, node) => {
    if (node.readOnly || value === null) return undefined;
    return { value: typeof value === "string" ? canonicalWord(value, node) : value };
  }) as JsonObject;
}

function canonicalWord(value: string, node: SchemaNode): string {
  const words = node.const === undefined ? (node.enum ?? []) : [node.const];
  return wordLike(value, words) ?? value;
}

/** Finds a word regardless of case and spaces, and returns the specification's spelling: `systemAssigned, userAssigned`. */
function wordLike(value: string, words: readonly unknown[]): string | undefined {
  const plain = (word: string) => word.toLowerCase().replaceAll(" ", "");
  return words.find((word): word is string => typeof word === "string" && plain(word) === plain(value));
}

/**
 * Finds the first string in a body that is not one of the specification's enum values, except at the paths `except`. Some properties accept
 * several values, separated by commas.
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

/** Paths of secrets that the specification does not mark as sensitive. */
export const ALSO_SENSITIVE: Readonly<Record<string, readonly string[]>> = {
  "microsoft.keyvault/vaults/secrets": ["properties.value"],
  "microsoft.machinelearningservices/workspaces/datastores": ["properties.credentials.secrets"],
  "microsoft.machinelearningservices/workspaces/connections": ["properties.credentials"],
};

/** Splits a body into the body without secrets and the secrets by dotted path. */
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
