import { ROLES } from "../builtInRoles";
import { ROLE_ASSIGNMENT } from "../grants";
import type { Inventory, Rule } from "../model";
import { nameOf, sameId } from "../path";

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

/** Principals that the simulator can know: identities of resources and user-assigned ones. */
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
      const twin = inventory.all(ROLE_DEFINITION).find((other) => !sameId(other.id, id) && nameIn(other.body) === name);
      return name !== undefined && (builtIn || twin)
        ? `A custom role with the name '${body.properties?.roleName}' exists already${twin ? ` at '${twin.id}'` : " as a built-in role"}.`
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
      const twin = inventory.children(parentId, ROLE_ASSIGNMENT).find((other) => {
        const properties = propertiesOf(other.body);
        return sameId(properties.principalId, principalId) && sameId(nameOf(properties.roleDefinitionId), nameOf(roleDefinitionId));
      });
      return twin && `The role assignment already exists. The ID of the existing role assignment is ${twin.name}.`;
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
    code: "role-exists",
    types: [ROLE_ASSIGNMENT],
    on: ["create"],
    azureCode: "RoleDefinitionDoesNotExist",
    status: 400,
    source: `${RBAC}/built-in-roles; only the roles of that list which model serving needs are known here`,
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
