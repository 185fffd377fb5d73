// Does not prove that ARM answers like this: the fake has only the paths that the directory reads. armDirectory.simulator.test.ts uses
// the simulator.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { armDirectory } from "../../../azure-local/scoringProxy";
import { actionMatches } from "../../../azure-local/scoringProxy/armScorers";
import { vllmModels } from "../../../azure-local/scoringProxy/deploymentView";

const subscription = "/subscriptions/s1";
const workspaces = `${subscription}/providers/Microsoft.MachineLearningServices/workspaces`;
const workspace = (name: string) => `${subscription}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/${name}`;
const chat = `${workspace("two")}/onlineEndpoints/chat`;
const environment = `${workspace("two")}/environments/chat-main/versions/1`;
const roleDefinition = (id: string) => `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${id}`;

let replies: Record<string, unknown>;
let requests: string[];
let url: string;
const server = createServer((request, response) => {
  requests.push(`${request.method} ${request.url}`);
  const path = `${request.method} ${request.url!.split("?")[0]}`;
  const reply = request.url!.includes("page=2") ? replies[`${path} page 2`] : replies[path];
  if (reply === 500) response.writeHead(500).end("secret body");
  else if (reply === undefined) response.writeHead(404).end('{"error":{"code":"NotFound"}}');
  else response.end(JSON.stringify(reply));
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = [];
  replies = {
    [`GET ${workspaces}`]: { value: [{ id: workspace("one") }, { id: workspace("two") }] },
    [`GET ${chat}`]: { id: chat, name: "chat", location: "swedencentral", properties: { authMode: "Key", traffic: { main: 100 } } },
    [`POST ${chat}/listKeys`]: { primaryKey: "k1", secondaryKey: "k2" },
    [`GET ${chat}/deployments`]: {
      value: [
        {
          name: "main",
          systemData: { createdAt: "2026-01-01T00:00:00Z", lastModifiedAt: "2026-01-02T00:00:00Z" },
          sku: { name: "Default", capacity: 3 },
          properties: {
            provisioningState: "Succeeded",
            environmentId: environment,
            environmentVariables: { MOOR_SERVED_MODEL_NAME: "Qwen/Qwen2.5-7B-Instruct", VLLM_ARGS: '["--max-model-len","16384"]' },
            requestSettings: { requestTimeout: "PT1M30S", maxConcurrentRequestsPerInstance: 64 },
            readinessProbe: { period: "PT5S", timeout: "PT3S", failureThreshold: 7 },
            livenessProbe: { initialDelay: "PT5M", period: "PT30S", timeout: "PT10S", failureThreshold: 60 },
          },
        },
      ],
    },
    [`GET ${environment}`]: {
      properties: {
        inferenceConfig: {
          scoringRoute: { path: "/", port: 8000 },
          readinessRoute: { path: "/health", port: 8000 },
          livenessRoute: { path: "/ping", port: 8000 },
        },
      },
    },
  };
});

const directory = (options = {}) => armDirectory(url, "s1", { cache: 0, ...options });

test("an endpoint is read with its deployments, keys and routes", async () => {
  expect(await directory().find("chat")).toEqual({
    name: "chat",
    region: "swedencentral",
    publicAccess: true,
    authMode: "Key",
    keys: ["k1", "k2"],
    tokenSecret: undefined,
    scorers: [],
    traffic: { main: 100 },
    mirrorTraffic: {},
    deployments: [
      {
        name: "main",
        state: "Succeeded",
        updated: true,
        instances: 3,
        requestTimeout: 90,
        maxConcurrentRequestsPerInstance: 64,
        environmentVariables: { MOOR_SERVED_MODEL_NAME: "Qwen/Qwen2.5-7B-Instruct", VLLM_ARGS: '["--max-model-len","16384"]' },
        scoring: { path: "/", port: 8000 },
        readiness: { path: "/health", port: 8000, initialDelay: 10, period: 5, timeout: 3, failureThreshold: 7 },
        liveness: { path: "/ping", port: 8000, initialDelay: 300, period: 30, timeout: 10, failureThreshold: 60 },
        startUp: 60,
        createdAt: Date.UTC(2026, 0, 1),
        pattern: "vllm",
        models: ["Qwen/Qwen2.5-7B-Instruct"],
      },
    ],
  });
  expect(requests.every((request) => request.endsWith("?api-version=2025-12-01"))).toBe(true);
  expect(requests).toHaveLength(6);
});

