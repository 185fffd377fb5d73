// Proves inline templates. Does not prove that Azure reads them in the same way: the simulator rejects expressions, copies, conditions and
// linked templates.
import { Caller } from "./client";
import { bodies, buildPlatform, paths } from "./platform";

const TEMPLATE = "/resourceGroups/rg/providers/Microsoft.Resources/deployments/traffic";
const SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
const ENDPOINT_TYPE = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints";

let caller: Caller;
beforeEach(async () => {
  caller = await Caller.start();
  await buildPlatform(caller);
});
afterEach(() => caller.stop());

function deployment(resources: readonly object[], more: object = {}) {
  return { properties: { mode: "Incremental", template: { $schema: SCHEMA, contentVersion: "1.0.0.0", resources, ...more } } };
}

function endpoint(traffic: Record<string, number>, more: object = {}) {
  const { properties, ...body } = bodies(caller).endpoint;
  return {
    type: ENDPOINT_TYPE,
    apiVersion: "2025-12-01",
    name: "workspace/chat-dev",
    ...body,
    properties: { ...properties, traffic },
    ...more,
  };
}

function identity(name: string, dependsOn: readonly string[] = [], tags: Record<string, string> = {}) {
  return {
    type: "Microsoft.ManagedIdentity/userAssignedIdentities",
    apiVersion: "2023-01-31",
    name,
    location: "swedencentral",
    tags,
    dependsOn,
  };
}

function storage(name: string) {
  return { type: "Microsoft.Storage/storageAccounts", apiVersion: "2024-01-01", name, ...bodies(caller).storage };
}

test("writes the endpoint's traffic with the same PUT as a caller, and is Succeeded when this has ended", async () => {
  const answer = await caller.put(TEMPLATE, deployment([endpoint({ "main-1": 100 })]));
  expect([answer.status, answer.body.properties.provisioningState]).toEqual([201, "Running"]);
  expect((await caller.get(paths.endpoint)).body.properties.provisioningState).toBe("Updating");
  caller.clock.advance(30);
  expect((await caller.get(paths.endpoint)).body.properties).toMatchObject({ provisioningState: "Succeeded", traffic: { "main-1": 100 } });
  const ended = (await caller.get(TEMPLATE)).body;
  expect(ended.properties).toMatchObject({ provisioningState: "Succeeded", mode: "Incremental", duration: "PT30.0S" });
  expect(ended.properties.outputResources).toEqual([{ id: caller.id(paths.endpoint) }]);
  expect(ended.properties.template).toBeUndefined();
});

test("a template can consist of outputs, which replace those of the previous one", async () => {
  const outputs = (value: object) => deployment([], { outputs: { passed: { type: "object", value }, count: { type: "int", value: 1 } } });
  for (const value of [{ "main-1": "state", old: "[[x]" }, { "main-1": "requests" }]) {
    await caller.put(TEMPLATE, outputs(value));
    caller.clock.advance(30);
    const { properties } = (await caller.get(TEMPLATE)).body;
    const passed = "old" in value ? { ...value, old: "[x]" } : value;
    expect(properties).toMatchObject({ provisioningState: "Succeeded", outputResources: [] });
    expect(properties.outputs).toEqual({ passed: { type: "Object", value: passed }, count: { type: "Int", value: 1 } });
  }
});

test("a failed deployment has no outputs", async () => {
  await caller.put(TEMPLATE, deployment([endpoint({ "main-1": 99 })], { outputs: { one: { type: "string", value: "1" } } }));
  caller.clock.advance(30);
  const { properties } = (await caller.get(TEMPLATE)).body;
  expect([properties.provisioningState, properties.outputs]).toEqual(["Failed", undefined]);
});

test("a rejected resource fails the deployment, with the error as a detail", async () => {
  const ended = await caller.outcome(await caller.put(TEMPLATE, deployment([endpoint({ "main-1": 99 })])));
  expect(ended.status).toBe("Failed");
  expect(ended.error.code).toBe("DeploymentFailed");
  expect(ended.error.details).toEqual([
    { code: "BadArgument", message: "The sum of the traffic is 99: it must be 0 or 100.", target: caller.id(paths.endpoint) },
  ]);
  expect((await caller.get(TEMPLATE)).body.properties.error).toEqual(ended.error);
  expect((await caller.get(paths.endpoint)).body.properties.traffic).toEqual({});
});

test("resources follow the order of dependsOn, and a resource that depends on a failed one never starts", async () => {
  const wrong = { ...storage("storage02"), kind: "Nonsense", sku: undefined };
  const resources = [
    identity("last", ["storage02"]),
    identity("free"),
    { ...wrong, dependsOn: [caller.id("/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/free")] },
  ];
  const ended = await caller.outcome(await caller.put(TEMPLATE, deployment(resources)));
  expect(ended.status).toBe("Failed");
  const there = async (name: string) => (await caller.get(paths.identity.replace(/endpoint$/, name))).status;
  expect([await there("free"), await there("last")]).toEqual([200, 404]);
  const operations = (await caller.send("GET", `${TEMPLATE}/operations`, undefined, "2024-03-01")).body.value;
  expect(operations.map(({ properties }: { properties: { provisioningState: string } }) => properties.provisioningState)).toEqual([
    "Succeeded",
    "Failed",
  ]);
});

