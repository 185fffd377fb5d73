import { at, type JsonObject, merge, without } from "./json";
import type { Rule } from "./model";

/** Properties that exist only from an API version on, by lowercase type. */
const LATER: Readonly<Record<string, readonly { readonly path: string; readonly since: string }[]>> = {
  // Azure/bicep-types-az, containerregistry 2025-05-01-preview.
  "microsoft.containerregistry/registries": [{ path: "properties.networkRuleBypassAllowedForTasks", since: "2025-05-01" }],
  // Azure/bicep-types-az, msi 2024-11-30, which marks the properties of an identity as read-only, although one of them can be set.
  "microsoft.managedidentity/userassignedidentities": [{ path: "properties.isolationScope", since: "2024-11-30" }],
  // Azure/bicep-types-az, operationalinsights 2025-02-01; Azure docs, azure-monitor/logs/workspace-replication.
  "microsoft.operationalinsights/workspaces": [{ path: "properties.replication", since: "2025-02-01" }],
};

/**
 * A PUT at an API version without a property resets the property, as if a newer version omitted it. Azure doesn't document this behavior.
 * If it is switched off, the property keeps its value.
 */
export const OLDER_VERSION_RESETS: Pick<Rule, "code" | "grade" | "source"> = {
  code: "older-version-resets",
  grade: "I",
  source: "inferred from PUT, which replaces the resource; Azure does not document properties that the version of the request doesn't have",
};

/** A body without the properties that don't exist at the API version. */
export function atVersion<T extends JsonObject>(body: T, type: string, apiVersion: string): T {
  return later(type, apiVersion).reduce((rest, path) => without(rest, path), body);
}

/** Adds the values of `previous` for the properties that don't exist at the API version. */
export function keepLater<T extends JsonObject>(body: T, previous: JsonObject | undefined, type: string, apiVersion: string): T {
  return later(type, apiVersion).reduce((kept, path) => {
    const value = at(previous, path);
    return value === undefined ? kept : (merge(kept, nested(path.split("."), value)) as T);
  }, body);
}

/** The paths of the type's properties that the version doesn't have. Versions compare by their dates. */
function later(type: string, apiVersion: string): string[] {
  return (LATER[type.toLowerCase()] ?? []).filter(({ since }) => apiVersion.slice(0, since.length) < since).map(({ path }) => path);
}

function nested([key, ...rest]: string[], value: unknown): JsonObject {
  return { [key!]: rest.length > 0 ? nested(rest, value) : value };
}