test("omitted values have Azure's defaults and the inference server's routes", async () => {
  replies[`GET ${chat}/deployments`] = { value: [{ name: "main", properties: { provisioningState: "Succeeded", environmentId: null } }] };
  expect((await directory().find("chat"))!.deployments).toEqual([
    {
      name: "main",
      state: "Succeeded",
      updated: false,
      instances: 1,
      requestTimeout: 5,
      maxConcurrentRequestsPerInstance: 1,
      environmentVariables: {},
      scoring: { path: "/score", port: 5001 },
      readiness: { path: "/", port: 5001, initialDelay: 10, period: 10, timeout: 2, failureThreshold: 30 },
      liveness: { path: "/", port: 5001, initialDelay: 10, period: 10, timeout: 2, failureThreshold: 30 },
      startUp: 5,
      createdAt: undefined,
      pattern: "score",
      models: [],
    },
  ]);
});

test("an unknown name, or a name in another region, is not found", async () => {
  expect(await directory().find("missing")).toBeUndefined();
  expect(await directory().find("chat", "westeurope")).toBeUndefined();
  expect((await directory().find("chat", "SwedenCentral"))!.name).toBe("chat");
});

test("a location in its display form matches the region of addresses", async () => {
  replies[`GET ${chat}`] = { ...(replies[`GET ${chat}`] as object), location: "Sweden Central" };
  expect((await directory().find("chat", "swedencentral"))!.region).toBe("swedencentral");
});

test("weights have the exact names of their deployments as keys, whatever their case", async () => {
  const properties = { authMode: "Key", traffic: { MAIN: 100 }, mirrorTraffic: { Main: 0, gone: 1 } };
  replies[`GET ${chat}`] = { id: chat, name: "chat", location: "swedencentral", properties };
  const view = await directory().find("chat");
  expect([view?.traffic, view?.mirrorTraffic]).toEqual([{ main: 100 }, { main: 0, gone: 1 }]);
});

test("an environment's ID can have the prefix azureml:", async () => {
  replies[`GET ${chat}/deployments`] = {
    value: [{ name: "main", properties: { provisioningState: "Succeeded", environmentId: `azureml:${environment}` } }],
  };
  expect((await directory().find("chat"))!.deployments[0]!.scoring).toEqual({ path: "/", port: 8000 });
});

test("all pages of a collection are read", async () => {
  replies[`GET ${workspaces}`] = { value: [{ id: workspace("one") }], nextLink: `${url}${workspaces}?api-version=2025-12-01&page=2` };
  replies[`GET ${workspaces} page 2`] = { value: [{ id: workspace("two") }] };
  expect((await directory().find("chat"))!.name).toBe("chat");
});

test("a result is read again after `forget`, also if it was being read", async () => {
  const cached = directory({ cache: 60_000 });
  const before = cached.find("chat");
  cached.forget();
  const after = cached.find("chat");
  expect(after).not.toBe(before);
  expect(cached.find("chat")).toBe(after);
  await Promise.all([before, after]);
});

test("a result is cached for its time, an absence is not", async () => {
  const cached = directory({ cache: 60_000 });
  const [first, second] = await Promise.all([cached.find("chat"), cached.find("CHAT")]);
  expect(first).toBe(second);
  await cached.find("chat");
  expect(requests).toHaveLength(6);
  await cached.find("missing");
  await cached.find("missing");
  expect(requests).toHaveLength(6 + 2 * 3);
});

test("an error of ARM is reported without its body and not cached", async () => {
  const cached = directory({ cache: 60_000 });
  replies[`POST ${chat}/listKeys`] = 500;
  await expect(cached.find("chat")).rejects.toThrow(new Error(`ARM returned 500 for POST ${chat}/listKeys`));
  replies[`POST ${chat}/listKeys`] = { primaryKey: "k3", secondaryKey: "k4" };
  expect((await cached.find("chat"))!.keys).toEqual(["k3", "k4"]);
});

