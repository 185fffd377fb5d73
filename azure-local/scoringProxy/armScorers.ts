import type { ArmClient } from "./armClient";

const authorizationVersion = "2022-04-01";
const roleDefinitionVersion = "2022-05-01-preview";
export const scoreAction = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action";

interface ArmRoleAssignment {
  readonly id: string;
  readonly properties: { readonly principalId: string; readonly roleDefinitionId: string };
}

interface ArmRoleDefinition {
  readonly properties: {
    readonly permissions?: readonly { readonly actions?: readonly string[]; readonly notActions?: readonly string[] }[];
  };
}

/** Built-in roles that contain the score action (Azure docs, built-in-roles), for an ARM that does not list built-in definitions. */
const builtInScorers: ReadonlySet<string> = new Set([
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", // Owner
  "b24988ac-6180-42a0-ab88-20f7382dd24c", // Contributor
  "f6c7c914-8db3-469d-8ca1-694a8f32e121", // AzureML Data Scientist
]);

/** Object IDs of principals that can score because of a role assignment at the endpoint or at a parent scope. */
export async function scorersOf(arm: ArmClient, endpointId: string): Promise<string[]> {
  const assignments = await assignmentsAtOrAbove(arm, endpointId);
  const roles = [...new Set(assignments.map(({ properties }) => properties.roleDefinitionId))];
  const allowed = new Map(await Promise.all(roles.map(async (role) => [role, await allowsScoring(arm, role)] as const)));
  const scorers = assignments.filter(({ properties }) => allowed.get(properties.roleDefinitionId));
  return [...new Set(scorers.map(({ properties }) => properties.principalId))];
}

/** Lists each scope and keeps only the assignments of that scope, because a list can contain those of parent or child scopes. */
async function assignmentsAtOrAbove(arm: ArmClient, endpointId: string): Promise<ArmRoleAssignment[]> {
  const segments = endpointId.split("/");
  // /subscriptions/s, /resourceGroups/g, /providers/p/workspaces/w, /onlineEndpoints/e
  const lists = [3, 5, 9, 11]
    .map((length) => segments.slice(0, length).join("/"))
    .map(async (scope) => {
      const collection = `${scope}/providers/Microsoft.Authorization/roleAssignments`;
      const assignments = await arm.list<ArmRoleAssignment>(collection, authorizationVersion, "atScope()");
      return assignments.filter(({ id }) => id.toLowerCase().startsWith(`${collection}/`.toLowerCase()));
    });
  return (await Promise.all(lists)).flat();
}

async function allowsScoring(arm: ArmClient, roleDefinitionId: string): Promise<boolean> {
  const definition = await arm.get<ArmRoleDefinition>(roleDefinitionId, roleDefinitionVersion);
  if (!definition?.properties.permissions) return builtInScorers.has(roleDefinitionId.split("/").at(-1)!.toLowerCase());
  const matches = (actions: readonly string[] = []) => actions.some((action) => actionMatches(action, scoreAction));
  return definition.properties.permissions.some(({ actions, notActions }) => matches(actions) && !matches(notActions));
}

/** Azure's wildcard: `*` matches any characters, including slashes. Case is ignored. */
export function actionMatches(pattern: string, action: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`, "i").test(action);
}
