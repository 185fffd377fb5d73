// Proves that the scoring proxy serves exactly what was written through ARM. Does not prove that Azure's ARM answers like the simulator.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import OpenAI from "openai";
import { type Arm, startArm } from "../../../azure-local/arm";
import { armDirectory, type ScoringProxy, startScoringProxy } from "../../../azure-local/scoringProxy";
import { scoringAudience } from "../../../azure-local/scoringProxy/auth";
import { call, inOneHour, signToken } from "./support";

const location = "swedencentral";
const version = "2025-12-01";
const scorer = "11111111-1111-4111-8111-111111111111";
let home: string;
let arm: Arm;
let proxy: ScoringProxy;
let group: string;
let workspace: string;
let endpoint: string;

beforeAll(async () => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-proxy-"));
  arm = await startArm({ home, speed: Number.POSITIVE_INFINITY });
  proxy = await startScoringProxy({ directory: armDirectory(arm.url, arm.subscriptionId, { cache: 0, tokenSecret: "issuer" }) });
  group = `/subscriptions/${arm.subscriptionId}/resourceGroups/rg`;
  workspace = `${group}/providers/Microsoft.MachineLearningServices/workspaces/models`;
  endpoint = `${workspace}/onlineEndpoints/chat`;
  await createWorkspace();
});
afterAll(async () => {
  await proxy?.close();
  await arm?.close();
  fs.rmSync(home, { recursive: true, force: true });
});

async function send<T>(method: string, id: string, body?: object, apiVersion = version): Promise<T> {
  const headers = { authorization: "Bearer test", "content-type": "application/json" };
  const response = await fetch(`${arm.url}${id}?api-version=${apiVersion}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${id}: ${response.status} ${text}`);
  const operation = response.headers.get("azure-asyncoperation");
  if (operation) expect(await (await fetch(operation, { headers })).json()).toMatchObject({ status: "Succeeded" });
  return (text ? JSON.parse(text) : undefined) as T;
}

const put = (id: string, body: object, apiVersion?: string) => send("PUT", id, body, apiVersion);

async function createWorkspace(): Promise<void> {
  const storageAccount = `${group}/providers/Microsoft.Storage/storageAccounts/scoringtest`;
  const keyVault = `${group}/providers/Microsoft.KeyVault/vaults/scoringtest`;
  const vault = { tenantId: arm.tenantId, sku: { family: "A", name: "standard" }, accessPolicies: [], enableRbacAuthorization: true };
  await put(group, { location }, "2024-03-01");
  await put(storageAccount, { location, kind: "StorageV2", sku: { name: "Standard_LRS" }, properties: {} }, "2024-01-01");
  await put(keyVault, { location, properties: vault }, "2024-11-01");
  await put(workspace, { location, identity: { type: "SystemAssigned" }, properties: { storageAccount, keyVault } });
  const route = (path: string) => ({ path, port: 8000 });
  const inferenceConfig = { scoringRoute: route("/"), livenessRoute: route("/health"), readinessRoute: route("/health") };
  await put(`${workspace}/environments/chat/versions/1`, {
    properties: { image: `mcr.microsoft.com/chat@sha256:${"a".repeat(64)}`, inferenceConfig },
  });
}

const putEndpoint = (properties: object) => put(endpoint, { location, properties });

function putDeployment(name: string, model: string) {
  const properties = {
    endpointComputeType: "Managed",
    instanceType: "Standard_DS3_v2",
    environmentId: `${workspace}/environments/chat/versions/1`,
    environmentVariables: { MOOR_MODEL: model },
    requestSettings: { requestTimeout: "PT1M", maxConcurrentRequestsPerInstance: 4 },
  };
  return put(`${endpoint}/deployments/${name}`, { location, sku: { name: "Default", capacity: 1 }, properties });
}

const chatUrl = () => `${proxy.url}/chat/v1`;
const statusWith = async (token: string) => (await call(`${chatUrl()}/models`, { headers: { authorization: `Bearer ${token}` } })).status;

test("an endpoint created through ARM answers after its traffic weight is set, and follows its traffic weights", async () => {
  expect(await call(`${chatUrl()}/models`)).toMatchObject({ status: 404, body: "no_endpoint\nThe endpoint chat does not exist.\n" });
  await putEndpoint({ authMode: "Key" });
  const { primaryKey, secondaryKey } = await send<{ primaryKey: string; secondaryKey: string }>("POST", `${endpoint}/listKeys`);
  expect(await statusWith(primaryKey)).toBe(404);
  expect(await statusWith("wrong")).toBe(401);
  await putDeployment("main", "Qwen/Qwen2.5-7B-Instruct");
  expect(await statusWith(primaryKey)).toBe(404);
  await putEndpoint({ authMode: "Key", traffic: { main: 100 } });
  const openai = new OpenAI({ baseURL: chatUrl(), apiKey: secondaryKey, maxRetries: 0 });
  const ask = async (model: string) => {
    const completion = await openai.chat.completions.create({ model, messages: [{ role: "user", content: "hello" }] });
    return completion.choices[0]!.message.content;
  };
  expect(await ask("Qwen/Qwen2.5-7B-Instruct")).toBe(
    "Stand-in answer, no model ran. Deployment main, model Qwen/Qwen2.5-7B-Instruct, region swedencentral. You said: hello",
  );
  await putDeployment("next", "Qwen/Qwen3-8B");
  await putEndpoint({ authMode: "Key", traffic: { main: 0, next: 100 } });
  expect(await ask("Qwen/Qwen3-8B")).toContain("Deployment next");
});

test("regenerating a key invalidates the old one", async () => {
  const before = await send<{ primaryKey: string }>("POST", `${endpoint}/listKeys`);
  await send("POST", `${endpoint}/regenerateKeys`, { keyType: "Primary" });
  const after = await send<{ primaryKey: string }>("POST", `${endpoint}/listKeys`);
  expect([await statusWith(before.primaryKey), await statusWith(after.primaryKey)]).toEqual([401, 200]);
});

test("with AMLToken the endpoint accepts the token that ARM issues", async () => {
  await putEndpoint({ authMode: "AMLToken", traffic: { main: 100 } });
  const { accessToken } = await send<{ accessToken: string }>("POST", `${endpoint}/token`);
  expect([await statusWith(accessToken), await statusWith("wrong")]).toEqual([200, 401]);
});

test("with AADToken the endpoint accepts a principal with a custom role that contains only the score action", async () => {
  await putEndpoint({ authMode: "AADToken", traffic: { main: 100 } });
  const token = signToken({ aud: scoringAudience, oid: scorer, exp: inOneHour() }, "issuer");
  expect(await statusWith(token)).toBe(403);
  const role = `/subscriptions/${arm.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/22222222-2222-4222-8222-222222222222`;
  const actions = ["Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action"];
  const definition = {
    roleName: "Endpoint scorer",
    type: "CustomRole",
    permissions: [{ actions, notActions: [] }],
    assignableScopes: [group],
  };
  // It is written at a resource group and assigned by its ID in the subscription.
  await put(role.replace(/^\/subscriptions\/[^/]+/, group), { properties: definition }, "2022-05-01-preview");
  const assignment = `${endpoint}/providers/Microsoft.Authorization/roleAssignments/33333333-3333-4333-8333-333333333333`;
  const properties = { principalId: scorer, principalType: "ServicePrincipal", roleDefinitionId: role };
  await put(assignment, { properties }, "2022-04-01");
  expect(await statusWith(token)).toBe(200);
});
