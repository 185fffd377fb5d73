import apiVersions from "./apiVersions.json";
import { AzureError } from "./azureError";
import type { ResourceType } from "./model";
import { loadSchemas, type TypeSchema } from "./schemas";
import { RESOURCE_TYPES } from "./types";

const VERSIONS = new Map(Object.entries(apiVersions.versions).map(([type, versions]) => [type, versions.split(" ")]));

/** A supported type: its schema and its service-side behavior. */
export interface CatalogEntry {
  readonly type: string;
  readonly schema: TypeSchema;
  readonly service: ResourceType;
}

/** The supported resource types and API versions. */
export class Catalog {
  private readonly entries = new Map<string, CatalogEntry>();
  private readonly namespaces = new Set<string>();

  constructor() {
    const services = new Map(RESOURCE_TYPES.map((type) => [type.type.toLowerCase(), type]));
    for (const [key, schema] of loadSchemas()) {
      this.entries.set(key, { type: schema.type, schema, service: services.get(key) ?? { type: schema.type } });
      this.namespaces.add(namespaceOf(key));
    }
  }

  find(type: string): CatalogEntry | undefined {
    return this.entries.get(type.toLowerCase());
  }

  types(): string[] {
    return [...this.entries.values()].map((entry) => entry.type);
  }

  /** @throws AzureError for an unknown type */
  entry(type: string, apiVersion: string): CatalogEntry {
    const entry = this.find(type);
    if (entry) return entry;
    const [namespace, ...rest] = type.split("/");
    if (!this.namespaces.has(namespace!.toLowerCase())) {
      throw new AzureError(404, "InvalidResourceNamespace", `The resource namespace '${namespace}' is invalid.`);
    }
    const message = `The resource type '${rest.join("/")}' could not be found in the namespace '${namespace}' for api version '${apiVersion}'.`;
    throw new AzureError(404, "InvalidResourceType", message);
  }

  /** @throws AzureError for a missing or unknown API version */
  checkApiVersion(type: string, apiVersion: string | undefined): asserts apiVersion is string {
    if (!apiVersion) {
      throw new AzureError(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
      );
    }
    const supported = this.apiVersions(type);
    if (supported.includes(apiVersion)) return;
    const message = `No registered resource provider found for API version '${apiVersion}' and type '${type}'. The supported api-versions are '${supported.join(", ")}'.`;
    throw new AzureError(400, "NoRegisteredProviderFound", message);
  }

  /** The API versions that Azure supports. Bodies are validated strictly only at the version of the schema. */
  apiVersions(type: string): readonly string[] {
    return VERSIONS.get(type.toLowerCase()) ?? [];
  }
}

function namespaceOf(type: string): string {
  return type.split("/")[0]!.toLowerCase();
}
