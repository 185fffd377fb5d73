import { grant, paths } from "../platform";
import { but, type RejectedRequest, type Scene } from "./rejectedRequest";

const next = paths.workspace.replace("workspaces/workspace", "workspaces/next");
const endpoint = `${next}/onlineEndpoints/fraud`;
const identities = { lacking: `${paths.identity}-1`, complete: `${paths.identity}-2` } as const;

/** Roles of a workspace's user-assigned identity, by a name for each. */
export const workspaceRoles = {
  storageContributor: [paths.storage, "b24988ac-6180-42a0-ab88-20f7382dd24c"],
  storageData: [paths.storage, "ba92f5b4-2d11-453d-a403-e96b0029c9fe"],
  storageFiles: [paths.storage, "69566ab7-960f-475b-8e7c-b3118f30c6bd"],
  vaultContributor: [paths.vault, "b24988ac-6180-42a0-ab88-20f7382dd24c"],
  vaultData: [paths.vault, "00482a5a-887f-4fb3-b363-3b7fe8e74483"],
  appInsightsContributor: [paths.insights, "b24988ac-6180-42a0-ab88-20f7382dd24c"],
  registryContributor: [paths.registry, "b24988ac-6180-42a0-ab88-20f7382dd24c"],
  networkApprover: [paths.group, "b556d68e-0be0-4f35-a333-ad7ee1ce17ea"],
} as const;

type WorkspaceRole = keyof typeof workspaceRoles;

const roleNames = Object.keys(workspaceRoles) as WorkspaceRole[];

let count = 0;
/** Creates an identity with all roles of a workspace but one. */
async function identityWithout({ caller, body }: Scene, path: string, missing?: WorkspaceRole): Promise<void> {
  await caller.made(path, body.identity);
  const { principalId } = (await caller.get(path)).body.properties;
  for (const [scope, role] of roleNames.filter((name) => name !== missing).map((name) => workspaceRoles[name]))
    await caller.made(...grant(caller, scope, `44444444-0000-4000-8000-${String(++count).padStart(12, "0")}`, role, principalId));
}

/** A workspace that acts as a user-assigned identity. */
export function workspaceAs({ body, id }: Scene, identity: string) {
  const assigned = but(body.workspace, "identity", { type: "UserAssigned", userAssignedIdentities: { [id(identity)]: {} } });
  return but(assigned, "properties/primaryUserAssignedIdentity", id(identity));
}

function without(missing: WorkspaceRole, rule = "workspace-identity-roles"): RejectedRequest {
  return {
    rule,
    case: `a workspace whose identity lacks ${missing}`,
    answer: "400 ValidationError",
    setup: async (scene) => {
      await identityWithout(scene, identities.lacking, missing);
      await identityWithout(scene, identities.complete);
    },
    rejected: (scene) => ["PUT", next, workspaceAs(scene, identities.lacking)],
    accepted: (scene) => ["PUT", next, workspaceAs(scene, identities.complete)],
  };
}

/** A deployment of an endpoint of the second workspace. */
export function deploymentIn({ body, id }: Pick<Scene, "body" | "id">) {
  const inNext = but(body.deployment, "properties/environmentId", id(`${next}/environments/vllm/versions/1`));
  return but(inNext, "properties/model", id(`${next}/models/qwen/versions/1`));
}

export const workspaceRoleRejections: readonly RejectedRequest[] = [
  ...roleNames.filter((name) => name !== "networkApprover").map((name) => without(name)),
  without("networkApprover", "workspace-identity-approver"),
  {
    rule: "workspace-identity-own-role",
    answer: "400 BadArgument",
    setup: async (scene) => {
      await identityWithout(scene, identities.complete);
      await scene.caller.made(next, workspaceAs(scene, identities.complete));
      await scene.caller.made(`${next}/environments/vllm/versions/1`, scene.body.environment);
      await scene.caller.made(`${next}/models/qwen/versions/1`, scene.body.model);
      await scene.caller.made(endpoint, scene.body.endpoint);
    },
    rejected: ({ body, id }) => ["PUT", `${endpoint}/deployments/main-1`, deploymentIn({ body, id })],
    // The workspace of the platform has a system-assigned identity.
    accepted: ({ body }) => ["PUT", paths.deployment.replace("main-1", "main-2"), body.deployment],
  },
];
