import * as fs from "node:fs";
import * as path from "node:path";
import type { ErrorObject, ValidateFunction } from "ajv";
import type { Ajv2020 } from "ajv/dist/2020";
import { AzureError } from "./azureError";
import type { SchemaNode } from "./bodyWalk";
import { type JsonObject, textOf } from "./json";

interface Schema extends SchemaNode {
  $id: string;
  "x-resource-type": string;
  "x-api-version": string;
}

const FOLDER = path.join(__dirname, "schemas");
const KEYWORDS = ["x-source", "x-resource-type", "x-api-version", "x-discriminator", "x-open", "x-sensitive"];

/** The service accepts `/` as a container route (azureml-examples, Triton custom container); the specification's pattern does not. */
const PATTERNS_NOT_ENFORCED = new Set(["Route"]);

/** How a body is validated: completely, or only its structure, which is common to all API versions. */
type Validation = "strict" | "structure";

/** The JSON Schema of a resource type, at the API version whose bodies are validated strictly. */
export class TypeSchema {
  readonly type: string;
  readonly apiVersion: string;
  readonly root: SchemaNode;
  /** The schemas of other API versions whose bodies are validated strictly too, by API version. */
  private readonly others = new Map<string, TypeSchema>();
  private readonly parts = new Map<string, TypeSchema>();
  private readonly compiled: Partial<Record<Validation, ValidateFunction>> = {};
  private readonly properties = new Map<string, boolean>();

  constructor(private readonly schema: Schema) {
    this.type = schema["x-resource-type"];
    this.apiVersion = schema["x-api-version"];
    this.root = schema;
  }

  /** Adds the schema of another API version. */
  add(other: TypeSchema): void {
    this.others.set(other.apiVersion, other);
  }

  /** The schema that validates bodies of this API version. */
  at(apiVersion: string): TypeSchema {
    return this.others.get(apiVersion) ?? this;
  }

  /** Whether responses of this type have the property (`systemData`, `properties.provisioningState`). */
  has(dotted: string): boolean {
    let exists = this.properties.get(dotted);
    if (exists === undefined) {
      exists = this.nodesAt(dotted).length > 0;
      this.properties.set(dotted, exists);
    }
    return exists;
  }

  /** Whether requests of this type can set the property. */
  accepts(dotted: string): boolean {
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
   * Validates a body: strictly at the schema's API version, and at other versions only required properties and types, which rules depend
   * on.
   * @throws AzureError 400 with the paths of the problems
   */
  validate(body: JsonObject, apiVersion = this.apiVersion): void {
    const validation = apiVersion === this.apiVersion ? "strict" : "structure";
    this.compiled[validation] ??= compile(this.schema, validation);
    const check = this.compiled[validation];
    if (check(body)) return;
    const details = (check.errors ?? [])
      .filter(({ keyword }) => !["oneOf", "anyOf", "not"].includes(keyword))
      .map((error) => explain(error, this.type, apiVersion));
    throw new AzureError(400, "InvalidRequestContent", `The request content was invalid: ${details.slice(0, 5).join(" ")}`);
  }

  /** The schema of one of its definitions, for the body of an action. */
  part(definition: string): TypeSchema {
    let part = this.parts.get(definition);
    if (part === undefined) {
      part = new TypeSchema({ ...this.schema, $id: `${this.schema.$id}/${definition}`, $ref: `#/$defs/${definition}` });
      this.parts.set(definition, part);
    }
    return part;
  }

  private branches(node: SchemaNode): SchemaNode[] {
    const here = node.$ref ? this.root.$defs![node.$ref.slice("#/$defs/".length)]! : node;
    return here.oneOf ? here.oneOf.flatMap((branch) => this.branches(branch)) : [here];
  }
}

let loaded: ReadonlyMap<string, TypeSchema> | undefined;

/** Returns all schemas by lowercase type. They are read once per process. Of several API versions of a type, the oldest has the others. */
export function loadSchemas(): ReadonlyMap<string, TypeSchema> {
  if (loaded) return loaded;
  const files = fs
    .readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .sort();
  const schemas = files.map((file) => new TypeSchema(JSON.parse(fs.readFileSync(path.join(FOLDER, file), "utf8")) as Schema));
  const byType = new Map<string, TypeSchema>();
  for (const schema of schemas) {
    const first = byType.get(schema.type.toLowerCase());
    if (first) first.add(schema);
    else byType.set(schema.type.toLowerCase(), schema);
  }
  loaded = byType;
  return loaded;
}

/** One for all types: a compiler compiles the meta-schema first. */
const compilers: Partial<Record<Validation, Ajv2020>> = {};

function compile(schema: Schema, validation: Validation): ValidateFunction {
  compilers[validation] ??= compiler();
  return compilers[validation].compile((validation === "strict" ? forService(schema) : structureOf(schema)) as JsonObject);
}

function compiler(): Ajv2020 {
  // Loaded with the first write: a run that only reads, such as a preview, needs no validator.
  const { Ajv2020: Compiler } = require("ajv/dist/2020") as typeof import("ajv/dist/2020");
  const ajv = new Compiler({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    discriminator: true,
    validateFormats: false,
  });
  for (const keyword of KEYWORDS) ajv.addKeyword(keyword);
  return ajv;
}

/** The schema as the service applies it: open enums accept any string, discriminators select a branch, and some patterns are removed. */
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

/** Keywords that differ between API versions. */
const VERSION_SPECIFIC = new Set(["pattern", "minLength", "maxLength", "minimum", "maximum", "maxItems"]);

/** The part of the schema that is valid at other API versions: types and required properties. Unknown union members are accepted. */
function structureOf(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(structureOf);
  if (typeof node !== "object" || node === null) return node;
  const { enum: words, "x-discriminator": tag, oneOf, ...rest } = node as JsonObject;
  const result: JsonObject = words === undefined ? {} : { type: "string" };
  for (const [key, value] of Object.entries(rest)) {
    if (key === "properties" || key === "$defs") result[key] = structuresOf(value as JsonObject);
    else if (!VERSION_SPECIFIC.has(key) && value !== false) result[key] = structureOf(value);
  }
  if (tag === undefined) return result;
  const kinds = (oneOf as SchemaNode[]).map(({ properties }) => properties?.[tag as string]?.const);
  const known = { discriminator: { propertyName: tag }, oneOf: structureOf(oneOf) };
  const unknown = { properties: { [tag as string]: { type: "string", not: { enum: kinds } } } };
  return { ...result, required: [tag], anyOf: [known, unknown] };
}

function structuresOf(map: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, structureOf(value)]));
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
      return `'${inside(String(params.tag))}' has the value '${textOf(params.tagValue)}', which is not valid for ${type}.`;
    default:
      return `'${where}' ${error.message}.`;
  }
}
