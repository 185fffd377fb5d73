/**
 * azure-native's Check: defaults, then what the specification demands of known values. It runs at preview. Members of unions, enums and
 * inputs that the SDK doesn't know are not looked at, because azure-native doesn't either.
 */
import { createHash, randomBytes } from "node:crypto";
import { nameStrategy, type ResourceType } from "./metadata";
import type { Node, Schema, Shape } from "./shape";
import { hasUnknown, isObject, isUnknown, type Properties, plainProperties, UNKNOWN, type Value } from "./wire";

/** In the inputs of a resource whose name was generated: it may be created before the one that it replaces is deleted. */
export const CREATE_BEFORE_DELETE = "__createBeforeDelete";

export interface Defaults {
  /** Of the provider's configuration. */
  readonly location: string | undefined;
  /** Location of a resource group, undefined where it can't be found. */
  locationOf(resourceGroupName: string): Promise<string | undefined>;
}

export interface NameRequest {
  readonly name: string;
  readonly urn: string;
  readonly randomSeed: Uint8Array;
}

/** The inputs with name and location filled in. */
export async function withDefaults(
  type: ResourceType,
  olds: Properties,
  news: Properties,
  request: NameRequest,
  defaults: Defaults,
): Promise<Properties> {
  const named = withName(type, olds, news, request);
  return withLocation(type, olds, named, defaults);
}

function withName(type: ResourceType, olds: Properties, news: Properties, request: NameRequest): Properties {
  const parameter = type.pathParameters.at(-1) ?? "";
  if (isGiven(news[parameter])) return news;
  const old = olds[parameter];
  if (isGiven(old)) {
    const generated = olds[CREATE_BEFORE_DELETE] === true;
    return { ...news, [parameter]: old, ...(generated ? { [CREATE_BEFORE_DELETE]: true } : {}) };
  }
  const strategy = nameStrategy(type);
  if (strategy === "copy") return { ...news, [parameter]: request.name };
  const hex = randomHex(request);
  const name = strategy === "uuid" ? uuidOf(hex) : `${request.name}${hex.slice(0, 8)}`;
  return { ...news, [parameter]: name, [CREATE_BEFORE_DELETE]: true };
}

const isGiven = (value: Value | undefined): value is Value => value !== undefined && value !== null;

function randomHex({ randomSeed, urn }: NameRequest): string {
  const seed = randomSeed.length > 0 ? randomSeed : randomBytes(32);
  return createHash("sha256").update(seed).update(urn).digest("hex");
}

const uuidOf = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");

async function withLocation(type: ResourceType, olds: Properties, news: Properties, defaults: Defaults): Promise<Properties> {
  const root = type.shape.root(plainProperties(news));
  const takesLocation = type.shape.properties(root).some(({ readOnly, sdk }) => sdk === "location" && !readOnly);
  if (!takesLocation || type.row.noDefaultLocation || isGiven(news.location)) return news;
  const location = await defaultLocation(olds, news, defaults);
  return location === undefined ? news : { ...news, location };
}

async function defaultLocation(olds: Properties, news: Properties, defaults: Defaults): Promise<Value | undefined> {
  if (isGiven(olds.location)) return olds.location;
  if (defaults.location !== undefined) return defaults.location;
  const group = plainProperties(news).resourceGroupName;
  if (group === undefined) return undefined;
  if (hasUnknown(group)) return UNKNOWN;
  return typeof group === "string" ? defaults.locationOf(group) : undefined;
}

/** What is wrong with the inputs, in azure-native's words. */
export function validate(type: ResourceType, inputs: Properties): string[] {
  const values = plainProperties(inputs);
  const parameters = type.pathParameters.flatMap((name) => validateParameter(type, name, values[name]));
  return [...parameters, ...validateObject(type.shape, type.shape.root(values), values, "")];
}

function validateParameter(type: ResourceType, name: string, value: Value | undefined): string[] {
  if (value === undefined) return [`missing required property '${name}'`];
  const schema: Schema = name === type.pathParameters.at(-1) ? { ...type.nameSchema, type: "string" } : { type: "string" };
  return validateLeaf(schema, value, name);
}

function validateObject(shape: Shape, node: Node, values: Properties, path: string): string[] {
  const nested = (name: string) => (path === "" ? name : `${path}.${name}`);
  return shape.properties(node).flatMap(({ node: child, readOnly, required, sdk }) => {
    if (readOnly) return [];
    const value = values[sdk];
    if (value === undefined) return required ? [missing(nested(sdk))] : [];
    return validateValue(shape, child, value, nested(sdk));
  });
}

function missing(path: string): string {
  const hint =
    path === "location" ? ". Either set it explicitly or configure it with 'pulumi config set azure-native:location <value>'." : "";
  return `missing required property '${path}'${hint}`;
}

function validateValue(shape: Shape, node: Node, value: Value, path: string): string[] {
  const form = shape.form(node);
  if (isUnknown(value) || form === "any") return [];
  if (isObject(value)) return form === "object" ? validateObject(shape, node, value, path) : [];
  if (Array.isArray(value)) {
    if (form !== "array" && form !== "set") return [wrongType(path, node.schema, "an array")];
    return form === "set" ? [] : value.flatMap((item, index) => validateValue(shape, shape.item(node), item, `${path}[${index}]`));
  }
  return form === "union" ? [] : validateLeaf(node.schema, value, path);
}

const typeName = (schema: Schema): string => schema.type ?? (schema.enum || schema.const !== undefined ? "string" : "object");

const wrongType = (path: string, schema: Schema, got: string): string => `'${path}' should be of type '${typeName(schema)}' but got ${got}`;

function validateLeaf(schema: Schema, value: Value, path: string): string[] {
  if (isUnknown(value)) return [];
  if (typeof value === "string")
    return typeName(schema) === "string" ? validateString(schema, value, path) : [wrongType(path, schema, "a string")];
  if (typeof value === "number") {
    const isNumeric = typeName(schema) === "number" || typeName(schema) === "integer";
    return isNumeric ? validateNumber(schema, value, path) : [wrongType(path, schema, "a number")];
  }
  return [];
}

function validateString({ maxLength, minLength, pattern }: Schema, value: string, path: string): string[] {
  const length = Buffer.byteLength(value);
  return [
    ...(minLength !== undefined && length < minLength
      ? [`'${path}' is too short (${length}): at least ${minLength} characters required`]
      : []),
    ...(maxLength !== undefined && length > maxLength
      ? [`'${path}' is too long (${length}): at most ${maxLength} characters allowed`]
      : []),
    // Unanchored: one match anywhere is enough.
    ...(pattern !== undefined && !matches(pattern, value) ? [`'${path}' does not match expression '${pattern}'`] : []),
  ];
}

/** azure-native's expressions are Go's, which have no look-around: it lets pass what it can't compile. */
function matches(pattern: string, value: string): boolean {
  return /\(\?[=!<]/.test(pattern) || new RegExp(pattern).test(value);
}

function validateNumber({ maximum, minimum, type }: Schema, value: number, path: string): string[] {
  const shown = (number: number) => number.toFixed(6);
  return [
    ...(type === "integer" && !Number.isInteger(value) ? [`'${path}' must be an integer but got ${shown(value)}`] : []),
    ...(minimum !== undefined && value < minimum ? [`'${path}' is too low (${shown(value)} < ${shown(minimum)})`] : []),
    ...(maximum !== undefined && value > maximum ? [`'${path}' is too high (${shown(value)} > ${shown(maximum)})`] : []),
  ];
}