test("with AMLToken, tokens that ARM issued are accepted until they expire", async () => {
  replies[`GET ${chat}`] = { id: chat, name: "chat", location: "x", properties: { authMode: "AMLToken" } };
  const one = directory();
  const inAnHour = Math.floor(Date.now() / 1000) + 3600;
  for (const [accessToken, expiryTimeUtc, keys] of [
    ["old", inAnHour, ["old"]],
    ["over", 1, ["old"]],
    ["new", inAnHour, ["old", "new"]],
  ] as const) {
    replies[`POST ${chat}/token`] = { accessToken, expiryTimeUtc };
    expect((await one.find("chat"))!.keys).toEqual(keys);
  }
});

test("with AADToken, principals whose role at the endpoint or a parent scope contains the action can score", async () => {
  replies[`GET ${chat}`] = { id: chat, name: "chat", location: "x", properties: { authMode: "AADToken" } };
  const assign = (scope: string, principalId: string, role: string) => ({
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${principalId}`,
    properties: { principalId, roleDefinitionId: roleDefinition(role) },
  });
  const listed = (scope: string, value: object[]) => {
    replies[`GET ${scope}/providers/Microsoft.Authorization/roleAssignments`] = { value };
  };
  const elsewhere = assign(`${workspace("one")}/onlineEndpoints/other`, "neighbour", "scorer");
  listed(chat, [assign(chat, "app", "scorer"), assign(chat, "reader", "reader"), assign(chat, "contradiction", "all-but-score")]);
  listed(workspace("two"), [assign(workspace("two"), "scientist", "f6c7c914-8db3-469d-8ca1-694a8f32e121")]);
  listed(`${subscription}/resourceGroups/rg`, [assign(`${subscription}/resourceGroups/rg`, "app", "scorer"), elsewhere]);
  listed(subscription, [
    assign(subscription, "stranger", "00000000-0000-0000-0000-000000000000"),
    assign(subscription, "owner", "scorer"),
    elsewhere,
  ]);
  const define = (...permissions: object[]) => ({ properties: { permissions } });
  const score = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action";
  replies[`GET ${roleDefinition("scorer")}`] = define({ actions: [score], notActions: [] });
  replies[`GET ${roleDefinition("reader")}`] = define({ actions: ["*/read"] });
  replies[`GET ${roleDefinition("all-but-score")}`] = define({ actions: ["*"], notActions: [score] });
  const view = (await directory({ tokenSecret: "x" }).find("chat"))!;
  expect([...view.scorers].sort()).toEqual(["app", "scientist", "owner"].sort());
  expect(view).toMatchObject({ keys: [], tokenSecret: "x" });
  expect(requests.filter((request) => request.startsWith("POST"))).toEqual([]);
});

test.each([
  ["*", true],
  ["Microsoft.MachineLearningServices/workspaces/*/action", true],
  ["microsoft.machinelearningservices/workspaces/onlineendpoints/score/action", true],
  ["Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score", false],
  ["MicrosoftXMachineLearningServices/workspaces/onlineEndpoints/score/action", false],
])("the action pattern %s matches scoring: %s", (pattern, expected) => {
  expect(actionMatches(pattern, "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action")).toBe(expected);
});

test.each([
  [{ MOOR_MODEL: "a/b" }, ["a/b"]],
  [{ MOOR_MODEL: "a/b", MOOR_SERVED_MODEL_NAME: "c" }, ["c"]],
  [{ MOOR_SERVED_MODEL_NAME: "c", VLLM_ARGS: '["--served-model-name","x","y","--seed","1"]' }, ["x", "y"]],
  [{ VLLM_ARGS: '["--seed","1","--served-model-name","x"]' }, ["x"]],
  [{ VLLM_ARGS: '["--served-model-name=x=y","--seed","1"]' }, ["x=y"]],
  [{ VLLM_ARGS: "not json" }, ["qwen"]],
  [{}, []],
])("the variables %j serve %j", (variables, expected) => {
  expect(vllmModels(variables, `${workspace("two")}/models/qwen/versions/1`)).toEqual(expected);
});
