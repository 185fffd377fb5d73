/**
 * Lists such as a network's subnets can be given with their parent or be resources of their own. Left out of the parent's inputs they belong
 * to those resources: a PUT of the parent must not drop them, and a refresh must not pull them into its inputs.
 */
import { type ResourceType, valueAt } from "./metadata";
import { isObject, type Properties } from "./wire";

function unset(type: ResourceType, inputs: Properties): string[] {
  return (type.row.subResources ?? []).filter((path) => valueAt(inputs, path) === undefined);
}

/** Where the body has the list: one level deeper than the inputs, unless they say `properties` themselves. */
const bodyPath = (path: string): string[] => (path.startsWith("properties.") ? path.split(".") : ["properties", path]);

function withValue(body: Properties, [key = "", ...rest]: readonly string[], value: Properties[string]): Properties {
  if (rest.length === 0) return { ...body, [key]: value };
  const inner = body[key];
  return { ...body, [key]: withValue(isObject(inner) ? inner : {}, rest, value) };
}

/** At creation nothing can be lost: what is left out is empty. */
export function setSubResources(type: ResourceType, inputs: Properties, body: Properties): Properties {
  return unset(type, inputs).reduce((result, path) => withValue(result, bodyPath(path), []), body);
}

/** On update, what is left out is what Azure has. */
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

/** The outputs without the lists that the inputs leave to other resources. */
export function withoutUnsetSubResources(type: ResourceType, inputs: Properties, outputs: Properties): Properties {
  return unset(type, inputs).reduce((result, path) => without(result, path.split(".")), outputs);
}

function without(properties: Properties, [key = "", ...rest]: readonly string[]): Properties {
  const { [key]: inner, ...others } = properties;
  if (inner === undefined || rest.length === 0) return others;
  return isObject(inner) ? { ...others, [key]: without(inner, rest) } : properties;
}
