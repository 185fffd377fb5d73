/** Between the SDK's inputs and outputs and the JSON bodies of ARM, in the steps that azure-native takes. */
import { type Node, type Property, type Shape, sdkName } from "./shape";
import { isObject, type Properties, secret, UNKNOWN, type Value } from "./wire";

/** One direction of conversion; `convert` finds the way through arrays, maps and unions. */
interface Conversion {
  readonly shape: Shape;
  /** How the values at hand call a property that the body calls `wire`; for the discriminators of unions. */
  nameOf(wire: string): string;
  set(value: Value): Value;
  object(node: Node, value: Properties): Properties;
}

function convert(conversion: Conversion, node: Node, value: Value): Value {
  const { shape } = conversion;
  const form = shape.form(node);
  if (form === "array" && Array.isArray(value)) return value.map((item) => convert(conversion, shape.item(node), item));
  if (form === "set") return conversion.set(value);
  if (!isObject(value)) return value;
  if (form === "object") return conversion.object(node, value);
  if (form === "map") {
    const item = shape.mapItem(node);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, convert(conversion, item, each)]));
  }
  const member = form === "union" ? shape.member(node, value, (wire) => conversion.nameOf(wire)) : undefined;
  return member ? conversion.object(member, value) : value;
}

/** What the schema doesn't name but lets through. */
function openProperties(shape: Shape, node: Node, value: Properties, named: Iterable<string>): Properties {
  if (!shape.isOpen(node)) return {};
  const names = new Set(named);
  return Object.fromEntries(Object.entries(value).filter(([key]) => !names.has(key)));
}

/** The request body that the inputs describe. Inputs that are no part of the body (the parameters of the path) are left out. */
export function toBody(shape: Shape, inputs: Properties): Properties {
  const conversion: Conversion = {
    shape,
    nameOf: sdkName,
    set: (value) => (Array.isArray(value) ? Object.fromEntries(value.map((item) => [String(item), {}])) : value),
    object: (node, value) => {
      const properties = shape.properties(node);
      const sdkNames = properties.map(({ sdk }) => sdk);
      const result = openProperties(shape, node, value, sdkNames);
      for (const property of properties) {
        const item = value[property.sdk];
        if (item === undefined || property.readOnly) continue;
        const target = property.container ? containerOf(result, property.container) : result;
        target[property.wire] = convert(conversion, property.node, item);
      }
      return result;
    },
  };
  const root = shape.root(inputs);
  const body = conversion.object(root, inputs);
  const needsProperties = shape.isFlattened(root) && root.schema.required?.includes("properties");
  return needsProperties && body.properties === undefined ? { ...body, properties: {} } : body;
}

function containerOf(parent: Properties, name: string): Properties {
  const existing = parent[name];
  if (isObject(existing)) return existing;
  const created: Properties = {};
  parent[name] = created;
  return created;
}

/** The SDK's outputs that a response body describes; what the schema calls sensitive comes out secret. */
export function toOutputs(shape: Shape, body: Properties): Properties {
  const conversion: Conversion = {
    shape,
    nameOf: (wire) => wire,
    set: (value) => value,
    object: (node, value) => {
      const properties = shape.properties(node);
      const wireNames = properties.map(({ container, wire }) => container ?? wire);
      const result = openProperties(shape, node, value, wireNames);
      for (const property of properties) {
        const item = wireValue(property, value);
        if (item === undefined || item === null || property.writeOnly) continue;
        const converted = convert(conversion, property.node, item);
        result[property.sdk] = property.sensitive ? secret(converted) : converted;
      }
      return result;
    },
  };
  return conversion.object(shape.root(body), body);
}

function wireValue(property: Property, value: Properties): Value | undefined {
  if (!property.container) return value[property.wire];
  const container = value[property.container];
  return isObject(container) ? container[property.wire] : undefined;
}

/** The part of a resource's outputs that could be its inputs: what an import starts from and what a refresh compares. */
export function writableOutputs(shape: Shape, outputs: Properties): Properties {
  const conversion: Conversion = {
    shape,
    nameOf: sdkName,
    set: (value) => (isObject(value) ? Object.keys(value) : value),
    object: (node, value) => {
      const properties = shape.properties(node);
      const sdkNames = properties.map(({ sdk }) => sdk);
      const result = openProperties(shape, node, value, sdkNames);
      for (const { node: child, readOnly, sdk } of properties) {
        const item = value[sdk];
        if (item !== undefined && !readOnly) result[sdk] = convert(conversion, child, item);
      }
      return result;
    },
  };
  return conversion.object(shape.root(outputs), outputs);
}

/** What a preview can say about the outputs called `names`: the inputs, and everything else unknown. */
export function previewOutputs(shape: Shape, inputs: Properties, names: readonly string[]): Properties {
  const conversion: Conversion = {
    shape,
    nameOf: sdkName,
    set: () => UNKNOWN,
    object: (node, value) => {
      // azure-native shows a member of a union as it was given.
      if (node.isUnionMember) return value;
      const shown = shape.properties(node).filter(({ writeOnly }) => !writeOnly);
      return Object.fromEntries(shown.map((property) => [property.sdk, previewOf(property, value)]));
    },
  };
  const previewOf = ({ node, readOnly, sdk }: Property, value: Properties): Value => {
    const item = value[sdk];
    return item === undefined || readOnly ? UNKNOWN : convert(conversion, node, item);
  };
  const properties = new Map(shape.properties(shape.root(inputs)).map((property) => [property.sdk, property]));
  return Object.fromEntries(
    names.map((name) => {
      const property = properties.get(name);
      return [name, property ? previewOf(property, inputs) : UNKNOWN];
    }),
  );
}
