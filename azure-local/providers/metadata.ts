/** What is known of a resource type: from the table, from the SDK's class and from the ARM schema of the version that the SDK names. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ResourceTypeRow, resourceTypes } from "./resourceTypes";
import { type SchemaDocument, Shape } from "./shape";
import { isObject, type Properties, plainProperties, type Value } from "./wire";

export interface ResourceType {
  /** `azure-native:network:Subnet` */
  readonly token: string;
  readonly row: ResourceTypeRow;
  /** Parameters of the path in order, without the subscription. */
  readonly pathParameters: readonly string[];
  /** Version that the SDK names. */
  readonly apiVersion: string;
  /** Names of the SDK class's arguments and outputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The body with the names of the inputs. */
  readonly shape: Shape;
  /** The body with the names of the outputs: `AutoscaleSetting` and `ResourceGroup` keep `properties` there and not in the inputs. */
  readonly outputShape: Shape;
  /** Where the name of the resource itself is constrained, its schema. */
  readonly nameSchema: SchemaDocument;
}

const SCHEMAS = join(__dirname, "..", "arm", "schemas");

// The generic resource has no schema: any body, with the envelope that all of ARM shares.
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
  if (!existsSync(file)) throw new Error(`no ARM schema of ${type} at API version ${apiVersion}: expected ${file}`);
  return JSON.parse(readFileSync(file, "utf8"));
}

function load(shortToken: string, row: ResourceTypeRow): ResourceType {
  const { apiVersion, inputs, outputs } = readSdkClass(shortToken);
  const document = readSchema(row.schemaType ?? armType(row.path), apiVersion);
  const shape = new Shape(document, row, !inputs.includes("properties"));
  const outputShape = new Shape(document, row, !outputs.includes("properties"));
  const pathParameters = [...row.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").filter((name) => name !== "subscriptionId");
  const nameSchema = shape.root({}).schema.properties?.name ?? {};
  return { token: `azure-native:${shortToken}`, row, pathParameters, apiVersion, inputs, outputs, shape, outputShape, nameSchema };
}

const loaded = new Map<string, ResourceType>();

/** @throws when the stand-in doesn't serve the type; the message names the file to extend. */
export function resourceType(token: string): ResourceType {
  const shortToken = token.replace(/^azure-native:/, "");
  const known = loaded.get(shortToken);
  if (known) return known;
  const row = resourceTypes[shortToken];
  if (!row) throw new Error(`resource type ${token} is not served by azure-local: add it to azure-local/providers/resourceTypes.ts`);
  const type = load(shortToken, row);
  loaded.set(shortToken, type);
  return type;
}

/** The version of the API to call: the generic resource takes it as an input. */
export function apiVersionOf(type: ResourceType, inputs: Properties | undefined): string {
  const chosen = type.inputs.includes("apiVersion") ? inputs?.apiVersion : undefined;
  return typeof chosen === "string" ? chosen : type.apiVersion;
}

/** The ARM id that the inputs describe. @throws when a parameter of the path is missing. */
export function resourceId(type: ResourceType, inputs: Properties, subscriptionId: string): string {
  const values: Properties = { subscriptionId, ...plainProperties(inputs) };
  const id = type.row.path.replace(/\{(\w+)\}/g, (_, name: string) => segment(type, name, values[name]));
  // An empty parent of the generic resource leaves two slashes.
  return `/${id.split("/").filter(Boolean).join("/")}`;
}

// These hold paths, not one segment of a path.
const SUB_PATHS = new Set(["parentResourcePath", "resourceType", "resourceUri", "scope"]);

function segment(type: ResourceType, name: string, value: Value | undefined): string {
  if (typeof value !== "string")
    throw new Error(`expected string value for path parameter '${name}' of ${type.token}, got ${typeof value}`);
  return SUB_PATHS.has(name) ? value.replace(/^\/+|\/+$/g, "") : encodeURIComponent(value);
}

/** The inputs that an ARM id holds. @throws when the id is none of the type. */
export function pathInputs(type: ResourceType, id: string): Properties {
  const pattern = type.row.path.replace(/\{(\w+)\}/g, (_, name: string) => (SUB_PATHS.has(name) ? `(?<${name}>.*?)` : `(?<${name}>[^/]+)`));
  // The leading slash of a scope is the path's own; an absent parent of the generic resource takes its slash with it.
  const flexible = pattern
    .replace("(?<parentResourcePath>.*?)/", "(?:(?<parentResourcePath>.*)/)?")
    .replace("(?<resourceType>.*?)", "(?<resourceType>[^/]+)");
  const groups = new RegExp(`^${flexible}$`, "i").exec(id)?.groups;
  if (!groups) throw new Error(`'${id}' is not the id of a ${type.token}: expected ${type.row.path}`);
  const { subscriptionId: _, ...parameters } = groups;
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, SUB_PATHS.has(name) ? (value ?? "") : decodeURIComponent(value ?? "")]),
  );
}

export type NameStrategy = "copy" | "random" | "uuid";

/** How azure-native names a resource whose name is left out (its AutoNamer). */
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
