// Proves for each row of the table of roles that the local Azure refuses an operation without the role, and accepts it with all roles. Doesn't
// prove that Azure refuses the same: the sources of the table and of the rules state that.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openIssuer } from "../../../azure-local/scoringProxy";
import { ArmClient } from "../../../azure-local/scoringProxy/armClient";
import { scorersOf } from "../../../azure-local/scoringProxy/armScorers";
import { BUILT_IN_ROLES, SCORE_ACTION } from "../../../facts/roles";
import { type RoleRow, roleTable } from "../../../rules/exposure";
import { RegistryClient } from "../registry/registryClient";
import { containerClient } from "../storage/blobAccount";
import { Caller } from "./client";
import { bodies, buildPlatform, grant, paths } from "./platform";
import { but, type Scene, sceneOf } from "./rejections/rejectedRequest";
import { deploymentIn, workspaceAs } from "./rejections/workspaceRoles";
import { buildScriptScene, endedScript, FILE_GRANT, scriptBodies, scriptPaths } from "./scriptScene";

const next = paths.workspace.replace("workspaces/workspace", "workspaces/next");
const endpoint = `${next}/onlineEndpoints/fraud`;
const identity = `${paths.identity}-next`;
const registry2 = paths.registry.replace("registry01", "registry02");
const weights = `${paths.storage}/blobServices/default/containers/models`;
const operator = "99999999-0000-4000-8000-000000000001";
const scoreRole = "99999999-0000-4000-8000-000000000002";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-roles-"));
const issuer = openIssuer(path.join(folder, "secret"));
const directory = { tokenSecret: issuer.secret, deployerId: () => "99999999-0000-4000-8000-000000000009" };
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** ARM types with more than one resource in the platform, and where a row's role is assigned. */
const scopes: Readonly<Record<string, string>> = {
  "Microsoft.Storage/storageAccounts": paths.storage,
  "Microsoft.KeyVault/vaults": paths.vault,
  "Microsoft.Insights/components": paths.insights,
  "Microsoft.ContainerRegistry/registries": paths.registry,
  "Microsoft.Resources/resourceGroups": paths.group,
  "Microsoft.MachineLearningServices/workspaces": next,
  "Microsoft.Storage/storageAccounts/blobServices/containers": weights,
};

let count = 0;
async function assign(caller: Caller, scope: string, role: string, principalId: string): Promise<void> {
  await caller.made(...grant(caller, scope, `55555555-0000-4000-8000-${String(++count).padStart(12, "0")}`, role, principalId));
}

async function principalOf(caller: Caller, path: string): Promise<string> {
  return (await caller.get(path)).body.properties.principalId;
}

/** Whether a request and its operation succeed. */
async function succeeds(caller: Caller, below: string, body: unknown): Promise<boolean> {
  const answer = await caller.put(below, body);
  return answer.status < 300 && (await caller.outcome(answer)).status === "Succeeded";
}

/** Assigns the roles of the workspace's identity, except for one row. */
async function assignWorkspace(scene: Scene, missing: RoleRow | undefined, after: boolean): Promise<void> {
  const rows = roleTable.filter(({ holder, when }) => holder === "workspace" && when === "always");
  const principal = await principalOf(scene.caller, identity);
  for (const row of rows.filter((one) => one !== missing && (scopes[one.scope] === next) === after))
    await assign(scene.caller, scopes[row.scope]!, BUILT_IN_ROLES[row.role as keyof typeof BUILT_IN_ROLES], principal);
}

/** Creates a workspace, an endpoint and a deployment; returns whether all of it succeeded. */
async function serves(scene: Scene, missing: RoleRow | undefined): Promise<boolean> {
  const { caller, body } = scene;
  await caller.made(identity, body.identity);
  await assignWorkspace(scene, missing, false);
  if (!(await succeeds(caller, next, workspaceAs(scene, identity)))) return false;
  await assignWorkspace(scene, missing, true);
  await caller.made(`${next}/environments/vllm/versions/1`, body.environment);
  await caller.made(`${next}/models/qwen/versions/1`, body.model);
  await caller.made(endpoint, body.endpoint);
  return succeeds(caller, `${endpoint}/deployments/main-1`, deploymentIn(scene));
}

/** A deployment of the platform's endpoint, whose identity has the roles of `grantEndpoint` except for one. */
async function deploys({ caller, body }: Scene, removed: string | undefined): Promise<boolean> {
  if (removed !== undefined) await caller.delete(removed);
  return succeeds(caller, paths.deployment.replace("main-1", "main-2"), body.deployment);
}

const assignments = {
  AcrPull: `${paths.registry}/providers/Microsoft.Authorization/roleAssignments/11111111-0000-4000-8000-000000000001`,
  "Storage Blob Data Reader": `${paths.storage}/providers/Microsoft.Authorization/roleAssignments/11111111-0000-4000-8000-000000000002`,
};

async function writesBlob(caller: Caller, oid: string, scope: string, missing: RoleRow | undefined): Promise<boolean> {
  await caller.made(paths.storage, but(bodies(caller).storage, "properties/publicNetworkAccess", "Enabled"));
  await caller.made(weights, {});
  if (missing === undefined) await assign(caller, scope, BUILT_IN_ROLES["Storage Blob Data Contributor"], oid);
  const client = containerClient(caller, { token: issuer.issueToken({ oid, audience: "https://storage.azure.com" }) });
  return client
    .getBlockBlobClient("a")
    .upload("x", 1)
    .then(() => true)
    .catch(() => false);
}

