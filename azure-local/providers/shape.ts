/**
 * What an ARM schema says about a resource, seen with the SDK's names: which property of the body an input is, and how values nest.
 * azure-native flattens `properties` into its parent, nested objects too, but never in a member of a union.
 */
import type { ResourceTypeRow } from "./resourceTypes";
import { isObject, type Properties, type Value } from "./wire";

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: Value;
  readonly enum?: readonly Value[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly readOnly?: boolean;
  readonly writeOnly?: boolean;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly "x-discriminator"?: string;
  readonly "x-sensitive"?: boolean;
}

export interface SchemaDocument extends Schema {
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** A schema with its references followed. */
export interface Node {
  readonly schema: Schema;
  /** Name of its definition. */
  readonly definition?: string;
  readonly isUnionMember?: true;
}

export interface Property {
  /** Name in the SDK. */
  readonly sdk: string;
  /** Name in the body. */
  readonly wire: string;
  /** Where the body has it one level deeper than the SDK. */
  readonly container?: "properties";
  readonly node: Node;
  readonly required: boolean;
  readonly readOnly: boolean;
  /** Never in an answer, and so never in the outputs. */
  readonly writeOnly: boolean;
  readonly sensitive: boolean;
}

export type Form = "any" | "array" | "leaf" | "map" | "object" | "set" | "union";

/** The SDK writes names in camel case without `_` and `.`: `Application_Type` is `applicationType`, `odata.type` is `odataType`. */
export function sdkName(wire: string): string {
  const joined = wire.replace(/[_.-]+(\w)/g, (_, letter: string) => letter.toUpperCase());
  return joined.charAt(0).toLowerCase() + joined.slice(1);
}

export class Shape {
  private readonly cache = new Map<Schema, Property[]>();

  constructor(
    private readonly document: SchemaDocument,
    private readonly row: Pick<ResourceTypeRow, "outputsOnly" | "renames">,
    /** Whether the SDK's class itself is flattened. */
    private readonly flattenRoot: boolean,
  ) {}

  /** The resource. `value`, inputs or a body, chooses the member where the resource itself is a union (deployment scripts, by `kind`). */
  root(value: Properties): Node {
    const node = this.follow(this.document);
    return node.schema.oneOf ? (this.member(node, value, (name) => name) ?? { schema: node.schema.oneOf[0] ?? {} }) : node;
  }

  follow(schema: Schema): Node {
    const definition = schema.$ref?.split("/").at(-1);
    if (definition === undefined) return { schema };
    const target = this.follow(this.document.$defs?.[definition] ?? {});
    return { schema: target.schema, definition: target.definition ?? definition };
  }

  form({ schema }: Node): Form {
    if (schema.oneOf) return "union";
    if (schema.type === "array") return "array";
    if (schema.properties) return "object";
    if (schema.type === "object") return this.isSet(schema) ? "set" : "map";
    return schema.type || schema.enum || schema.const !== undefined ? "leaf" : "any";
  }

  /** A map to objects that the service alone fills in: the SDK has the list of its keys (`userAssignedIdentities`). */
  private isSet(schema: Schema): boolean {
    if (!isObject(schema.additionalProperties)) return false;
    const item = this.follow(schema.additionalProperties as Schema).schema;
    return (
      item.type === "object" &&
      !item.oneOf &&
      Object.values(item.properties ?? {}).every(({ readOnly }) => readOnly) &&
      !item.additionalProperties
    );
  }

  item({ schema }: Node): Node {
    return this.follow(schema.items ?? {});
  }

  mapItem({ schema }: Node): Node {
    return this.follow(isObject(schema.additionalProperties) ? (schema.additionalProperties as Schema) : {});
  }

  /** Whether properties that the schema doesn't name are let through. */
  isOpen({ schema }: Node): boolean {
    return schema.additionalProperties === true || isObject(schema.additionalProperties);
  }

  /** The member of a union that the discriminator of `value` names; undefined where it is missing or unknown. */
  member({ schema }: Node, value: Properties, nameOf: (wire: string) => string): Node | undefined {
    const discriminator = schema["x-discriminator"];
    if (discriminator === undefined) return undefined;
    const named = value[nameOf(discriminator)];
    const member = schema.oneOf?.find((branch) => branch.properties?.[discriminator]?.const === named);
    return member && { ...this.follow(member), isUnionMember: true };
  }

  isFlattened(node: Node): boolean {
    const inner = node.schema.properties?.properties;
    if (!inner) return false;
    if (this.isRoot(node)) return this.flattenRoot;
    return !node.isUnionMember && this.form(this.follow(inner)) === "object";
  }

  private isRoot(node: Node): boolean {
    const root = this.follow(this.document).schema;
    return node.schema === root || (root.oneOf?.includes(node.schema) ?? false);
  }

  /** The properties of an object, with the flattened ones in their parent's place. */
  properties(node: Node): readonly Property[] {
    const known = this.cache.get(node.schema);
    if (known) return known;
    const found = new Map<string, Property>();
    const flattened = this.isFlattened(node);
    for (const [wire, schema] of Object.entries(node.schema.properties ?? {})) {
      if (flattened && wire === "properties") continue;
      const property = this.property(wire, schema, node);
      found.set(property.sdk, property);
    }
    if (flattened) for (const property of this.flattenedProperties(node)) found.set(property.sdk, property);
    const list = [...found.values()];
    this.cache.set(node.schema, list);
    return list;
  }

  private flattenedProperties(node: Node): Property[] {
    const site = node.schema.properties?.properties ?? {};
    const inner = this.follow(site);
    return Object.entries(inner.schema.properties ?? {}).map(([wire, schema]) => {
      const property = this.property(wire, schema, inner);
      return { ...property, container: "properties", readOnly: property.readOnly || site.readOnly === true };
    });
  }

  private property(wire: string, schema: Schema, parent: Node): Property {
    const definition = parent.definition ?? "";
    const node = this.follow(schema);
    const { row } = this;
    // A resource's name is in its path, and an ETag is a matter of the protocol, not a wish.
    const ofProtocol = this.isRoot(parent) && ["apiVersion", "etag", "id", "name", "type"].includes(wire);
    return {
      sdk: row.renames?.[definition]?.[wire] ?? sdkName(wire),
      wire,
      node,
      required: !ofProtocol && (parent.schema.required?.includes(wire) ?? false),
      readOnly: ofProtocol || schema.readOnly === true || (row.outputsOnly?.[definition]?.includes(wire) ?? false),
      writeOnly: schema.writeOnly === true,
      sensitive: schema["x-sensitive"] === true || node.schema["x-sensitive"] === true,
    };
  }
}
