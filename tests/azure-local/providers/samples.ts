/** Inputs made from a shape: every writable property that the SDK has, to a depth, one value for each member of a union. */
import type { ResourceType } from "../../../azure-local/providers/metadata";
import { type Node, type Shape, sdkName } from "../../../azure-local/providers/shape";
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

/** Properties that only fit when they are left out: the service's own placeholders. */
function sample(shape: Shape, node: Node, depth: number): Value[] {
  switch (shape.form(node)) {
    case "any":
      return [{ anything: ["goes", 1] }];
    case "array":
      return [depth > 0 ? sample(shape, shape.item(node), depth - 1) : []];
    case "set":
      return [["/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"]];
    case "map":
      return sample(shape, shape.mapItem(node), depth - 1).map((item) => ({ "a key": item }));
    case "union":
      return members(shape, node).flatMap((member) => objects(shape, member, depth));
    case "object":
      return objects(shape, node, depth);
    default:
      return [leaf(node)];
  }
}

function members(shape: Shape, node: Node): Node[] {
  const discriminator = node.schema["x-discriminator"] ?? "";
  return (node.schema.oneOf ?? []).map((branch) => {
    const member = shape.member(node, { [sdkName(discriminator)]: branch.properties?.[discriminator]?.const ?? "" }, sdkName);
    if (!member) throw new Error(`a member without its discriminator ${discriminator}`);
    return member;
  });
}

/** One object for each choice of the unions within it. */
function objects(shape: Shape, node: Node, depth: number): Properties[] {
  const choices = shape
    .properties(node)
    .filter(({ readOnly, required }) => !readOnly && (required || depth > 0))
    .map(({ node: child, sdk }) => [sdk, sample(shape, child, depth - 1)] as const);
  const count = Math.max(1, ...choices.map(([, values]) => values.length));
  return Array.from({ length: count }, (_, index) =>
    Object.fromEntries(
      choices.filter(([, values]) => values.length > 0).map(([name, values]) => [name, values[index % values.length] as Value]),
    ),
  );
}

export function sampleInputs({ inputs, shape }: ResourceType, kind: string | undefined): Properties[] {
  const root = shape.root(kind === undefined ? {} : { kind });
  return objects(shape, root, 4).map((properties) =>
    Object.fromEntries(Object.entries(properties).filter(([name]) => inputs.includes(name))),
  );
}

/** A name that the resource may have. */
export const sampleName = ({ nameSchema }: ResourceType): Value => leaf({ schema: nameSchema });
