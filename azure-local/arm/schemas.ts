import * as fs from "node:fs";
import * as path from "node:path";
import type { ErrorObject, ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020";
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

/** A resource type that has a JSON Schema, at the one API version whose bodies are checked strictly. */
export class TypeSchema {
  readonly type: string;
  readonly apiVersion: string;
  readonly root: SchemaNode;
  private compiled?: ValidateFunction;
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
      known = this.lookFor(dotted);
      this.known.set(dotted, known);
    }
    return known;
  }

  private lookFor(dotted: string): boolean {
    let nodes: SchemaNode[] = [this.root];
    for (const key of dotted.split(".")) {
      nodes = nodes
        .flatMap((node) => this.branches(node))
        .map((node) => node.properties?.[key])
        .filter((node) => node !== undefined);
    }
    return nodes.length > 0;
  }

  /** @throws AzureError 400 naming the path of the first thing that is wrong. */
  validate(body: JsonObject): void {
    this.compiled ??= compile(this.schema);
    if (this.compiled(body)) return;
    const details = (this.compiled.errors ?? [])
      .filter((error) => error.keyword !== "oneOf")
      .map((error) => explain(error, this.type, this.apiVersion));
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

function compile(schema: Schema): ValidateFunction {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    discriminator: true,
    validateFormats: false,
  });
  for (const keyword of KEYWORDS) ajv.addKeyword(keyword);
  return ajv.compile(forService(schema) as JsonObject);
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
      return `'${inside(String(params.tag))}' has the value '${String(params.tagValue)}', which is none that ${type} knows.`;
    default:
      return `'${where}' ${error.message}.`;
  }
}