async function pushes(caller: Caller, oid: string, missing: RoleRow | undefined): Promise<boolean> {
  await caller.made(paths.registry, but(bodies(caller).registry, "properties/publicNetworkAccess", "Enabled"));
  if (missing === undefined) await assign(caller, paths.registry, BUILT_IN_ROLES.AcrPush, oid);
  const token = issuer.issueToken({ oid, audience: "https://containerregistry.azure.net" });
  const client = new RegistryClient(caller.arm.url, "registry01.azurecr.io", { token });
  return client
    .accessToken("repository:moor/vllm:pull,push")
    .then(() => true)
    .catch(() => false);
}

/** Where a row's operation succeeds with all roles, and without the row's role. */
type Operation = (scene: Scene, missing: RoleRow | undefined) => Promise<boolean>;

const vaultToken: Operation = async ({ caller, body, id }, missing) => {
  const secret = await caller.made(`${paths.vault}/secrets/token`, { properties: { value: "hf" } });
  const principal = await principalOf(caller, paths.identity);
  if (missing === undefined) await assign(caller, paths.vault, BUILT_IN_ROLES["Key Vault Secrets User"], principal);
  const reference = `\${{keyvault:${secret.properties.secretUriWithVersion}}}`;
  const variables = but(body.deployment, "properties/environmentVariables", { HF_TOKEN: reference });
  expect(id(paths.vault)).toContain("vault01");
  return succeeds(caller, paths.deployment.replace("main-1", "main-2"), variables);
};

const scripted: Operation = async ({ caller }, missing) => {
  await buildScriptScene(caller);
  if (missing !== undefined) await caller.delete(`${scriptPaths.account}/providers/Microsoft.Authorization/roleAssignments/${FILE_GRANT}`);
  const answer = await caller.put(scriptPaths.script, scriptBodies(caller).script);
  if (answer.status >= 300) return false;
  await caller.outcome(answer);
  return (await endedScript(caller)).properties.provisioningState === "Succeeded";
};

const opens: Operation = async ({ caller, body, id }, missing) => {
  await caller.made(registry2, body.registry);
  const { principalId } = (await caller.get(paths.workspace)).body.identity;
  if (missing === undefined)
    await assign(caller, registry2, BUILT_IN_ROLES["Azure AI Enterprise Network Connection Approver"], principalId);
  const destination = { serviceResourceId: id(registry2), subresourceTarget: "registry" };
  return succeeds(caller, `${paths.workspace}/outboundRules/registry`, { properties: { type: "PrivateEndpoint", destination } });
};

const scores: Operation = async ({ caller, id }, missing) => {
  const definition = `${paths.group}/providers/Microsoft.Authorization/roleDefinitions/${scoreRole}`;
  const permissions = [{ actions: [SCORE_ACTION], notActions: [] }];
  const role = { roleName: "Score", type: "CustomRole", permissions, assignableScopes: [id(paths.group)] };
  await caller.send("PUT", definition, { properties: role }, "2022-05-01-preview");
  if (missing === undefined) await assign(caller, paths.endpoint, scoreRole, operator);
  return (await scorersOf(new ArmClient(caller.arm.url, "local"), id(paths.endpoint))).includes(operator);
};

/** The operation of a row. Undefined if the local Azure doesn't check the role. */
function operationOf({ holder, role, when }: RoleRow): Operation | undefined {
  if (when === "registry of another team") return opens;
  if (holder === "workspace") return serves;
  if (holder === "invoker") return scores;
  if (holder === "endpoint" && role === "Key Vault Secrets User") return vaultToken;
  if (holder === "endpoint") return (scene, missing) => deploys(scene, missing && assignments[role as keyof typeof assignments]);
  if (role === "Storage File Data Privileged Contributor") return scripted;
  if (role === "Storage Blob Data Contributor")
    return ({ caller }, missing) => writesBlob(caller, operator, holder === "scripts" ? weights : paths.storage, missing);
  if (role === "AcrPush") return ({ caller }, missing) => pushes(caller, operator, missing);
  return undefined;
}

let platform: Caller;
beforeAll(async () => {
  platform = await Caller.start();
  await buildPlatform(platform);
});
afterAll(() => platform.stop());

async function outcome(operation: Operation, missing: RoleRow | undefined): Promise<boolean> {
  // Only data services look at the directory: a directory makes their tokens those of its principals.
  const caller = await platform.fork({ directory });
  try {
    return await operation(sceneOf(caller), missing);
  } finally {
    await caller.stop();
  }
}

const checked = roleTable.flatMap((row) => {
  const operation = operationOf(row);
  return operation === undefined ? [] : [[`${row.holder}: ${row.role} on ${row.scope}`, row, operation] as const];
});

test.each(checked)("%s", async (_, row, operation) => {
  expect([await outcome(operation, undefined), await outcome(operation, row)]).toEqual([true, false]);
});

test("one role isn't checked: the local Azure's vault returns a secret to any token", () => {
  const unchecked = roleTable.filter((row) => operationOf(row) === undefined).map(({ holder, role }) => `${holder}: ${role}`);
  expect(unchecked).toEqual(["scripts: Key Vault Secrets User"]);
});
