// A complete platform over HTTP. Doesn't test that Azure accepts the same bodies, only that the simulator's rules and schemas do.
import { Caller, type Parsed } from "./client";
import { bodies, buildPlatform, paths } from "./platform";

describe("a platform", () => {
  let caller: Caller;
  beforeAll(async () => {
    caller = await Caller.start();
    await buildPlatform(caller);
  });
  afterAll(() => caller.stop());

  test("is created, including an endpoint with a deployment", async () => {
    const endpoint = (await caller.get(paths.endpoint)).body;
    expect(endpoint.properties).toMatchObject({
      provisioningState: "Succeeded",
      traffic: {},
      scoringUri: "https://chat-dev.swedencentral.inference.ml.azure.com/",
    });
    const deployment = (await caller.get(paths.deployment)).body;
    expect(deployment.sku).toEqual({ name: "Default", capacity: 2 });
    expect(deployment.properties.provisioningState).toBe("Succeeded");
    expect(deployment.properties.scaleSettings).toEqual({ scaleType: "Default" });
  });

  test("lists the private endpoint on the workspace and assigns three addresses of the subnet to its four names", async () => {
    const workspace = (await caller.get(paths.workspace)).body;
    expect(workspace.properties.privateEndpointConnections).toHaveLength(1);
    const guid = workspace.properties.workspaceId;
    const { customDnsConfigs } = (await caller.get(paths.privateEndpoint)).body.properties;
    expect(customDnsConfigs.map((config: Parsed) => config.ipAddresses[0])).toEqual(["10.40.0.4", "10.40.0.4", "10.40.0.5", "10.40.0.6"]);
    expect(customDnsConfigs[3].fqdn).toBe(`*.${guid}.inference.swedencentral.api.azureml.ms`);
  });

  test("lists the rules that the service created for a network with only approved outbound", async () => {
    const { managedNetwork } = (await caller.get(paths.workspace)).body.properties;
    expect(managedNetwork.status).toEqual({ status: "Active", sparkReady: false });
    const rules = Object.values(managedNetwork.outboundRules) as Parsed[];
    expect(rules.filter(({ type }) => type === "ServiceTag")).toHaveLength(8);
    expect(rules.filter(({ type }) => type === "PrivateEndpoint")).toHaveLength(5);
    expect(rules.every(({ category, status }) => category === "Required" && status === "Active")).toBe(true);
  });

  test("a PUT of the endpoint replaces its whole body: omitted traffic is removed", async () => {
    const body = bodies(caller).endpoint;
    const shifted = await caller.made(paths.endpoint, { ...body, properties: { ...body.properties, traffic: { "main-1": 100 } } });
    expect(shifted.properties.traffic).toEqual({ "main-1": 100 });
    const dropped = await caller.made(paths.endpoint, body);
    expect(dropped.properties.traffic).toEqual({});
  });

  test("a repeated PUT changes only the modification time", async () => {
    const before = (await caller.get(paths.storage)).body;
    const after = await caller.made(paths.storage, bodies(caller).storage);
    expect(after).toEqual(before);
  });

  test("the storage account and key vault of a workspace don't change if a request omits them", async () => {
    const { storageAccount, keyVault, ...properties } = bodies(caller).workspace.properties;
    const after = await caller.made(paths.workspace, { ...bodies(caller).workspace, properties });
    expect(after.properties).toMatchObject({ storageAccount, keyVault });
  });

  test("paths are case-insensitive and returned in their original spelling", async () => {
    const answer = await caller.send(
      "GET",
      paths.endpoint.toUpperCase().replace("/RESOURCEGROUPS/", "/resourcegroups/"),
      undefined,
      "2025-12-01",
    );
    expect(answer.status).toBe(200);
    expect(answer.body.id).toBe(caller.id(paths.endpoint));
  });

  test("a manual private endpoint connection is Pending at its target until the owner approves it", async () => {
    const { privateLinkServiceConnections: _, ...properties } = bodies(caller).privateEndpoint.properties;
    const asked = {
      name: "vault",
      properties: { privateLinkServiceId: caller.id(paths.vault), groupIds: ["vault"], requestMessage: "please" },
    };
    const below = paths.privateEndpoint.replace("privateEndpoints/workspace", "privateEndpoints/asking");
    await caller.made(below, {
      ...bodies(caller).privateEndpoint,
      properties: { ...properties, manualPrivateLinkServiceConnections: [asked] },
    });
    const [connection] = (await caller.get(paths.vault)).body.properties.privateEndpointConnections;
    expect(connection.properties.privateLinkServiceConnectionState).toEqual({
      status: "Pending",
      description: "please",
      actionsRequired: "None",
    });
  });
});
