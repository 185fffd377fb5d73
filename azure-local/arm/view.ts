import type { CatalogEntry } from "./catalog";
import { isObject, type JsonObject, merge } from "./json";
import { atVersion } from "./laterProperties";
import type { Inventory, ManagedIdentity, Resource } from "./model";
import { stamp } from "./timestamp";

const CALLER = "moor";

/**
 * The GET response of a resource: the written body, the service's outputs, and values that depend on other resources.
 * @param apiVersion Properties that it doesn't have are omitted. @default none are omitted
 */
export function view(resource: Resource, entry: CatalogEntry, inventory: Inventory, apiVersion?: string): JsonObject {
  const whole = wholeView(resource, entry, inventory);
  return apiVersion === undefined ? whole : atVersion(whole, resource.type, apiVersion);
}

function wholeView(resource: Resource, { schema, service }: CatalogEntry, inventory: Inventory): JsonObject {
  const derived = service.derived?.(resource, inventory);
  let result: JsonObject = { id: resource.id, name: resource.name, type: resource.type };
  result = merge(result, resource.body);
  result = merge(result, resource.outputs);
  if (derived) result = merge(result, derived);
  if (resource.body.identity) result.identity = identityView(resource.body.identity, resource, inventory);
  if (schema.has("properties.provisioningState")) {
    result.properties = {
      ...(isObject(result.properties) ? result.properties : {}),
      provisioningState: service.state?.(resource, inventory) ?? resource.state,
    };
  }
  if (schema.has("systemData")) result.systemData = systemData(resource);
  return result;
}

function systemData(resource: Resource): JsonObject {
  return {
    createdAt: stamp(resource.createdAt),
    createdBy: CALLER,
    createdByType: "Application",
    lastModifiedAt: stamp(resource.modifiedAt),
    lastModifiedBy: CALLER,
    lastModifiedByType: "Application",
  };
}

function identityView(identity: ManagedIdentity, resource: Resource, inventory: Inventory): JsonObject {
  const result: JsonObject = { type: identity.type };
  if (identity.type?.includes("SystemAssigned"))
    Object.assign(result, { principalId: resource.facts.principalId, tenantId: inventory.tenantId });
  if (identity.userAssignedIdentities) {
    result.userAssignedIdentities = Object.fromEntries(
      Object.keys(identity.userAssignedIdentities).map((id) => {
        const properties = inventory.get(id)?.outputs.properties as JsonObject | undefined;
        return [id, properties ? { principalId: properties.principalId, clientId: properties.clientId } : {}];
      }),
    );
  }
  return result;
}
