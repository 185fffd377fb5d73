// Proves the provider's requests to ARM and its handling of the responses, with a fake that stores PUT bodies. Does not prove that ARM
// answers like this.
import { azureNative } from "../../../azure-local/providers/azureNative";
import { InitializationError, type Provider } from "../../../azure-local/providers/provider";
import { isSecret, type Properties, secret, UNKNOWN } from "../../../azure-local/providers/wire";
import { type FakeArm, startFakeArm } from "./fakeArm";

const SUBSCRIPTION = "00000000-0000-4000-8000-000000000001";
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/g`;
const ENDPOINT = `${GROUP}/providers/Microsoft.MachineLearningServices/workspaces/w/onlineEndpoints/chat`;
const NETWORK = `${GROUP}/providers/Microsoft.Network/virtualNetworks/v`;
const endpoint: Properties = {
  endpointName: "chat",
  workspaceName: "w",
  resourceGroupName: "g",
  location: "swedencentral",
  properties: { authMode: "Key", publicNetworkAccess: "Disabled" },
};
const network: Properties = {
  virtualNetworkName: "v",
  resourceGroupName: "g",
  location: "swedencentral",
  addressSpace: { addressPrefixes: ["10.0.0.0/8"] },
};

let arm: FakeArm;
let provider: Provider;

beforeEach(async () => {
  arm = await startFakeArm();
  provider = azureNative({ armUrl: arm.url, subscriptionId: SUBSCRIPTION, tenantId: "t", pollMs: 1, refreshIgnores: true }).configure({
    location: "swedencentral",
  });
});
afterEach(() => arm.close());

const resource = (type: string) => ({ urn: `urn:pulumi:dev::p::azure-native:${type}::x`, name: "x", type: `azure-native:${type}` });
const create = (type: string, inputs: Properties, more: { preview?: boolean; timeout?: number } = {}) =>
  provider.create({ ...resource(type), inputs, preview: false, timeout: 0, ...more });
const createEndpoint = (inputs = endpoint, more = {}) => create("machinelearningservices:OnlineEndpoint", inputs, more);
const asked = () => arm.requests.map(({ method, path }) => `${method} ${path}`);

describe("create", () => {
  test("first checks for an existing resource, then writes the body, then reads it", async () => {
    const { id, state } = await createEndpoint();
    expect(asked()).toEqual([`GET ${ENDPOINT}`, `PUT ${ENDPOINT}`, `GET ${ENDPOINT}`]);
    expect(arm.requests.map(({ apiVersion }) => apiVersion)).toEqual(["2025-12-01", "2025-12-01", "2025-12-01"]);
    expect(arm.requests[1]?.body).toEqual({ location: "swedencentral", properties: { authMode: "Key", publicNetworkAccess: "Disabled" } });
    expect(id).toBe(ENDPOINT);
    expect(state).toMatchObject({
      id: ENDPOINT,
      name: "chat",
      azureApiVersion: "2025-12-01",
      properties: { provisioningState: "Succeeded" },
    });
  });

  test("rejects a resource that already exists", async () => {
    await createEndpoint();
    await expect(createEndpoint()).rejects.toThrow(`cannot create already existing resource '${ENDPOINT}'`);
    expect(asked().filter((line) => line.startsWith("PUT"))).toHaveLength(1);
  });

  test("adopts a resource that is created with its parent", async () => {
    const inputs = { accountName: "a", blobServicesName: "default", resourceGroupName: "g", isVersioningEnabled: true };
    await create("storage:BlobServiceProperties", inputs);
    await create("storage:BlobServiceProperties", inputs);
    const id = `${GROUP}/providers/Microsoft.Storage/storageAccounts/a/blobServices/default`;
    expect(arm.requests.filter(({ method }) => method === "PUT")).toHaveLength(2);
    await provider.delete({ ...resource("storage:BlobServiceProperties"), id, inputs, timeout: 0 });
    expect(arm.requests.filter(({ method }) => method === "DELETE")).toHaveLength(0);
    expect(arm.requests.filter(({ method }) => method === "PUT").at(-1)?.body).toEqual({
      properties: { deleteRetentionPolicy: { enabled: false }, isVersioningEnabled: false },
    });
  });

  test("waits for a long-running operation", async () => {
    arm.isSlow = () => true;
    const { state } = await createEndpoint();
    expect(asked()).toEqual([
      `GET ${ENDPOINT}`,
      `PUT ${ENDPOINT}`,
      "GET /operations/1",
      "GET /operations/1",
      `GET ${ENDPOINT}`,
      `GET ${ENDPOINT}`,
    ]);
    expect(state).toMatchObject({ properties: { provisioningState: "Succeeded" } });
  });

  test("polls the provisioning state if there is no operation to poll", async () => {
    let reads = 0;
    arm.intercept = ({ method }) => {
      if (method === "PUT") return { status: 201, body: { id: ENDPOINT, properties: { provisioningState: "Creating" } } };
      reads += 1;
      if (reads === 1) return { status: 404 };
      return { status: 200, body: { id: ENDPOINT, properties: { provisioningState: reads < 4 ? "Updating" : "Succeeded" } } };
    };
    const { state } = await createEndpoint();
    expect(state).toMatchObject({ properties: { provisioningState: "Succeeded" } });
    expect(reads).toBe(6);
  });

  test("reports an error of ARM as the real provider does, with status, code and message, and keeps no state", async () => {
    const more = {
      target: "chat",
      details: [{ code: "InvalidTraffic", message: "sum is 90" }],
      additionalInfo: [{ type: "PolicyViolation", info: { policyAssignmentName: "no-public-endpoints" } }],
    };
    arm.intercept = ({ method }) =>
      method === "PUT" ? { status: 400, body: { error: { code: "BadRequest", message: "two\n lines", ...more } } } : undefined;
    const failure = await createEndpoint().catch((error: unknown) => error);
    expect(failure).not.toBeInstanceOf(InitializationError);
    expect(String(failure)).toBe('Error: Status=400 Code="BadRequest" Message="two\n lines"');
  });

  test("reports an error without a code with its status and message, and one without a message with its whole body", async () => {
    const refusal = async (body: Record<string, unknown>) => {
      arm.intercept = ({ method }) => (method === "PUT" ? { status: 400, body } : undefined);
      return String(await createEndpoint().catch((error: unknown) => error));
    };
    expect(await refusal({ error: { message: "no" } })).toBe('Error: Status=400 Message="no"');
    expect(await refusal({ problem: "x" })).toBe('Error: Status=400 Message="{"problem":"x"}"');
  });

  test("keeps a resource that ARM accepted but could not complete, with the reason", async () => {
    arm.isSlow = () => true;
    arm.outcome = { status: "Failed", error: { code: "OutOfQuota", message: "no cores" } };
    const failure = await createEndpoint().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InitializationError);
    expect(failure).toMatchObject({
      message: 'Status=200 Code="OutOfQuota" Message="no cores"',
      id: ENDPOINT,
      inputs: endpoint,
      state: { properties: { provisioningState: "Failed" } },
    });
  });

  test("keeps a resource that takes longer than its timeout", async () => {
    arm.intercept = ({ path }) => (path.startsWith("/operations/") ? { status: 200, body: { status: "InProgress" } } : undefined);
    arm.isSlow = () => true;
    const failure = await createEndpoint(endpoint, { timeout: 0.1 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InitializationError);
    expect(failure).toMatchObject({ message: "operation timed out", id: ENDPOINT });
  });

  test("ends when the engine cancels, and keeps an accepted resource", async () => {
    arm.isSlow = () => true;
    arm.intercept = ({ path }) => (path.startsWith("/operations/") ? { status: 200, body: { status: "InProgress" } } : undefined);
    const running = createEndpoint().catch((error: unknown) => error);
    while (!arm.requests.some(({ path }) => path.startsWith("/operations/"))) await new Promise((resolve) => setTimeout(resolve, 5));
    provider.cancel();
    expect(await running).toMatchObject({ message: "operation was cancelled", id: ENDPOINT });
  });

  test.each([500, 503, 429])("retries after status %d", async (status) => {
    arm.intercept = (_, count) => (count === 2 ? { status, body: { error: { code: "Busy", message: "later" } } } : undefined);
    await createEndpoint();
    expect(asked()).toEqual([`GET ${ENDPOINT}`, `PUT ${ENDPOINT}`, `PUT ${ENDPOINT}`, `GET ${ENDPOINT}`]);
  });

  test("retries when the connection breaks before the answer", async () => {
    arm.intercept = ({ method }, count) => (method === "PUT" && count === 2 ? "hangUp" : undefined);
    await createEndpoint();
    expect(arm.requests.filter(({ method }) => method === "PUT")).toHaveLength(2);
  });

  test("gives up after four attempts", async () => {
    arm.intercept = () => ({ status: 500, body: { error: { code: "Broken", message: "down" } } });
    await expect(createEndpoint()).rejects.toThrow('Status=500 Code="Broken" Message="down"');
    expect(arm.requests).toHaveLength(4);
  });

  test("sends no request to ARM in a preview", async () => {
    const { id, state } = await createEndpoint(endpoint, { preview: true });
    expect(arm.requests).toEqual([]);
    expect(id).toBe("");
    expect(state).toMatchObject({ location: "swedencentral", name: UNKNOWN, azureApiVersion: "2025-12-01" });
  });

  test("sends a secret as plain text and keeps it secret in the state", async () => {
    const inputs = {
      secretName: "s",
      vaultName: "v",
      resourceGroupName: "g",
      properties: { value: secret("hunter2"), contentType: "text" },
    };
    const { state } = await create("keyvault:Secret", inputs);
    expect(arm.requests[1]?.body).toEqual({ properties: { value: "hunter2", contentType: "text" } });
    expect(isSecret((state.properties as Properties).value)).toBe(true);
    expect((state.properties as Properties).contentType).toBe("text");
  });
});

describe("resources separate from their parent", () => {
  const subnet = { name: "pe", properties: { addressPrefix: "10.0.0.0/24" } };
  const writeSubnets = () => {
    const stored = arm.resources.get(NETWORK.toLowerCase()) as { properties: object };
    arm.resources.set(NETWORK.toLowerCase(), { ...stored, properties: { ...stored.properties, subnets: [subnet] } });
  };

  test("are not part of a new network", async () => {
    await create("network:VirtualNetwork", network);
    expect(arm.requests[1]?.body.properties).toEqual({
      addressSpace: { addressPrefixes: ["10.0.0.0/8"] },
      subnets: [],
      virtualNetworkPeerings: [],
    });
  });

  test("survive an update of the network", async () => {
    const { id, state } = await create("network:VirtualNetwork", network);
    writeSubnets();
    const inputs = { ...network, tags: { a: "b" } };
    await provider.update({ ...resource("network:VirtualNetwork"), id, state, inputs, preview: false, timeout: 0 });
    expect(arm.requests.filter(({ method }) => method === "PUT").at(-1)?.body.properties).toMatchObject({ subnets: [subnet] });
  });

  test("are not added to the network's inputs by a refresh", async () => {
    const { id, state } = await create("network:VirtualNetwork", network);
    writeSubnets();
    const { inputs } = await provider.read({ ...resource("network:VirtualNetwork"), id, state, inputs: network });
    expect(inputs).toEqual(network);
  });

  test("belong to the network if its inputs contain them", async () => {
    const own = { ...network, subnets: [{ name: "own", addressPrefix: "10.1.0.0/24" }] };
    const { id, state } = await create("network:VirtualNetwork", own);
    expect(arm.requests[1]?.body.properties).toMatchObject({ subnets: [{ name: "own", properties: { addressPrefix: "10.1.0.0/24" } }] });
    writeSubnets();
    const { inputs } = await provider.read({ ...resource("network:VirtualNetwork"), id, state, inputs: own });
    expect(inputs.subnets).toEqual([{ name: "pe", addressPrefix: "10.0.0.0/24" }]);
  });
});

describe("read", () => {
  test("returns the same inputs if nothing changed", async () => {
    const { id, state } = await createEndpoint();
    expect((await provider.read({ ...resource("machinelearningservices:OnlineEndpoint"), id, state, inputs: endpoint })).inputs).toEqual(
      endpoint,
    );
  });

  test("returns a change that was made in Azure", async () => {
    const { id, state } = await createEndpoint();
    const stored = arm.resources.get(ENDPOINT.toLowerCase()) as { properties: object };
    arm.resources.set(ENDPOINT.toLowerCase(), { ...stored, properties: { ...stored.properties, publicNetworkAccess: "Enabled" } });
    const { inputs } = await provider.read({ ...resource("machinelearningservices:OnlineEndpoint"), id, state, inputs: endpoint });
    expect(inputs).toEqual({ ...endpoint, properties: { authMode: "Key", publicNetworkAccess: "Enabled" } });
  });

  test("returns no ID for a deleted resource", async () => {
    const { id } = await provider.read({
      ...resource("machinelearningservices:OnlineEndpoint"),
      id: ENDPOINT,
      state: {},
      inputs: endpoint,
    });
    expect(id).toBe("");
  });

  test("keeps the template of a deployment, which Azure does not return", async () => {
    const inputs = { deploymentName: "traffic", resourceGroupName: "g", properties: { mode: "Incremental", template: { resources: [] } } };
    const { id, state } = await create("resources:Deployment", inputs);
    const stored = arm.resources.get(id.toLowerCase()) as { properties: { template?: unknown } };
    const { template: _, ...shown } = stored.properties;
    arm.resources.set(id.toLowerCase(), { ...stored, properties: shown });
    expect((await provider.read({ ...resource("resources:Deployment"), id, state, inputs })).inputs).toEqual(inputs);
  });

  test("keeps secret inputs secret", async () => {
    const inputs = { secretName: "s", vaultName: "v", resourceGroupName: "g", properties: { value: secret("hunter2") } };
    const { id, state } = await create("keyvault:Secret", inputs);
    expect((await provider.read({ ...resource("keyvault:Secret"), id, state, inputs })).inputs).toEqual(inputs);
  });

  test("derives the inputs of an import from the ID and the body", async () => {
    await createEndpoint({ ...endpoint, properties: { authMode: "Key", traffic: {}, publicNetworkAccess: "Disabled" } });
    const { inputs } = await provider.read({
      ...resource("machinelearningservices:OnlineEndpoint"),
      id: ENDPOINT,
      state: {},
      inputs: undefined,
    });
    expect(inputs).toEqual(endpoint);
  });

  test("can't import the generic resource, whose API version Azure does not return", async () => {
    const id = `${GROUP}/providers/Microsoft.MachineLearningServices/workspaces/w/environments/e/versions/1`;
    const imported = provider.read({ ...resource("resources:Resource"), id, state: {}, inputs: undefined });
    await expect(imported).rejects.toThrow("can't be imported: Azure does not return its API version");
    expect(arm.requests).toEqual([]);
  });
});

describe("delete", () => {
  const remove = () =>
    provider.delete({ ...resource("machinelearningservices:OnlineEndpoint"), id: ENDPOINT, inputs: endpoint, timeout: 0 });

  test("waits until the resource is deleted", async () => {
    await createEndpoint();
    arm.isSlow = () => true;
    await remove();
    expect(asked().slice(-3)).toEqual([`DELETE ${ENDPOINT}`, "GET /operations/1", "GET /operations/1"]);
    expect(arm.resources.size).toBe(0);
  });

  test("succeeds if the resource does not exist", async () => {
    await remove();
    expect(asked()).toEqual([`DELETE ${ENDPOINT}`]);
  });

  test("reports the error of ARM", async () => {
    arm.intercept = () => ({ status: 409, body: { error: { code: "Locked", message: "a lock is in the way" } } });
    await expect(remove()).rejects.toThrow('Status=409 Code="Locked" Message="a lock is in the way"');
  });
});

describe("paths", () => {
  test("of extension resources start at their scope, with or without its slash", async () => {
    const inputs = { principalId: "p", roleDefinitionId: "r", roleAssignmentName: "n", scope: ENDPOINT };
    await create("authorization:RoleAssignment", inputs);
    await create("authorization:RoleAssignment", { ...inputs, roleAssignmentName: "m", scope: ENDPOINT.slice(1) });
    const written = arm.requests.filter(({ method }) => method === "PUT").map(({ path }) => path);
    expect(written).toEqual(["n", "m"].map((name) => `${ENDPOINT}/providers/Microsoft.Authorization/roleAssignments/${name}`));
  });

  test("and API version of the generic resource come from the program", async () => {
    const inputs = {
      resourceGroupName: "g",
      resourceProviderNamespace: "Microsoft.MachineLearningServices",
      parentResourcePath: "workspaces/w/environments/e",
      resourceType: "versions",
      resourceName: "1",
      apiVersion: "2024-10-01",
      properties: { image: "x" },
    };
    const { id } = await create("resources:Resource", inputs);
    expect(id).toBe(`${GROUP}/providers/Microsoft.MachineLearningServices/workspaces/w/environments/e/versions/1`);
    expect(new Set(arm.requests.map(({ apiVersion }) => apiVersion))).toEqual(new Set(["2024-10-01"]));
  });

  test("prefer the subscription of the configuration to the one in the options", async () => {
    const other = azureNative({ armUrl: arm.url, subscriptionId: SUBSCRIPTION, tenantId: "t", pollMs: 1, refreshIgnores: true }).configure({
      subscriptionId: "other",
    });
    await other.create({
      ...resource("resources:ResourceGroup"),
      inputs: { resourceGroupName: "g", location: "x" },
      preview: false,
      timeout: 0,
    });
    expect(arm.requests[1]?.path).toBe("/subscriptions/other/resourceGroups/g");
  });
});

describe("functions", () => {
  const args = { endpointName: "chat", workspaceName: "w", resourceGroupName: "g" };
  const call = (token: string, values: Properties = args) => provider.invoke(`azure-native:${token}`, values);

  test.each([
    ["machinelearningservices:listOnlineEndpointKeys", `${ENDPOINT}/listKeys`, {}],
    ["machinelearningservices:getOnlineEndpointToken", `${ENDPOINT}/token`, {}],
    ["machinelearningservices:getOnlineDeploymentLogs", `${ENDPOINT}/deployments/main/getLogs`, { deploymentName: "main", tail: 50 }],
  ])("%s sends a POST", async (token, path, more) => {
    await call(token, { ...args, ...more });
    expect(asked()).toEqual([`POST ${path}`]);
    expect(arm.requests[0]?.body).toEqual("tail" in more ? { tail: 50 } : {});
  });

  test("getX reads a resource of each supported type", async () => {
    await createEndpoint();
    expect(await call("machinelearningservices:getOnlineEndpoint")).toMatchObject({
      name: "chat",
      properties: { authMode: "Key" },
      azureApiVersion: "2025-12-01",
    });
  });

  test("getX of a missing resource is an error", async () => {
    await expect(call("machinelearningservices:getOnlineEndpoint")).rejects.toThrow('Status=404 Code="ResourceNotFound"');
  });

  test("getClientConfig is the same in each run", async () => {
    const config = await call("authorization:getClientConfig", {});
    expect(config).toEqual(await call("authorization:getClientConfig", {}));
    expect(config).toMatchObject({ subscriptionId: SUBSCRIPTION, tenantId: "t" });
  });

  test("getClientToken returns a token for the requested endpoint", async () => {
    const { token } = await call("authorization:getClientToken", { endpoint: "https://ml.azure.com" });
    expect(JSON.parse(Buffer.from(String(token).split(".")[1] ?? "", "base64url").toString())).toMatchObject({
      aud: "https://ml.azure.com",
      tid: "t",
    });
  });

  test("that are not supported fail with the file to extend", async () => {
    await expect(call("compute:listThings")).rejects.toThrow("does not support the function azure-native:compute:listThings");
    await expect(call("compute:getDisk")).rejects.toThrow("does not support the resource type compute:Disk");
  });
});

describe("check", () => {
  test("reads the resource group's location once", async () => {
    const bare = azureNative({ armUrl: arm.url, subscriptionId: SUBSCRIPTION, tenantId: "t", pollMs: 1, refreshIgnores: true }).configure(
      {},
    );
    arm.resources.set(GROUP.toLowerCase(), { location: "norwayeast" });
    const news = { virtualNetworkName: "v", resourceGroupName: "g" };
    const check = () => bare.check({ ...resource("network:VirtualNetwork"), olds: {}, news, randomSeed: new Uint8Array([1]) });
    expect(await check()).toEqual({ inputs: { ...news, location: "norwayeast" }, failures: [] });
    await check();
    expect(asked()).toEqual([`GET ${GROUP}`]);
  });
});
