import { AzureError } from "./azureError";
import { isObject, type JsonObject, textOf } from "./json";
import { sameId } from "./path";

/** A resource of a template, with literal values. */
export interface TemplateResource {
  readonly id: string;
  readonly apiVersion: string;
  readonly dependsOn: readonly string[];
  readonly body: JsonObject;
}

/**
 * Reads an inline template with literal values. A string in brackets is an expression, which is not supported. `[[` escapes a literal
 * bracket. A string that does not end with a bracket is literal. Source: Azure docs, azure-resource-manager/templates/template-expressions,
 * "Escape characters".
 * @throws AzureError InvalidTemplate
 */
export function readTemplate(properties: JsonObject, scope: string): TemplateResource[] {
  if (properties.mode !== undefined && textOf(properties.mode).toLowerCase() !== "incremental") {
    throw invalid(`The simulator does not support the mode '${textOf(properties.mode)}', only Incremental.`);
  }
  const template = properties.template;
  if (!isObject(template)) throw invalid("'properties.template' must be an inline template.");
  for (const member of ["$schema", "contentVersion"]) {
    if (typeof template[member] !== "string") throw invalid(`The template must have the property '${member}'.`);
  }
  if (!Array.isArray(template.resources)) throw invalid("The template must have a list 'resources'.");
  const resources = template.resources.map((resource, index) => readResource(resource, `resources[${index}]`, scope));
  resources.forEach((resource, index) => {
    const twin = resources.findIndex((other) => sameId(other.id, resource.id));
    if (twin !== index) throw invalid(`The resource '${resource.id}' is defined multiple times in a template.`);
  });
  const linked = resources.map((resource) => ({
    ...resource,
    dependsOn: resource.dependsOn.map((name) => dependency(name, resources, resource.id)),
  }));
  rejectCycles(linked);
  return linked;
}

/**
 * Reads the outputs of an inline template, with literal values. Azure returns their types with a capital letter.
 * Source: Azure docs, azure-resource-manager/templates/outputs; Azure REST specification, Microsoft.Resources/deployments.
 * @throws AzureError InvalidTemplate
 */
export function readOutputs(properties: JsonObject): JsonObject | undefined {
  const { outputs } = isObject(properties.template) ? properties.template : ({} as JsonObject);
  if (outputs === undefined) return undefined;
  if (!isObject(outputs)) throw invalid("'outputs' must be an object.");
  return Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, readOutput(output, `outputs.${name}`)]));
}

const outputTypes: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  int: Number.isInteger,
  bool: (value) => typeof value === "boolean",
  array: Array.isArray,
  object: isObject,
};

function readOutput(raw: unknown, path: string): JsonObject {
  const { type, value } = isObject(raw) ? raw : ({} as JsonObject);
  const name = typeof type === "string" ? type.toLowerCase() : "";
  const fits = Object.hasOwn(outputTypes, name) ? outputTypes[name] : undefined;
  if (fits === undefined) throw invalid(`'${path}.type' must be one of ${Object.keys(outputTypes).join(", ")}.`);
  const read = literal(value, `${path}.value`);
  if (!fits(read)) throw invalid(`'${path}.value' must be of the type '${name}'.`);
  return { type: `${name[0]!.toUpperCase()}${name.slice(1)}`, value: read } as JsonObject;
}

function readResource(raw: unknown, path: string, scope: string): TemplateResource {
  if (!isObject(raw)) throw invalid(`'${path}' must be an object.`);
  const { type, apiVersion, name, dependsOn = [], comments: _, ...body } = literal(raw, path) as JsonObject;
  for (const [key, value] of Object.entries({ type, apiVersion, name })) {
    if (typeof value !== "string" || value === "") throw invalid(`'${path}.${key}' must be a non-empty string.`);
  }
  if (!Array.isArray(dependsOn)) throw invalid(`'${path}.dependsOn' must be a list.`);
  for (const key of ["copy", "condition", "scope", "resources"]) {
    if (key in body) throw invalid(`The simulator does not support '${path}.${key}'.`);
  }
  return {
    id: idOf(type as string, name as string, scope, path),
    apiVersion: apiVersion as string,
    dependsOn: dependsOn.map(String),
    body,
  };
}

function idOf(type: string, name: string, scope: string, path: string): string {
  const [namespace, ...types] = type.split("/");
  const names = name.split("/");
  if (types.length !== names.length) {
    const message = `Unable to process '${path}': the name '${name}' must have the same number of segments as the type '${type}' has after its namespace, ${types.length}.`;
    throw invalid(message);
  }
  return `${scope}/providers/${namespace}/${types.map((segment, index) => `${segment}/${names[index]}`).join("/")}`;
}

/** A dependency is a full ID, `<type>/<name>`, or an unambiguous name. */
function dependency(name: string, resources: readonly TemplateResource[], of: string): string {
  const named = resources.filter((resource) => {
    const id = resource.id.toLowerCase();
    return id === name.toLowerCase() || id.endsWith(`/${name.toLowerCase()}`) || flatName(id) === name.toLowerCase();
  });
  if (named.length === 1) return named[0]!.id;
  throw invalid(`The resource '${name}' that '${of}' depends on is ${named.length === 0 ? "not defined" : "ambiguous"} in the template.`);
}

/** `microsoft.x/a/b/name1/name2`, the other common format for a nested resource. */
function flatName(id: string): string {
  const segments = id.slice(id.indexOf("/providers/") + "/providers/".length).split("/");
  const [namespace, ...pairs] = segments;
  const types = pairs.filter((_, index) => index % 2 === 0);
  const names = pairs.filter((_, index) => index % 2 === 1);
  return [namespace, ...types, ...names].join("/");
}

function rejectCycles(resources: readonly TemplateResource[]): void {
  let remaining = [...resources];
  for (let before = -1; before !== remaining.length; ) {
    before = remaining.length;
    remaining = remaining.filter((resource) => resource.dependsOn.some((id) => remaining.some((other) => sameId(other.id, id))));
  }
  if (remaining.length > 0) throw invalid(`Circular dependency detected on resource '${remaining[0]!.id}'.`);
}

function literal(value: unknown, path: string): unknown {
  if (typeof value === "string") return literalString(value, path);
  if (Array.isArray(value)) return value.map((item, index) => literal(item, `${path}[${index}]`));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literal(item, `${path}.${key}`)]));
}

function literalString(value: string, path: string): string {
  if (!value.startsWith("[") || !value.endsWith("]")) return value;
  if (value.startsWith("[[")) return value.slice(1);
  throw invalid(
    `'${path}' is the expression '${value}', but the simulator does not evaluate expressions. Use the value, or begin a literal text in brackets with '[['.`,
  );
}

function invalid(message: string): AzureError {
  return new AzureError(400, "InvalidTemplate", `Deployment template validation failed: ${message}`);
}
