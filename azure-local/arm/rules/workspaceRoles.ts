/** Roles that the user-assigned identity of a workspace requires. Azure assigns them itself to a system-assigned identity. */
import type { RoleName } from "../builtInRoles";
import { holdsRole, principalOf } from "../grants";
import type { Body, Inventory, Rule } from "../model";
import { parentIdOf } from "../path";
import { isolationOf, propertiesOf } from "../types/managedNetwork";
import { DEPLOYMENT } from "../types/onlineEndpointBodies";
import { WORKSPACE } from "./machineLearning";
import { MANAGED_NETWORK } from "./sources";

const IDENTITIES = "Azure docs, machine-learning/how-to-identity-based-service-authentication (workspace with a user-assigned identity)";

interface Need {
  /** Property of the workspace with the resource's ID. */
  readonly on: "storageAccount" | "keyVault" | "applicationInsights" | "containerRegistry";
  /** The required role, and roles that include it. */
  readonly roles: readonly [RoleName, ...RoleName[]];
}

const administrates = ["Contributor", "Owner"] as const;

const needs: readonly Need[] = [
  { on: "storageAccount", roles: administrates },
  { on: "storageAccount", roles: ["Storage Blob Data Contributor", "Storage Blob Data Owner"] },
  { on: "storageAccount", roles: ["Storage File Data Privileged Contributor"] },
  { on: "keyVault", roles: administrates },
  { on: "keyVault", roles: ["Key Vault Administrator"] },
  { on: "applicationInsights", roles: administrates },
  { on: "containerRegistry", roles: administrates },
];

/** The principal of the identity that the workspace acts as. Undefined if it has a system-assigned one, to which Azure assigns the roles. */
function primaryPrincipal(workspace: { readonly body: Body }, inventory: Inventory): string | undefined {
  if (workspace.body.identity?.type !== "UserAssigned") return undefined;
  return principalOf(inventory, propertiesOf(workspace).primaryUserAssignedIdentity);
}

export const workspaceRoleRules: readonly Rule[] = [
  {
    code: "workspace-identity-roles",
    types: [WORKSPACE],
    on: ["create"],
    azureCode: "ValidationError",
    status: 400,
    source: `${IDENTITIES}; how-to-disable-local-auth-storage for the file share; the code is inferred`,
    grade: "D",
    check: ({ body, inventory }) => {
      const principal = primaryPrincipal({ body }, inventory);
      if (principal === undefined) return undefined;
      const properties = propertiesOf({ body });
      const missing = needs.find(
        ({ on, roles }) => properties[on] !== undefined && !holdsRole(inventory, principal, roles, properties[on]),
      );
      return (
        missing &&
        `The identity '${properties.primaryUserAssignedIdentity}' of the workspace has no role assignment for ${missing.roles[0]} on '${properties[missing.on]}'.`
      );
    },
  },
  {
    code: "workspace-identity-approver",
    types: [WORKSPACE],
    on: ["create"],
    azureCode: "ValidationError",
    status: 400,
    source: `${MANAGED_NETWORK}: a user-assigned identity needs Azure AI Enterprise Network Connection Approver on all targets of the managed network's private endpoints, and so on the workspace; inferred: provisioning at creation fails without it`,
    grade: "I",
    check: ({ id, body, inventory }) => {
      const principal = primaryPrincipal({ body }, inventory);
      const properties = propertiesOf({ body });
      if (principal === undefined || isolationOf(properties) !== "AllowOnlyApprovedOutbound" || properties.provisionNetworkNow !== true)
        return undefined;
      return holdsRole(inventory, principal, ["Azure AI Enterprise Network Connection Approver", ...administrates], id)
        ? undefined
        : `The identity '${properties.primaryUserAssignedIdentity}' can't approve the managed network's private endpoint to the workspace: it has no role assignment for Azure AI Enterprise Network Connection Approver on the resource group.`;
    },
  },
  {
    code: "workspace-identity-own-role",
    types: [DEPLOYMENT],
    on: ["create"],
    azureCode: "BadArgument",
    status: 400,
    source: `${IDENTITIES}: Contributor on the workspace; inferred: the workspace can't start a deployment without it`,
    grade: "I",
    check: ({ parentId, inventory }) => {
      const workspace = inventory.get(parentIdOf(parentId));
      const principal = workspace && primaryPrincipal(workspace, inventory);
      if (workspace === undefined || principal === undefined || holdsRole(inventory, principal, administrates, workspace.id))
        return undefined;
      return `The identity of the workspace has no role assignment for Contributor on '${workspace.id}'.`;
    },
  },
];