test("a deployment with the same name is rejected while one is active, and accepted later", async () => {
  await caller.put(TEMPLATE, deployment([endpoint({ "main-1": 100 })]));
  const refused = await caller.put(TEMPLATE, deployment([identity("one")]));
  expect([refused.status, refused.body.error.code]).toEqual([409, "DeploymentActive"]);
  caller.clock.advance(30);
  expect((await caller.put(TEMPLATE, deployment([identity("one")]))).status).toBe(200);
});

test("a canceled deployment starts no further resources, and running operations continue", async () => {
  await caller.put(TEMPLATE, deployment([storage("storage02"), identity("after", ["storage02"])]));
  expect((await caller.post(`${TEMPLATE}/cancel`)).status).toBe(204);
  expect((await caller.get(TEMPLATE)).body.properties.provisioningState).toBe("Canceled");
  caller.clock.advance(60);
  expect((await caller.get(paths.storage.replace("01", "02"))).body.properties.provisioningState).toBe("Succeeded");
  expect((await caller.get(paths.identity.replace(/endpoint$/, "after"))).status).toBe(404);
  expect((await caller.post(`${TEMPLATE}/cancel`)).body.error.code).toBe("DeploymentCannotBeCancelled");
});

test("a deployment continues after the process was killed", async () => {
  await caller.put(TEMPLATE, deployment([storage("storage02"), identity("after", ["storage02"])]));
  const next = await caller.fork();
  await caller.stop();
  caller = next;
  caller.clock.advance(60);
  expect((await caller.get(TEMPLATE)).body.properties.provisioningState).toBe("Succeeded");
  expect((await caller.get(paths.identity.replace(/endpoint$/, "after"))).status).toBe(200);
});

test("deleting a deployment deletes only its history", async () => {
  await caller.made(TEMPLATE, deployment([identity("one")]));
  expect((await caller.delete(TEMPLATE)).status).toBe(200);
  expect((await caller.get(TEMPLATE)).status).toBe(404);
  expect((await caller.get(paths.identity.replace(/endpoint$/, "one"))).status).toBe(200);
});

test("a second bracket escapes text in brackets; text that does not end with a bracket is literal", async () => {
  const tags = { list: "[[1, 2]", nested: "[[[x]", open: "[x", doubled: "[[x" };
  await caller.made(TEMPLATE, deployment([identity("one", [], tags)]));
  const written = (await caller.get(paths.identity.replace(/endpoint$/, "one"))).body.tags;
  expect(written).toEqual({ list: "[1, 2]", nested: "[[x]", open: "[x", doubled: "[[x" });
});

describe("rejects before anything is written", () => {
  const cases: [string, (body: typeof deployment) => unknown, string][] = [
    [
      "an expression",
      (of) => of([identity("one", [], { id: "[resourceGroup().id]" })]),
      "'resources[0].tags.id' is the expression '[resourceGroup().id]'",
    ],
    ["a complete deployment", (of) => ({ properties: { ...of([]).properties, mode: "Complete" } }), "does not support the mode 'Complete'"],
    ["a template without a schema", (of) => of([], { $schema: undefined }), "must have the property '$schema'"],
    [
      "a template by link",
      () => ({ properties: { mode: "Incremental", templateLink: { uri: "https://example.org" } } }),
      "must be an inline template",
    ],
    ["a name with too few segments", () => deployment([{ ...endpoint({}), name: "chat-dev" }]), "must have the same number of segments"],
    ["a resource twice", (of) => of([identity("one"), identity("ONE")]), "is defined multiple times"],
    ["a dependency outside the template", (of) => of([identity("one", ["two"])]), "'two' that"],
    ["a circle", (of) => of([identity("one", ["two"]), identity("two", ["one"])]), "Circular dependency detected"],
    ["an output that isn't an object", (of) => of([], { outputs: { a: "b" } }), "'outputs.a.type' must be one of"],
    ["an output of an unknown type", (of) => of([], { outputs: { a: { type: "text", value: "b" } } }), "'outputs.a.type' must be one of"],
    [
      "an output of another type",
      (of) => of([], { outputs: { a: { type: "object", value: "b" } } }),
      "'outputs.a.value' must be of the type 'object'",
    ],
    [
      "an output by expression",
      (of) => of([], { outputs: { a: { type: "string", value: "[utcNow()]" } } }),
      "'outputs.a.value' is the expression",
    ],
    ["a condition", (of) => of([{ ...identity("one"), condition: false }]), "does not support 'resources[0].condition'"],
  ];
  test.each(cases)("%s", async (_what, body, message) => {
    const answer = await caller.put(TEMPLATE, body(deployment));
    expect([answer.status, answer.body.error.code]).toEqual([400, "InvalidTemplate"]);
    expect(answer.body.error.message).toContain(message);
    expect((await caller.get(TEMPLATE)).status).toBe(404);
  });
});
