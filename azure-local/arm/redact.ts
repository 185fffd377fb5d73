import { isSecretName, REDACTED, redactText } from "../http/redact";
import { ALSO_SENSITIVE, type SchemaNode, walk } from "./bodyWalk";
import { isObject, type JsonObject } from "./json";
import { TEMPLATE_DEPLOYMENT } from "./path";

/** The schema of a type, if there is one. */
export type SchemaOf = (type: string) => SchemaNode | undefined;

/**
 * A body with every secret replaced, fit for a log: by the schema of its type, by names, by known paths and by the form of texts. Of a template
 * the same holds for each resource, and parameters are secret where the template says so, or says nothing.
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
  // A resource says itself what it is, in whatever it was sent.
  const own = path !== "" && typeof value.type === "string" ? ALSO_SENSITIVE[value.type.toLowerCase()] : undefined;
  if (own) return redactByName(value, "", own);
  return mapValues(value, (item, key) => {
    const here = path ? `${path}.${key}` : key;
    return paths.includes(here) || (isSecretName(key) && isValue(item)) ? REDACTED : redactByName(item, here, paths);
  });
}

/** Whether it could be a secret: neither a switch nor a reference to where the secret is. */
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
    const shown: JsonObject = { ...properties.template };
    if (isObject(template.parameters)) shown.parameters = redactParameters(declared, "defaultValue", (name) => declared[name]);
    if (template.resources !== undefined) shown.resources = redactResources(template.resources, "", schemaOf);
    properties.template = shown;
  }
  return { ...open, properties };
}

/** Names of parameters compare without regard to case. */
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

/** A list, or an object by symbolic names. A child's type is relative to its parent's. */
function redactResources(resources: unknown, above: string, schemaOf: SchemaOf): unknown {
  const redactOne = (resource: unknown) =>
    isObject(resource) ? redact(resource, `${above}${typeof resource.type === "string" ? resource.type : ""}`, schemaOf) : resource;
  if (Array.isArray(resources)) return resources.map(redactOne);
  return isObject(resources) ? mapValues(resources, redactOne) : resources;
}

function mapValues(value: JsonObject, map: (item: unknown, key: string) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item, key)]));
}
