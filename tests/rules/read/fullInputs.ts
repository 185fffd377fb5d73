/** Inputs with a value for every property that the schema of a resource type has. */
import { resourceType } from "../../../azure-local/providers/metadata";
import { type Node, type ResourceSchema, sdkName } from "../../../azure-local/providers/resourceSchema";
import { isObject, type Properties, type Value } from "../../../azure-local/providers/wire";

/** The depth at which objects that contain themselves end, such as the address of an address. */
const deepest = 8;
/** Enough to reach each member of the largest union. */
const variants = 12;

/** One set of inputs for each member of the unions in the schema. */
export function fullInputs(token: string): Properties[] {
  const type = resourceType(token);
  const parameters = Object.fromEntries(type.pathParameters.map((name) => [name, name === "recordType" ? "A" : `a-${name}`]));
  const made = Array.from({ length: variants }, (_, variant) => {
    const root = type.inputSchema.root({ kind: variant % 2 === 0 ? "AzureCLI" : "AzurePowerShell" });
    const body = objectOf(type.inputSchema, root, variant, 0);
    const inputs = Object.fromEntries(Object.entries(body).filter(([name]) => type.inputs.includes(name)));
    return { ...inputs, ...parameters };
  });
  return [...new Map(made.map((inputs) => [JSON.stringify(inputs), inputs])).values()];
}

function objectOf(schema: ResourceSchema, node: Node, variant: number, depth: number): Properties {
  const writable = schema.properties(node).filter(({ readOnly }) => !readOnly);
  const entries = writable.map(({ sdk, node: child }) => [sdk, generate(schema, child, variant, depth + 1)] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, Value] => entry[1] !== undefined));
}

function generate(schema: ResourceSchema, node: Node, variant: number, depth: number): Value | undefined {
  if (depth > deepest) return undefined;
  const form = schema.form(node);
  if (form === "set") return ["/an/id", "/another/id"];
  if (form === "any") return { free: "form" };
  if (form === "object") return objectOf(schema, node, variant, depth);
  if (form === "union") return unionOf(schema, node, variant, depth);
  if (form === "array" || form === "map") {
    const item = generate(schema, form === "array" ? schema.item(node) : schema.mapItem(node), variant, depth + 1);
    if (item === undefined) return form === "array" ? [] : {};
    return form === "array" ? [item, item] : { "a.key": item };
  }
  return leafOf(node);
}

function unionOf(schema: ResourceSchema, node: Node, variant: number, depth: number): Value | undefined {
  const discriminator = node.schema["x-discriminator"];
  const branches = node.schema.oneOf ?? [];
  const branch = branches[variant % branches.length];
  if (branch === undefined || discriminator === undefined) return undefined;
  const name = branch.properties?.[discriminator]?.const;
  const member = name === undefined ? undefined : schema.member(node, { [sdkName(discriminator)]: name }, sdkName);
  if (member === undefined || name === undefined) return undefined;
  const value = objectOf(schema, member, variant, depth);
  return isObject(value) ? { ...value, [sdkName(discriminator)]: name } : value;
}

function leafOf({ schema }: Node): Value {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  if (schema.type === "boolean") return true;
  return schema.type === "integer" || schema.type === "number" ? 7 : "text";
}
