/** Metadata of a resource type: from the table, the SDK's class, and the ARM schema of the SDK's API version. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ResourceSchema, type SchemaDocument } from "./resourceSchema";
import { type ResourceTypeRow, resourceTypes } from "./resourceTypes";
import { isObject, type Properties, plainProperties, type Value } from "./wire";

export interface ResourceType {
  /** `azure-native:network:Subnet` */
  readonly token: string;
  readonly row: ResourceTypeRow;
  /** Path parameters in order, without the subscription. */
  readonly pathParameters: readonly string[];
  /** API version that the SDK uses. */
  readonly apiVersion: string;
  /** Names of the SDK class's arguments and outputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The schema of the body with the names of the inputs. */
  readonly inputSchema: ResourceSchema;
  /** The schema of the body with the names of the outputs. `AutoscaleSetting` and `ResourceGroup` have `properties` only in the outputs. */
  readonly outputSchema: ResourceSchema;
  /** The schema of the resource's name, if it has constraints. */
  readonly nameSchema: SchemaDocument;
}

const SCHEMAS = join(__dirname, "..", "arm", "schemas");

// The generic resource has no schema. It accepts any body with ARM's common properties.
const GENERIC: SchemaDocument = {
  type: "object",
  properties: {
    id: { type: "string", readOnly: true },
    name: { type: "string", readOnly: true },
    type: { type: "string", readOnly: true },
    extendedLocation: {},
    identity: {
      type: "object",
      properties: {
        principalId: { type: "string", readOnly: true },
        tenantId: { type: "string", readOnly: true },
        type: { type: "string" },
        userAssignedIdentities: {
          type: "object",
          additionalProperties: {
            type: "object",
            properties: { clientId: { type: "string", readOnly: true }, principalId: { type: "string", readOnly: true } },
            additionalProperties: false,
          },
        },
      },
    },
    kind: { type: "string" },
    location: { type: "string" },
    managedBy: { type: "string" },
    plan: {},
    properties: {},
    sku: {},
    tags: { type: "object", additionalProperties: { type: "string" } },
  },
};

/** ARM type of a path with parameters: `Microsoft.Network/virtualNetworks/subnets`. */
export function armType(path: string): string {
  const segments = path.slice(path.lastIndexOf("/providers/") + "/providers/".length).split("/");
  return segments.filter((segment) => !segment.startsWith("{")).join("/");
}

