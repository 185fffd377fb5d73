/**
 * azure-native's Check: fills in defaults, then validates known values against the specification. It runs in a preview. Like azure-native,
 * it does not validate union members, enums, and inputs that the SDK does not have.
 */
import { createHash, randomBytes } from "node:crypto";
import { nameStrategy, type ResourceType } from "./metadata";
import type { Node, ResourceSchema, Schema } from "./resourceSchema";
import { hasUnknown, isObject, isUnknown, type Properties, plainProperties, UNKNOWN, type Value } from "./wire";

/** Marks the inputs of a resource with a generated name, whose replacement can be created before it is deleted. */
export const CREATE_BEFORE_DELETE = "__createBeforeDelete";

export interface Defaults {
  /** The location in the provider's configuration. */
  readonly location: string | undefined;
  /** Returns the location of a resource group, or undefined if it is not found. */
  locationOf(resourceGroupName: string): Promise<string | undefined>;
}

export interface NameRequest {
  readonly name: string;
  readonly urn: string;
  readonly randomSeed: Uint8Array;
}

/** Fills in the name and the location. */
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
  const root = type.inputSchema.root(plainProperties(news));
  const hasLocation = type.inputSchema.properties(root).some(({ readOnly, sdk }) => sdk === "location" && !readOnly);
  if (!hasLocation || type.row.noDefaultLocation || isGiven(news.location)) return news;
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

/** Validates the inputs. Returns azure-native's messages. */
export function validate(type: ResourceType, inputs: Properties): string[] {
  const values = plainProperties(inputs);
  const parameters = type.pathParameters.flatMap((name) => validateParameter(type, name, values[name]));
  return [...parameters, ...validateObject(type.inputSchema, type.inputSchema.root(values), values, "")];
}

function validateParameter(type: ResourceType, name: string, value: Value | undefined): string[] {
  if (value === undefined) return [`missing required property '${name}'`];
  const schema: Schema = name === type.pathParameters.at(-1) ? { ...type.nameSchema, type: "string" } : { type: "string" };
  return validateLeaf(schema, value, name);
}

function validateObject(schema: ResourceSchema, node: Node, values: Properties, path: string): string[] {
  const nested = (name: string) => (path === "" ? name : `${path}.${name}`);
  return schema.properties(node).flatMap(({ node: child, readOnly, required, sdk }) => {
    if (readOnly) return [];
    const value = values[sdk];
    if (value === undefined) return required ? [missing(nested(sdk))] : [];
    return validateValue(schema, child, value, nested(sdk));
  });
}

function missing(path: string): string {
  const hint =
    path === "location" ? ". Either set it explicitly or configure it with 'pulumi config set azure-native:location <value>'." : "";
  return `missing required property '${path}'${hint}`;
}

function validateValue(schema: ResourceSchema, node: Node, value: Value, path: string): string[] {
  const form = schema.form(node);
  if (isUnknown(value) || form === "any") return [];
  if (isObject(value)) return form === "object" ? validateObject(schema, node, value, path) : [];
  if (Array.isArray(value)) {
    if (form !== "array" && form !== "set") return [wrongType(path, node.schema, "an array")];
    return form === "set" ? [] : value.flatMap((item, index) => validateValue(schema, schema.item(node), item, `${path}[${index}]`));
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
    // Not anchored: a match anywhere is sufficient.
    ...(pattern !== undefined && !matches(pattern, value) ? [`'${path}' does not match expression '${pattern}'`] : []),
  ];
}

/** azure-native uses Go's regular expressions, which have no lookaround. It skips expressions that do not compile. */
function matches(pattern: string, value: string): boolean {
  return /\(\?[=!<]/.test(pattern) || new RegExp(pattern).test(value);
}

function validateNumber({ maximum, minimum, type }: Schema, value: number, path: string): string[] {
  const format = (number: number) => number.toFixed(6);
  return [
    ...(type === "integer" && !Number.isInteger(value) ? [`'${path}' must be an integer but got ${format(value)}`] : []),
    ...(minimum !== undefined && value < minimum ? [`'${path}' is too low (${format(value)} < ${format(minimum)})`] : []),
    ...(maximum !== undefined && value > maximum ? [`'${path}' is too high (${format(value)} > ${format(maximum)})`] : []),
  ];
}
