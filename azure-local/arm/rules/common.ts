import { isDefaultContainer } from "../dataLocations";
import { ROLE_ASSIGNMENT, userAssignedIds } from "../grants";
import { at } from "../json";
import type { Resource, Rule, RuleContext } from "../model";
import { isWithin, RESOURCE_GROUP, SUBSCRIPTION, sameId, typeOf } from "../path";
import { isRegion, sameRegion } from "../region";
import { SCRIPT } from "../scripts/script";
import { ENDPOINT } from "../types/onlineEndpointBodies";

const ALL = ["*"];
const LOCK = "Microsoft.Authorization/locks";
const ARM = "Azure docs, azure-resource-manager/management";

/** Regional types whose specification doesn't list the location as required. */
const LOCATED = [
  "Microsoft.MachineLearningServices/workspaces",
  ...[
    "natGateways",
    "networkSecurityGroups",
    "publicIPAddresses",
    "privateDnsZones",
    "privateDnsZones/virtualNetworkLinks",
    "privateEndpoints",
    "virtualNetworks",
  ].map((name) => `Microsoft.Network/${name}`),
];

const ONLY_GLOBAL = ["Microsoft.Network/privateDnsZones", "Microsoft.Network/privateDnsZones/virtualNetworkLinks"];
/** `metricAlerts.ts` checks the location of metric alerts. */
const GLOBAL = [...ONLY_GLOBAL, "Microsoft.Insights/actionGroups", "Microsoft.Insights/metricAlerts"];

interface LockProperties {
  readonly level: string;
}

function groupOf(id: string): string | undefined {
  return /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i.exec(id)?.[0];
}

/** Whether the resource is an extension resource. It can extend any resource and doesn't wait for that resource. */
function isExtension({ id, parentId }: RuleContext): boolean {
  return id.slice(parentId.length).startsWith("/providers/") && typeOf(parentId) !== RESOURCE_GROUP && typeOf(parentId) !== SUBSCRIPTION;
}

function hasNoRecord(type: string): boolean {
  return type === SUBSCRIPTION || type === "";
}

function locksOver(id: string, { all }: RuleContext["inventory"]): { lock: Resource; scope: string }[] {
  return all(LOCK)
    .map((lock) => ({ lock, scope: lock.id.slice(0, lock.id.toLowerCase().lastIndexOf("/providers/microsoft.authorization/")) }))
    .filter(({ scope }) => isWithin(id, scope));
}

function levelOf(lock: Resource): string {
  return (lock.body.properties as unknown as LockProperties).level;
}

