/**
 * Lists such as the subnets of a network can be part of their parent or separate resources. If the parent's inputs omit them, they are
 * separate resources: a PUT of the parent must not remove them, and a refresh must not add them to its inputs.
 */
import { type ResourceType, valueAt } from "./metadata";
import { isObject, type Properties } from "./wire";

function unset(type: ResourceType, inputs: Properties): string[] {
  return (type.row.subResources ?? []).filter((path) => valueAt(inputs, path) === undefined);
}

/** Path of the list in the body: one level deeper than in the inputs, unless these contain `properties`. */
const bodyPath = (path: string): string[] => (path.startsWith("properties.") ? path.split(".") : ["properties", path]);

function withValue(body: Properties, [key = "", ...rest]: readonly string[], value: Properties[string]): Properties {
  if (rest.length === 0) return { ...body, [key]: value };
  const inner = body[key];
  return { ...body, [key]: withValue(isObject(inner) ? inner : {}, rest, value) };
}

/** Body of a creation: omitted lists are empty. */
export function setSubResources(type: ResourceType, inputs: Properties, body: Properties): Properties {
  return unset(type, inputs).reduce((result, path) => withValue(result, bodyPath(path), []), body);
}

/** Body of an update: omitted lists keep their values in Azure. */
export async function maintainSubResources(
  type: ResourceType,
  inputs: Properties,
  body: Properties,
  read: () => Promise<Properties>,
): Promise<Properties> {
  const paths = unset(type, inputs);
  if (paths.length === 0) return body;
  const current = await read();
  return paths.reduce((result, path) => {
    const value = valueAt(current, bodyPath(path).join("."));
    return value === undefined ? result : withValue(result, bodyPath(path), value);
  }, body);
}

/** Removes the lists that the inputs omit. */
export function withoutUnsetSubResources(type: ResourceType, inputs: Properties, outputs: Properties): Properties {
  return unset(type, inputs).reduce((result, path) => without(result, path.split(".")), outputs);
}

function without(properties: Properties, [key = "", ...rest]: readonly string[]): Properties {
  const { [key]: inner, ...others } = properties;
  if (inner === undefined || rest.length === 0) return others;
  return isObject(inner) ? { ...others, [key]: without(inner, rest) } : properties;
}
