/** Sample inputs from a schema: all writable properties of the SDK up to a depth, with one value for each union member. */
import type { ResourceType } from "../../../azure-local/providers/metadata";
import { type Node, type ResourceSchema, sdkName } from "../../../azure-local/providers/resourceSchema";
import type { Properties, Value } from "../../../azure-local/providers/wire";

const GUID = "12345678-1234-4234-8234-123456789012";
const CANDIDATES = ["sample-name", "samplename", GUID, "10.0.0.1", "a".repeat(24)];

function leaf({ schema }: Node): Value {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0] ?? "";
  if (schema.type === "boolean") return true;
  if (schema.type === "integer" || schema.type === "number") return Math.max(1, schema.minimum ?? 1);
  const { maxLength = 1000, minLength = 0, pattern = "" } = schema;
  const fits = (text: string) => text.length >= minLength && text.length <= maxLength && new RegExp(pattern).test(text);
  const found = [...CANDIDATES, "a".repeat(Math.max(1, Math.min(minLength, 300)))].find(fits);
  if (found === undefined) throw new Error(`no candidate fits ${JSON.stringify(schema)}`);
  return found;
}

/** Properties that are valid only if they are omitted: placeholders of the service. */
function sample(schema: ResourceSchema, node: Node, depth: number): Value[] {
  switch (schema.form(node)) {
    case "any":
      return [{ anything: ["goes", 1] }];
    case "array":
      return [depth > 0 ? sample(schema, schema.item(node), depth - 1) : []];
    case "set":
      return [["/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"]];
    case "map":
      return sample(schema, schema.mapItem(node), depth - 1).map((item) => ({ "a key": item }));
    case "union":
      return members(schema, node).flatMap((member) => objects(schema, member, depth));
    case "object":
      return objects(schema, node, depth);
    default:
      return [leaf(node)];
  }
}

function members(schema: ResourceSchema, node: Node): Node[] {
  const discriminator = node.schema["x-discriminator"] ?? "";
  return (node.schema.oneOf ?? []).map((branch) => {
    const member = schema.member(node, { [sdkName(discriminator)]: branch.properties?.[discriminator]?.const ?? "" }, sdkName);
    if (!member) throw new Error(`a member without its discriminator ${discriminator}`);
    return member;
  });
}

/** One object for each combination of its union members. */
function objects(schema: ResourceSchema, node: Node, depth: number): Properties[] {
  const choices = schema
    .properties(node)
    .filter(({ readOnly, required }) => !readOnly && (required || depth > 0))
    .map(({ node: child, sdk }) => [sdk, sample(schema, child, depth - 1)] as const);
  const count = Math.max(1, ...choices.map(([, values]) => values.length));
  return Array.from({ length: count }, (_, index) =>
    Object.fromEntries(
      choices.filter(([, values]) => values.length > 0).map(([name, values]) => [name, values[index % values.length] as Value]),
    ),
  );
}

export function sampleInputs({ inputs, inputSchema: schema }: ResourceType, kind: string | undefined): Properties[] {
  const root = schema.root(kind === undefined ? {} : { kind });
  return objects(schema, root, 4).map((properties) =>
    Object.fromEntries(Object.entries(properties).filter(([name]) => inputs.includes(name))),
  );
}

/** A valid name for the resource. */
export const sampleName = ({ nameSchema }: ResourceType): Value => leaf({ schema: nameSchema });