/** Rules for all types. */
export const commonRules: readonly Rule[] = [
  {
    code: "resource-group-exists",
    types: ALL,
    on: ["create"],
    azureCode: "ResourceGroupNotFound",
    status: 404,
    source: `${ARM}, troubleshooting: resource group not found`,
    grade: "D",
    check: ({ id, type, inventory }) => {
      const group = groupOf(id);
      if (type === RESOURCE_GROUP || !group || inventory.get(group)) return undefined;
      return `Resource group '${group.split("/").pop()}' could not be found.`;
    },
  },
  {
    code: "resource-group-not-deleting",
    types: ALL,
    on: ["create", "update"],
    azureCode: "ResourceGroupBeingDeleted",
    status: 409,
    source: `${ARM}/delete-resource-group`,
    grade: "K",
    check: ({ id, inventory }) => {
      const group = inventory.get(groupOf(id));
      return group?.state === "Deleting"
        ? `The resource group '${group.name}' is in deprovisioning state and cannot perform this operation.`
        : undefined;
    },
  },
  {
    code: "parent-exists",
    types: ALL,
    on: ["create"],
    azureCode: "ParentResourceNotFound",
    status: 404,
    source: "Azure docs, azure-resource-manager/troubleshooting/error-parent-resource",
    grade: "D",
    check: ({ parentId, inventory, type }) => {
      const parentType = typeOf(parentId);
      // Creating a version also creates its container, so only the parent of the container must exist.
      const needed = /\/(environments|models|codes)\/versions$/i.test(type) ? parentId.split("/").slice(0, -2).join("/") : parentId;
      if (hasNoRecord(parentType) || parentType === RESOURCE_GROUP || inventory.get(needed)) return undefined;
      if (isDefaultContainer(needed, inventory)) return undefined;
      return `Failed to perform 'write' on resource(s) of type '${type}', because the parent resource '${needed}' could not be found.`;
    },
  },
  {
    code: "parent-succeeded",
    types: ALL,
    on: ["create", "update"],
    azureCode: "Conflict",
    status: 409,
    source: "Azure REST guidelines for resource providers: a child resource can be created only after its parent",
    grade: "I",
    check: (context) => {
      const parent = context.inventory.get(context.parentId);
      if (!parent || parent.type === RESOURCE_GROUP || isExtension(context) || parent.state === "Succeeded") return undefined;
      return `The resource '${context.name}' can't be created or updated while its parent '${parent.id}' is ${parent.state}: it must be Succeeded.`;
    },
  },
  {
    code: "one-operation-per-resource",
    types: ALL,
    on: ["create", "update", "delete"],
    azureCode: "AnotherOperationInProgress",
    status: 409,
    source: "Azure docs, azure-resource-manager/troubleshooting/common-deployment-errors (AnotherOperationInProgress)",
    grade: "D",
    check: ({ id, type, inventory }) => {
      // Endpoints and deployments, and deployment scripts, have a stricter rule.
      if (isWithin(type, ENDPOINT) || type === SCRIPT) return undefined;
      const running = inventory.running(id);
      return running && running.kind !== "template"
        ? `Another operation (${running.kind}) on '${id}' is in progress. Wait for it to end and retry.`
        : undefined;
    },
  },
  {
    code: "location-fixed",
    types: ALL,
    on: ["update"],
    azureCode: "InvalidResourceLocation",
    status: 409,
    source: "Azure docs, azure-resource-manager/troubleshooting/common-deployment-errors (InvalidResourceLocation)",
    grade: "D",
    check: ({ body, previous, name, type }) => {
      const before = previous?.body.location;
      const now = body.location;
      if (before === undefined || now === undefined || sameRegion(before, now)) return undefined;
      return `The resource '${name}' of type '${type}' already exists in location '${before}'. A resource with the same name cannot be created in location '${now}'.`;
    },
  },
  {
    code: "location-required",
    types: LOCATED,
    on: ["create", "update"],
    azureCode: "LocationRequired",
    status: 400,
    source: "Azure docs, azure-resource-manager/troubleshooting/common-deployment-errors (LocationRequired)",
    grade: "D",
    check: ({ body }) => (body.location === undefined ? "The location property is required for this definition." : undefined),
  },
  {
    code: "location-known",
    types: ALL,
    on: ["create"],
    azureCode: "LocationNotAvailableForResourceType",
    status: 400,
    source:
      "Azure docs, azure-resource-manager/troubleshooting/common-deployment-errors (LocationNotAvailableForResourceType); private DNS is global",
    grade: "K",
    check: ({ type, body: { location } }) => {
      const isGlobal = GLOBAL.includes(type);
      if (location === undefined || (isGlobal && sameRegion(location, "global"))) return undefined;
      if (isRegion(location) && !ONLY_GLOBAL.includes(type)) return undefined;
      const allowed = isGlobal ? "global" : "regions of Azure, such as swedencentral";
      return `The provided location '${location}' is not available for resource type '${type}'. List of available regions for the resource type is '${allowed}'.`;
    },
  },
  {
    code: "identities-exist",
    types: ALL,
    on: ["create", "update"],
    azureCode: "FailedIdentityOperation",
    status: 400,
    source: "Azure docs, entra/identity/managed-identities-azure-resources/known-issues",
    grade: "K",
    check: ({ body, inventory }) => {
      const missing = userAssignedIds(body.identity).find((id) => !inventory.get(id));
      return missing && `Identity operation failed: the user-assigned identity '${missing}' was not found.`;
    },
  },
  {
    code: "identity-regional",
    types: ALL,
    on: ["create", "update"],
    azureCode: "FailedIdentityOperation",
    status: 400,
    source:
      "Microsoft Entra docs, managed-identities-isolation-scope: a regional identity can be assigned only to resources in its region; the code is inferred",
    grade: "D",
    check: ({ body: { identity, location }, inventory }) => {
      const assigned = userAssignedIds(identity).flatMap((id) => inventory.get(id) ?? []);
      const elsewhere = assigned.find(
        ({ body }) =>
          at(body, "properties.isolationScope") === "Regional" && location !== undefined && !sameRegion(body.location, location),
      );
      return (
        elsewhere &&
        `Identity operation failed: the user-assigned identity '${elsewhere.id}' has the isolation scope Regional and can't be assigned to a resource in ${location}.`
      );
    },
  },
  {
    code: "identity-type-matches",
    types: ALL,
    on: ["create", "update"],
    azureCode: "InvalidIdentityValues",
    status: 400,
    source: "Azure REST specification, common-types managed identity",
    grade: "K",
    check: ({ body: { identity } }) => {
      if (!identity?.type) return undefined;
      const userAssigned = identity.type.includes("UserAssigned");
      const listed = userAssignedIds(identity).length;
      if (userAssigned && listed === 0)
        return `The identity type '${identity.type}' requires at least one entry in 'identity.userAssignedIdentities'.`;
      if (!userAssigned && listed > 0)
        return `The identity type '${identity.type}' doesn't allow 'identity.userAssignedIdentities': the request has ${listed}.`;
      return undefined;
    },
  },
  {
    code: "lock-blocks-delete",
    types: ALL,
    on: ["delete"],
    azureCode: "ScopeLocked",
    status: 409,
    source: `${ARM}/lock-resources`,
    grade: "D",
    check: ({ id, type, inventory }) => {
      if (type === LOCK) return undefined;
      const below = type === RESOURCE_GROUP ? inventory.all(LOCK).filter((lock) => isWithin(lock.id, id)) : [];
      const held = [...locksOver(id, inventory).map(({ lock }) => lock), ...below][0];
      return (
        held &&
        `The scope '${id}' cannot perform delete operation because following scope(s) are locked: '${held.id}'. Please remove the lock and try again.`
      );
    },
  },
  {
    code: "read-only-lock-blocks-write",
    types: ALL,
    on: ["create", "update"],
    azureCode: "ScopeLocked",
    status: 409,
    source: `${ARM}/lock-resources`,
    grade: "D",
    check: ({ id, type, inventory }) => {
      if (type === LOCK || type === ROLE_ASSIGNMENT) return undefined;
      const held = locksOver(id, inventory).find(({ lock }) => levelOf(lock) === "ReadOnly");
      return (
        held &&
        `The scope '${id}' cannot perform write operation because following scope(s) are locked: '${held.scope}'. Please remove the lock and try again.`
      );
    },
  },
  {
    code: "tag-limits",
    types: ALL,
    on: ["create", "update"],
    azureCode: "InvalidTagNameOrValue",
    status: 400,
    source: `${ARM}/tag-resources: at most 50 tags, names of at most 512 characters, values of at most 256`,
    grade: "D",
    check: ({ body: { tags = {} } }) => {
      const entries = Object.entries(tags);
      if (entries.length > 50) return `The resource has ${entries.length} tags: the limit is 50.`;
      const long = entries.find(([name, value]) => name.length > 512 || value.length > 256 || /[<>%&\\?/]/.test(name));
      return (
        long &&
        `The tag '${long[0]}' is not allowed: a name can have at most 512 characters and can't contain <>%&\\?/, and a value can have at most 256 characters.`
      );
    },
  },
];

/** The end of a message about an invalid reference to a resource of a type: it doesn't exist or has another type. Undefined for a valid reference. */
export function referenceError(id: string | undefined, type: string | readonly string[], context: RuleContext): string | undefined {
  if (isMissing(id, context)) return "was not found";
  const found = context.inventory.get(id)?.type;
  const types = [type].flat();
  return found === undefined || types.includes(found) ? undefined : `is a ${found}, not a ${types.join(" or ")}`;
}

/** Whether a reference is set and its resource doesn't exist. */
export function isMissing(id: string | undefined, context: RuleContext): id is string {
  return id !== undefined && id !== "" && !sameId(id, context.id) && context.inventory.get(id) === undefined;
}
