import * as fs from "node:fs";
import * as path from "node:path";
import type { ErrorObject, ValidateFunction } from "ajv";
import { AzureError } from "./azureError";
import type { SchemaNode } from "./bodyWalk";
import type { JsonObject } from "./json";

interface Schema extends SchemaNode {
  "x-resource-type": string;
  "x-api-version": string;
}

const FOLDER = path.join(__dirname, "schemas");
const KEYWORDS = ["x-source", "x-resource-type", "x-api-version", "x-discriminator", "x-open", "x-sensitive"];

/** The service takes `/` as a container route (azureml-examples, Triton custom container), the specification's pattern does not. */
const PATTERNS_NOT_ENFORCED = new Set(["Route"]);

/** What a body is held against: all of its API version, or only the shape that versions have in common. */
type Look = "strict" | "shape";

/** A resource type that has a JSON Schema, at the one API version whose bodies are checked strictly. */
export class TypeSchema {
  readonly type: string;
  readonly apiVersion: string;
  readonly root: SchemaNode;
  private readonly compiled: Partial<Record<Look, ValidateFunction>> = {};
  private readonly known = new Map<string, boolean>();

  constructor(private readonly schema: Schema) {
    this.type = schema["x-resource-type"];
    this.apiVersion = schema["x-api-version"];
    this.root = schema;
  }

  /** Whether answers of this type have the property (`systemData`, `properties.provisioningState`). */
  has(dotted: string): boolean {
    let known = this.known.get(dotted);
    if (known === undefined) {
      known = this.nodesAt(dotted).length > 0;
      this.known.set(dotted, known);
    }
    return known;
  }

  /** Whether requests of this type may set the property. */
  takes(dotted: string): boolean {
    return this.nodesAt(dotted).some(({ readOnly }) => readOnly !== true);
  }

  private nodesAt(dotted: string): SchemaNode[] {
    let nodes: SchemaNode[] = [this.root];
    for (const key of dotted.split(".")) {
      nodes = nodes
        .flatMap((node) => this.branches(node))
        .map((node) => node.properties?.[key])
        .filter((node) => node !== undefined);
    }
    return nodes;
  }

  /**
   * At the schema's own API version strictly. At others only what is required and of which type it is: a body in which that is wrong is none
   * that any version takes, and no rule could read it.
   *
   * @throws AzureError 400 naming the path of the first thing that is wrong.
   */
  validate(body: JsonObject, apiVersion = this.apiVersion): void {
    const look = apiVersion === this.apiVersion ? "strict" : "shape";
    this.compiled[look] ??= compile(this.schema, look);
    const check = this.compiled[look];
    if (check(body)) return;
    const details = (check.errors ?? [])
      .filter(({ keyword }) => !["oneOf", "anyOf", "not"].includes(keyword))
      .map((error) => explain(error, this.type, apiVersion));
    throw new AzureError(400, "InvalidRequestContent", `The request content was invalid: ${details.slice(0, 5).join(" ")}`);
  }

  private branches(node: SchemaNode): SchemaNode[] {
    const here = node.$ref ? this.root.$defs![node.$ref.slice("#/$defs/".length)]! : node;
    return here.oneOf ? here.oneOf.flatMap((branch) => this.branches(branch)) : [here];
  }
}

let loaded: ReadonlyMap<string, TypeSchema> | undefined;

/** All schemas of the folder, by lower-case type; read and compiled once a process. */
export function loadSchemas(): ReadonlyMap<string, TypeSchema> {
  if (loaded) return loaded;
  const files = fs.readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
  const schemas = files.map((file) => new TypeSchema(JSON.parse(fs.readFileSync(path.join(FOLDER, file), "utf8")) as Schema));
  loaded = new Map(schemas.map((schema) => [schema.type.toLowerCase(), schema]));
  return loaded;
}

function compile(schema: Schema, look: Look): ValidateFunction {
  // Loaded with the first write: a run that only reads, such as a preview, needs no validator.
  const { Ajv2020 } = require("ajv/dist/2020") as typeof import("ajv/dist/2020");
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    discriminator: true,
    validateFormats: false,
  });
  for (const keyword of KEYWORDS) ajv.addKeyword(keyword);
  return ajv.compile((look === "strict" ? forService(schema) : shapeOf(schema)) as JsonObject);
}

/** The schema as the service reads it: open enums take any string, a discriminator picks its branch, loose patterns are dropped. */
function forService(node: unknown, name = ""): unknown {
  if (Array.isArray(node)) return node.map((item) => forService(item));
  if (typeof node !== "object" || node === null) return node;
  const { enum: values, "x-discriminator": propertyName, pattern, ...rest } = node as JsonObject;
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(rest)) {
    result[key] = key === "properties" && PATTERNS_NOT_ENFORCED.has(name) ? withoutPatterns(value) : forService(value, key);
  }
  if (values !== undefined) Object.assign(result, rest["x-open"] ? { type: "string" } : { enum: values });
  if (pattern !== undefined) result.pattern = pattern;
  if (propertyName !== undefined) result.discriminator = { propertyName };
  return result;
}

/** Keywords that differ from version to version. */
const OF_ONE_VERSION = new Set(["pattern", "minLength", "maxLength", "minimum", "maximum", "maxItems"]);

/** The schema as far as it holds at other API versions too: types, and what is required. Kinds that it doesn't know pass. */
function shapeOf(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(shapeOf);
  if (typeof node !== "object" || node === null) return node;
  const { enum: words, "x-discriminator": tag, oneOf, ...rest } = node as JsonObject;
  const result: JsonObject = words === undefined ? {} : { type: "string" };
  for (const [key, value] of Object.entries(rest)) {
    if (key === "properties" || key === "$defs") result[key] = eachShape(value as JsonObject);
    else if (!OF_ONE_VERSION.has(key) && value !== false) result[key] = shapeOf(value);
  }
  if (tag === undefined) return result;
  const kinds = (oneOf as SchemaNode[]).map(({ properties }) => properties?.[tag as string]?.const);
  const known = { discriminator: { propertyName: tag }, oneOf: shapeOf(oneOf) };
  const unknown = { properties: { [tag as string]: { type: "string", not: { enum: kinds } } } };
  return { ...result, required: [tag], anyOf: [known, unknown] };
}

function eachShape(map: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, shapeOf(value)]));
}

function withoutPatterns(properties: unknown): unknown {
  return Object.fromEntries(
    Object.entries(properties as Record<string, JsonObject>).map(([key, { pattern: _, ...rest }]) => [key, forService(rest, key)]),
  );
}

function explain(error: ErrorObject, type: string, apiVersion: string): string {
  const where = error.instancePath.slice(1).replaceAll("/", ".");
  const inside = (key: string) => (where ? `${where}.${key}` : key);
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case "additionalProperties":
      return `Could not find member '${inside(String(params.additionalProperty))}' on ${type} at API version ${apiVersion}.`;
    case "required":
      return `Required property '${inside(String(params.missingProperty))}' not found.`;
    case "enum":
      return `'${where}' must be one of ${(params.allowedValues as unknown[]).join(", ")}.`;
    case "discriminator":
      if (params.tagValue === undefined) return `Required property '${inside(String(params.tag))}' not found.`;
      return `'${inside(String(params.tag))}' has the value '${String(params.tagValue)}', which is none that ${type} knows.`;
    default:
      return `'${where}' ${error.message}.`;
  }
}
