import { ROLES } from "../builtInRoles";
import { ROLE_ASSIGNMENT } from "../grants";
import type { Inventory, Rule } from "../model";
import { nameOf, sameId, typeOf } from "../path";

const GUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const ROLE_DEFINITION = "Microsoft.Authorization/roleDefinitions";
const RBAC = "Azure docs, role-based-access-control";

interface AssignmentProperties {
  readonly principalId: string;
  readonly principalType?: string;
  readonly roleDefinitionId: string;
}

function propertiesOf(body: { properties?: unknown }): AssignmentProperties {
  return body.properties as AssignmentProperties;
}

/** Whether the simulator contains the principal: the identity of a resource or a user-assigned identity. */
function isKnownPrincipal(principalId: string, inventory: Inventory): boolean {
  return inventory
    .all("Microsoft.ManagedIdentity/userAssignedIdentities")
    .some(({ outputs }) => (outputs.properties as AssignmentProperties).principalId === principalId);
}

export const authorizationRules: readonly Rule[] = [
  {
    code: "role-name-unique",
    types: [ROLE_DEFINITION],
    on: ["create", "update"],
    azureCode: "RoleDefinitionWithSameNameExists",
    status: 409,
    source: `${RBAC}/custom-roles: the display name is unique in the tenant`,
    grade: "D",
    check: ({ id, body, inventory }) => {
      const nameIn = (one: { properties?: unknown }) => (one.properties as { roleName?: string } | undefined)?.roleName?.toLowerCase();
      const name = nameIn(body);
      const builtIn = Object.keys(ROLES).some((role) => role.toLowerCase() === name);
      const duplicate = inventory.all(ROLE_DEFINITION).find((other) => !sameId(other.id, id) && nameIn(other.body) === name);
      return name !== undefined && (builtIn || duplicate)
        ? `A custom role with the name '${body.properties?.roleName}' already exists${duplicate ? ` at '${duplicate.id}'` : " as a built-in role"}.`
        : undefined;
    },
  },
  {
    code: "role-assignment-name",
    types: [ROLE_ASSIGNMENT],
    on: ["create"],
    azureCode: "InvalidRoleAssignmentId",
    status: 400,
    source: `${RBAC}/troubleshooting: the name of a role assignment is a GUID`,
    grade: "K",
    check: ({ name }) =>
      GUID.test(name) ? undefined : `The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`,
  },
  {
    code: "role-assignment-unique",
    types: [ROLE_ASSIGNMENT],
    on: ["create"],
    azureCode: "RoleAssignmentExists",
    status: 409,
    source: `${RBAC}/troubleshooting: principal, role and scope are unique`,
    grade: "D",
    check: ({ body, parentId, inventory }) => {
      const { principalId, roleDefinitionId } = propertiesOf(body);
      const duplicate = inventory.children(parentId, ROLE_ASSIGNMENT).find((other) => {
        const properties = propertiesOf(other.body);
        return sameId(properties.principalId, principalId) && sameId(nameOf(properties.roleDefinitionId), nameOf(roleDefinitionId));
      });
      return duplicate && `The role assignment already exists. The ID of the existing role assignment is ${duplicate.name}.`;
    },
  },
  {
    code: "role-assignment-fixed",
    types: [ROLE_ASSIGNMENT],
    on: ["update"],
    azureCode: "RoleAssignmentUpdateNotPermitted",
    status: 400,
    source: `${RBAC}/troubleshooting: tenant, application, principal and scope can't be updated`,
    grade: "D",
    check: ({ body, previous }) => {
      const now = propertiesOf(body);
      const before = propertiesOf(previous!.body);
      if (sameId(now.principalId, before.principalId) && sameId(nameOf(now.roleDefinitionId), nameOf(before.roleDefinitionId)))
        return undefined;
      return "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.";
    },
  },
  {
    code: "role-assignment-ids",
    types: [ROLE_ASSIGNMENT],
    on: ["create"],
    azureCode: "BadRequestFormat",
    status: 400,
    source: `${RBAC}/role-assignments-rest: principalId is an object ID, roleDefinitionId the full resource ID of a role definition`,
    grade: "K",
    check: ({ body }) => {
      const { principalId, roleDefinitionId } = propertiesOf(body);
      if (!GUID.test(principalId)) return `The principal ID '${principalId}' is not valid. The principal ID must be a GUID.`;
      return sameId(typeOf(roleDefinitionId), ROLE_DEFINITION) ||
        /^\/providers\/Microsoft\.Authorization\/roleDefinitions\/[^/]+$/i.test(roleDefinitionId)
        ? undefined
        : `The role definition ID '${roleDefinitionId}' is not valid: it must end with /providers/${ROLE_DEFINITION}/<GUID>.`;
    },
  },
  {
    code: "role-in-use",
    types: [ROLE_DEFINITION],
    on: ["delete"],
    azureCode: "RoleDefinitionHasAssignments",
    status: 400,
    source: `${RBAC}/custom-roles: role assignments must be removed before the role definition`,
    grade: "D",
    check: ({ name, inventory }) => {
      const users = inventory.all(ROLE_ASSIGNMENT).filter(({ body }) => sameId(nameOf(propertiesOf(body).roleDefinitionId), name));
      return users.length > 0
        ? `There are existing role assignments referencing role '${name}': ${users.map(({ id }) => id).join(", ")}.`
        : undefined;
    },
  },
  {
    code: "role-exists",
    types: [ROLE_ASSIGNMENT],
    on: ["create"],
    azureCode: "RoleDefinitionDoesNotExist",
    status: 400,
    source: `${RBAC}/built-in-roles; the simulator contains only the roles for model serving`,
    grade: "K",
    check: ({ body, inventory }) => {
      const guid = nameOf(propertiesOf(body).roleDefinitionId).toLowerCase();
      const custom = inventory.all("Microsoft.Authorization/roleDefinitions").some(({ name }) => name.toLowerCase() === guid);
      if (custom || (Object.values(ROLES) as string[]).includes(guid)) return undefined;
      return `The specified role definition with ID '${guid}' does not exist.`;
    },
  },
  {
    code: "principal-exists",
    types: [ROLE_ASSIGNMENT],
    on: ["create"],
    azureCode: "PrincipalNotFound",
    status: 400,
    source: `${RBAC}/troubleshooting: set principalType for a new identity`,
    grade: "K",
    check: ({ body, inventory }) => {
      const { principalId, principalType } = propertiesOf(body);
      if (principalType !== "User" && principalType !== undefined) return undefined;
      if (!isKnownPrincipal(principalId, inventory)) return undefined;
      return `Principal ${principalId} does not exist in the directory as a ${principalType}: it is a managed identity. Set principalType to ServicePrincipal.`;
    },
  },
  {
    code: "lock-level",
    types: ["Microsoft.Authorization/locks"],
    on: ["create", "update"],
    azureCode: "LockLevelNotSupported",
    status: 400,
    source: "Azure docs, azure-resource-manager/management/lock-resources",
    grade: "D",
    check: ({ body }) => {
      const level = String((body.properties as { level?: string }).level);
      return ["CanNotDelete", "ReadOnly"].includes(level)
        ? undefined
        : `The lock level '${level}' is not supported: use CanNotDelete or ReadOnly.`;
    },
  },
];