interface SdkClass {
  readonly apiVersion: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

function readSdkClass(shortToken: string): SdkClass {
  const [module = "", name = ""] = shortToken.split(":");
  const root = dirname(require.resolve("@pulumi/azure-native/package.json"));
  const source = readFileSync(join(root, module, `${name.charAt(0).toLowerCase()}${name.slice(1)}.js`), "utf8");
  const assigned = [...source.matchAll(/resourceInputs\["(\w+)"\] = (undefined)?/g)];
  const names = (isOutput: boolean) => [
    ...new Set(assigned.filter((match) => (match[2] !== undefined) === isOutput).map((match) => match[1] ?? "")),
  ];
  return {
    apiVersion: /Uses Azure REST API version ([\w-]+)\./.exec(source)?.[1] ?? "",
    inputs: names(false),
    outputs: names(true),
  };
}

function readSchema(type: string, apiVersion: string): SchemaDocument {
  if (type === "*") return GENERIC;
  const file = join(SCHEMAS, `${type.replaceAll("/", ".")}@${apiVersion}.json`);
  if (!existsSync(file)) throw new Error(`the ARM schema of ${type} at API version ${apiVersion} is missing: ${file}`);
  return JSON.parse(readFileSync(file, "utf8"));
}

function load(shortToken: string, row: ResourceTypeRow): ResourceType {
  const { apiVersion, inputs, outputs } = readSdkClass(shortToken);
  const document = readSchema(row.schemaType ?? armType(row.path), apiVersion);
  const inputSchema = new ResourceSchema(document, row, !inputs.includes("properties"));
  const outputSchema = new ResourceSchema(document, row, !outputs.includes("properties"));
  const pathParameters = [...row.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").filter((name) => name !== "subscriptionId");
  const nameSchema = inputSchema.root({}).schema.properties?.name ?? {};
  return { token: `azure-native:${shortToken}`, row, pathParameters, apiVersion, inputs, outputs, inputSchema, outputSchema, nameSchema };
}

const loaded = new Map<string, ResourceType>();

/** @throws if the stand-in does not support the type; the message names the file to extend */
export function resourceType(token: string): ResourceType {
  const shortToken = token.replace(/^azure-native:/, "");
  const existing = loaded.get(shortToken);
  if (existing) return existing;
  const row = resourceTypes[shortToken];
  if (!row) throw new Error(`azure-local does not support the resource type ${token}. Add it to azure-local/providers/resourceTypes.ts.`);
  const type = load(shortToken, row);
  loaded.set(shortToken, type);
  return type;
}

/** Returns the API version to use. For the generic resource, it is an input. */
export function apiVersionOf(type: ResourceType, inputs: Properties | undefined): string {
  const chosen = type.inputs.includes("apiVersion") ? inputs?.apiVersion : undefined;
  return typeof chosen === "string" ? chosen : type.apiVersion;
}

/** Returns the ARM ID for these inputs. @throws if a path parameter is missing */
export function resourceId(type: ResourceType, inputs: Properties, subscriptionId: string): string {
  const values: Properties = { subscriptionId, ...plainProperties(inputs) };
  const id = type.row.path.replace(/\{(\w+)\}/g, (_, name: string) => segment(type, name, values[name]));
  // An empty parent of the generic resource results in two slashes.
  return `/${id.split("/").filter(Boolean).join("/")}`;
}

// These parameters contain paths, not single path segments.
const SUB_PATHS = new Set(["parentResourcePath", "resourceType", "resourceUri", "scope"]);

function segment(type: ResourceType, name: string, value: Value | undefined): string {
  if (typeof value !== "string")
    throw new Error(`expected string value for path parameter '${name}' of ${type.token}, got ${typeof value}`);
  return SUB_PATHS.has(name) ? value.replace(/^\/+|\/+$/g, "") : encodeURIComponent(value);
}

/** Returns the inputs in an ARM ID. @throws if the ID is not an ID of the type */
export function pathInputs(type: ResourceType, id: string): Properties {
  const pattern = type.row.path.replace(/\{(\w+)\}/g, (_, name: string) => (SUB_PATHS.has(name) ? `(?<${name}>.*?)` : `(?<${name}>[^/]+)`));
  // The leading slash of a scope belongs to the path. If the generic resource has no parent, its slash is absent too.
  const flexible = pattern
    .replace("(?<parentResourcePath>.*?)/", "(?:(?<parentResourcePath>.*)/)?")
    .replace("(?<resourceType>.*?)", "(?<resourceType>[^/]+)");
  const groups = new RegExp(`^${flexible}$`, "i").exec(id)?.groups;
  if (!groups) throw new Error(`'${id}' is not an ID of ${type.token}. Expected ${type.row.path}.`);
  const { subscriptionId: _, ...parameters } = groups;
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, SUB_PATHS.has(name) ? (value ?? "") : decodeURIComponent(value ?? "")]),
  );
}

export type NameStrategy = "copy" | "random" | "uuid";

/** How azure-native generates the name of a resource if it is omitted (its AutoNamer). */
export function nameStrategy({ pathParameters, row }: ResourceType): NameStrategy {
  const name = pathParameters.at(-1) ?? "";
  if (name === "endpointName") return "random";
  if (name === "roleAssignmentName" || name === "roleDefinitionId") return "uuid";
  const afterProvider = row.path.toLowerCase().split("microsoft.").at(-1) ?? "";
  const parameters = afterProvider.split("{").length - 1;
  return afterProvider === row.path.toLowerCase() || parameters === 1 ? "random" : "copy";
}

/** The value at a path such as `properties.accessPolicies`. */
export function valueAt(properties: Properties, path: string): Value | undefined {
  return path.split(".").reduce<Value | undefined>((value, key) => (isObject(value) ? value[key] : undefined), properties);
}
