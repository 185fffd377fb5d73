/**
 * An ARM schema with the SDK's names: which input corresponds to which property of the body, and how values are nested. azure-native
 * flattens `properties` into its parent, also in nested objects, but never in a union member.
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

/** A schema with resolved references. */
export interface Node {
  readonly schema: Schema;
  /** Name of the definition. */
  readonly definition?: string;
  readonly isUnionMember?: true;
}

export interface Property {
  /** Name in the SDK. */
  readonly sdk: string;
  /** Name in the body. */
  readonly wire: string;
  /** Set if the property is one level deeper in the body than in the SDK. */
  readonly container?: "properties";
  readonly node: Node;
  readonly required: boolean;
  readonly readOnly: boolean;
  /** Never in a response, and therefore never in the outputs. */
  readonly writeOnly: boolean;
  readonly sensitive: boolean;
}

export type Form = "any" | "array" | "leaf" | "map" | "object" | "set" | "union";

/** Converts a name to the SDK's camel case without `_` and `.`: `Application_Type` to `applicationType`, `odata.type` to `odataType`. */
export function sdkName(wire: string): string {
  const joined = wire.replace(/[_.-]+(\w)/g, (_, letter: string) => letter.toUpperCase());
  return joined.charAt(0).toLowerCase() + joined.slice(1);
}

export class ResourceSchema {
  private readonly cache = new Map<Schema, Property[]>();

  constructor(
    private readonly document: SchemaDocument,
    private readonly row: Pick<ResourceTypeRow, "outputsOnly" | "renames">,
    /** Whether the SDK's class is flattened. */
    private readonly flattenRoot: boolean,
  ) {}

  /** The root node. If the resource is a union (deployment scripts, by `kind`), `value` (inputs or a body) selects the member. */
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

  /** A map of objects that only the service fills in. The SDK has a list of the keys instead (`userAssignedIdentities`). */
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

  /** Whether the schema allows properties that it does not define. */
  isOpen({ schema }: Node): boolean {
    return schema.additionalProperties === true || isObject(schema.additionalProperties);
  }

  /** Returns the union member that the discriminator in `value` selects; undefined if it is missing or unknown. */
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

  /** Returns the properties of an object, with flattened properties in place of `properties`. */
  properties(node: Node): readonly Property[] {
    const cached = this.cache.get(node.schema);
    if (cached) return cached;
    const properties = new Map<string, Property>();
    const flattened = this.isFlattened(node);
    for (const [wire, schema] of Object.entries(node.schema.properties ?? {})) {
      if (flattened && wire === "properties") continue;
      const property = this.property(wire, schema, node);
      properties.set(property.sdk, property);
    }
    if (flattened) for (const property of this.flattenedProperties(node)) properties.set(property.sdk, property);
    const list = [...properties.values()];
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
    // A resource's name is part of its path, and an ETag belongs to the protocol; they are not settings.
    const isEnvelope = this.isRoot(parent) && ["apiVersion", "etag", "id", "name", "type"].includes(wire);
    return {
      sdk: row.renames?.[definition]?.[wire] ?? sdkName(wire),
      wire,
      node,
      required: !isEnvelope && (parent.schema.required?.includes(wire) ?? false),
      readOnly: isEnvelope || schema.readOnly === true || (row.outputsOnly?.[definition]?.includes(wire) ?? false),
      writeOnly: schema.writeOnly === true,
      sensitive: schema["x-sensitive"] === true || node.schema["x-sensitive"] === true,
    };
  }
}
