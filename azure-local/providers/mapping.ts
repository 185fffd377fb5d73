/** Converts between the SDK's inputs and outputs and the JSON bodies of ARM, as azure-native does. */
import { type Node, type Property, type ResourceSchema, sdkName } from "./resourceSchema";
import { isObject, type Properties, secret, UNKNOWN, type Value } from "./wire";

/** One direction of the conversion. `convert` walks arrays, maps and unions. */
interface Conversion {
  readonly schema: ResourceSchema;
  /** Returns the name in the input values of the property `wire`, for the discriminators of unions. */
  nameOf(wire: string): string;
  set(value: Value): Value;
  object(node: Node, value: Properties): Properties;
}

function convert(conversion: Conversion, node: Node, value: Value): Value {
  const { schema } = conversion;
  const form = schema.form(node);
  if (form === "array" && Array.isArray(value)) return value.map((item) => convert(conversion, schema.item(node), item));
  if (form === "set") return conversion.set(value);
  if (!isObject(value)) return value;
  if (form === "object") return conversion.object(node, value);
  if (form === "map") {
    const item = schema.mapItem(node);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, convert(conversion, item, each)]));
  }
  const member = form === "union" ? schema.member(node, value, (wire) => conversion.nameOf(wire)) : undefined;
  return member ? conversion.object(member, value) : value;
}

/** The properties that the schema does not define but allows. */
function openProperties(schema: ResourceSchema, node: Node, value: Properties, named: Iterable<string>): Properties {
  if (!schema.isOpen(node)) return {};
  const names = new Set(named);
  return Object.fromEntries(Object.entries(value).filter(([key]) => !names.has(key)));
}

/** Returns the request body for these inputs. Omits inputs that are not part of the body, such as path parameters. */
export function toBody(schema: ResourceSchema, inputs: Properties): Properties {
  const conversion: Conversion = {
    schema,
    nameOf: sdkName,
    set: (value) => (Array.isArray(value) ? Object.fromEntries(value.map((item) => [String(item), {}])) : value),
    object: (node, value) => {
      const properties = schema.properties(node);
      const sdkNames = properties.map(({ sdk }) => sdk);
      const result = openProperties(schema, node, value, sdkNames);
      for (const property of properties) {
        const item = value[property.sdk];
        if (item === undefined || property.readOnly) continue;
        const target = property.container ? containerOf(result, property.container) : result;
        target[property.wire] = convert(conversion, property.node, item);
      }
      return result;
    },
  };
  const root = schema.root(inputs);
  const body = conversion.object(root, inputs);
  const needsProperties = schema.isFlattened(root) && root.schema.required?.includes("properties");
  return needsProperties && body.properties === undefined ? { ...body, properties: {} } : body;
}

function containerOf(parent: Properties, name: string): Properties {
  const existing = parent[name];
  if (isObject(existing)) return existing;
  const created: Properties = {};
  parent[name] = created;
  return created;
}

/** Returns the SDK's outputs for a response body. Values that are sensitive in the schema become secrets. */
export function toOutputs(schema: ResourceSchema, body: Properties): Properties {
  const conversion: Conversion = {
    schema,
    nameOf: (wire) => wire,
    set: (value) => value,
    object: (node, value) => {
      const properties = schema.properties(node);
      const wireNames = properties.map(({ container, wire }) => container ?? wire);
      const result = openProperties(schema, node, value, wireNames);
      for (const property of properties) {
        const item = wireValue(property, value);
        if (item === undefined || item === null || property.writeOnly) continue;
        const converted = convert(conversion, property.node, item);
        result[property.sdk] = property.sensitive ? secret(converted) : converted;
      }
      return result;
    },
  };
  return conversion.object(schema.root(body), body);
}

function wireValue(property: Property, value: Properties): Value | undefined {
  if (!property.container) return value[property.wire];
  const container = value[property.container];
  return isObject(container) ? container[property.wire] : undefined;
}

/** Returns the outputs that can be inputs. An import starts with them, and a refresh compares them. */
export function writableOutputs(schema: ResourceSchema, outputs: Properties): Properties {
  const conversion: Conversion = {
    schema,
    nameOf: sdkName,
    set: (value) => (isObject(value) ? Object.keys(value) : value),
    object: (node, value) => {
      const properties = schema.properties(node);
      const sdkNames = properties.map(({ sdk }) => sdk);
      const result = openProperties(schema, node, value, sdkNames);
      for (const { node: child, readOnly, sdk } of properties) {
        const item = value[sdk];
        if (item !== undefined && !readOnly) result[sdk] = convert(conversion, child, item);
      }
      return result;
    },
  };
  return conversion.object(schema.root(outputs), outputs);
}

/** Returns the outputs in a preview: the inputs, and unknown values for all other `names`. */
export function previewOutputs(schema: ResourceSchema, inputs: Properties, names: readonly string[]): Properties {
  const conversion: Conversion = {
    schema,
    nameOf: sdkName,
    set: () => UNKNOWN,
    object: (node, value) => {
      // azure-native returns a union member unchanged.
      if (node.isUnionMember) return value;
      const visible = schema.properties(node).filter(({ writeOnly }) => !writeOnly);
      return Object.fromEntries(visible.map((property) => [property.sdk, previewOf(property, value)]));
    },
  };
  const previewOf = ({ node, readOnly, sdk }: Property, value: Properties): Value => {
    const item = value[sdk];
    return item === undefined || readOnly ? UNKNOWN : convert(conversion, node, item);
  };
  const properties = new Map(schema.properties(schema.root(inputs)).map((property) => [property.sdk, property]));
  return Object.fromEntries(
    names.map((name) => {
      const property = properties.get(name);
      return [name, property ? previewOf(property, inputs) : UNKNOWN];
    }),
  );
}
