import { isSecretName, REDACTED, redactText } from "../http/redact";
import { ALSO_SENSITIVE, type SchemaNode, walk } from "./bodyWalk";
import { isObject, type JsonObject } from "./json";
import { TEMPLATE_DEPLOYMENT } from "./path";

/** Returns the schema of a type, if there is one. */
export type SchemaOf = (type: string) => SchemaNode | undefined;

/**
 * Redacts all secrets in a body for the log, by the schema of its type, by names, by known paths, and by the format of strings. In a
 * template, this applies to each resource. Template parameters are secret if they are declared as secure, or not declared.
 */
export function redact(body: JsonObject, type: string, schemaOf: SchemaOf): JsonObject {
  const root = schemaOf(type);
  const marked = root
    ? walk(body, root, root, "", (value, node) => (node["x-sensitive"] ? { value: REDACTED, deeper: false } : { value }))
    : body;
  const open = redactByName(marked, "", ALSO_SENSITIVE[type.toLowerCase()] ?? []) as JsonObject;
  if (type.toLowerCase() === TEMPLATE_DEPLOYMENT.toLowerCase()) return redactDeployment(body, open, schemaOf);
  return body.resources === undefined ? open : { ...open, resources: redactResources(body.resources, `${type}/`, schemaOf) };
}

function redactByName(value: unknown, path: string, paths: readonly string[]): unknown {
  if (typeof value === "string") return redactText(value);
  if (Array.isArray(value)) return value.map((item) => redactByName(item, path, paths));
  if (!isObject(value)) return value;
  // A nested resource contains its own type.
  const own = path !== "" && typeof value.type === "string" ? ALSO_SENSITIVE[value.type.toLowerCase()] : undefined;
  if (own) return redactByName(value, "", own);
  return mapValues(value, (item, key) => {
    const here = path ? `${path}.${key}` : key;
    return paths.includes(here) || (isSecretName(key) && isValue(item)) ? REDACTED : redactByName(item, here, paths);
  });
}

/** Whether a value can be a secret: neither a boolean nor a reference to a secret. */
function isValue(value: unknown): boolean {
  return value !== null && typeof value !== "boolean" && !(typeof value === "string" && value.startsWith("${{"));
}

function redactDeployment(body: JsonObject, open: JsonObject, schemaOf: SchemaOf): JsonObject {
  if (!isObject(body.properties) || !isObject(open.properties)) return open;
  const { template, parameters } = body.properties;
  const declared = isObject(template) && isObject(template.parameters) ? template.parameters : {};
  const properties: JsonObject = { ...open.properties };
  if (isObject(parameters)) properties.parameters = redactParameters(parameters, "value", (name) => declaration(declared, name));
  if (isObject(template) && isObject(properties.template)) {
    const redacted: JsonObject = { ...properties.template };
    if (isObject(template.parameters)) redacted.parameters = redactParameters(declared, "defaultValue", (name) => declared[name]);
    if (template.resources !== undefined) redacted.resources = redactResources(template.resources, "", schemaOf);
    properties.template = redacted;
  }
  return { ...open, properties };
}

/** Parameter names are case-insensitive. */
function declaration(declared: JsonObject, name: string): unknown {
  return Object.entries(declared).find(([other]) => other.toLowerCase() === name.toLowerCase())?.[1];
}

function redactParameters(parameters: JsonObject, member: string, declaredAs: (name: string) => unknown): JsonObject {
  return mapValues(parameters, (parameter, name) => {
    const open = redactByName(parameter, "", []);
    if (!isObject(open) || open[member] === undefined) return open;
    const declared = declaredAs(name);
    const type = isObject(declared) && typeof declared.type === "string" ? declared.type.toLowerCase() : "secure";
    return type.startsWith("secure") || isSecretName(name) ? { ...open, [member]: REDACTED } : open;
  });
}

/** A list, or an object with symbolic names. The type of a child is relative to the type of its parent. */
function redactResources(resources: unknown, above: string, schemaOf: SchemaOf): unknown {
  const redactOne = (resource: unknown) =>
    isObject(resource) ? redact(resource, `${above}${typeof resource.type === "string" ? resource.type : ""}`, schemaOf) : resource;
  if (Array.isArray(resources)) return resources.map(redactOne);
  return isObject(resources) ? mapValues(resources, redactOne) : resources;
}

function mapValues(value: JsonObject, map: (item: unknown, key: string) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item, key)]));
}
