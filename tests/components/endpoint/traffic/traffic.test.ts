// Proves the template that writes traffic: the full endpoint, escaped, and different after a re-creation; its order and its hooks.
// Doesn't prove that ARM deploys it: the tests with the simulator do.
import * as pulumi from "@pulumi/pulumi";
import { armLiteral } from "../../../../components/base/armTemplate";
import { remainingDrain } from "../../../../components/endpoint/leftovers";
import { OnlineEndpoint, type OnlineEndpointArgs } from "../../../../components/endpoint/onlineEndpoint";
import type { EndpointReference } from "../../../../components/endpoint/reference";
import { reviewTransition, waitForActiveWrite } from "../../../../components/endpoint/traffic/hooks";
import { Traffic, type TrafficArgs } from "../../../../components/endpoint/traffic/traffic";
import { armClient, serveAzure } from "../../../azure/fakeArm";
import { group, Milestone, registryId, storageId, workspace, workspaceId } from "../../fixtures";
import { CREATED_AT, find, listing, type RecordOptions, record, schemaErrors, template } from "../../recorder";

const shares = [
  { name: "main-1", weight: 90, mirror: 0 },
  { name: "next-2", weight: 10, mirror: 0 },
  { name: "shadow-3", weight: 0, mirror: 20 },
];
const identityId = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-chat-prod-x7k2p9`;

function make(args: Partial<TrafficArgs> = {}, endpointArgs: Partial<OnlineEndpointArgs> = {}, options: RecordOptions = {}) {
  return record(() => {
    const endpoint = new OnlineEndpoint("chat", {
      workspace,
      endpointName: "chat-prod-x7k2p9",
      resourceGroupName: "rg",
      auth: "key",
      imageRegistryId: registryId,
      storageAccountId: storageId,
      tags: { owner: "ml" },
      ...endpointArgs,
    });
    const deployments = shares.map(({ name }) => {
      const resource = new Milestone(name);
      return { deploymentName: name, createdAt: pulumi.output(CREATED_AT), recipe: `recipe-of-${name}`, resource };
    });
    new Traffic("chat-traffic", { endpoint, stack: "prod", deployments, shares, ...args });
  }, options);
}
const written = (recording: Awaited<ReturnType<typeof make>>) => find(recording, "chat-traffic-write");

test.each([false, true])("Traffic is one ARM template deployment (preview %s).", async (preview) => {
  const own = listing(await make({}, {}, { preview })).filter((line) => line.startsWith("chat-traffic"));
  expect(own).toEqual(["chat-traffic-write: resources:Deployment", "chat-traffic: moor:index:Traffic"]);
});

test("The template writes the endpoint's full body, and ARM's schema accepts both.", async () => {
  const write = written(await make());
  expect(write.inputs).toMatchObject({
    deploymentName: "moor-traffic-chat-prod-x7k2p9",
    resourceGroupName: "rg",
    properties: { mode: "Incremental" },
  });
  expect(template(write)).toEqual({
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    metadata: {
      endpointCreatedAt: CREATED_AT,
      deployments: {
        createdAt: { "main-1": CREATED_AT, "next-2": CREATED_AT, "shadow-3": CREATED_AT },
        recipes: { "main-1": "recipe-of-main-1", "next-2": "recipe-of-next-2", "shadow-3": "recipe-of-shadow-3" },
      },
    },
    resources: [
      {
        type: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
        apiVersion: "2025-12-01",
        name: "mlw/chat-prod-x7k2p9",
        location: "swedencentral",
        kind: "Managed",
        tags: { owner: "ml" },
        identity: { type: "UserAssigned", userAssignedIdentities: { [identityId]: {} } },
        properties: {
          authMode: "Key",
          publicNetworkAccess: "Disabled",
          traffic: { "main-1": 90, "next-2": 10 },
          mirrorTraffic: { "shadow-3": 20 },
        },
      },
    ],
  });
  expect(schemaErrors(write)).toEqual([]);
});

test("A preview shows the traffic weights before anything exists.", async () => {
  const [endpoint] = template(written(await make({}, {}, { preview: true }))).resources as { properties: unknown }[];
  expect(endpoint!.properties).toMatchObject({ traffic: { "main-1": 90, "next-2": 10 }, mirrorTraffic: { "shadow-3": 20 } });
});

test("Changes of a transform to the endpoint are written too, except for its keys, which Azure accepts only at creation.", async () => {
  const recording = await make(
    {},
    {
      transform: {
        endpoint: {
          sku: { name: "Default" },
          properties: {
            authMode: "Key",
            publicNetworkAccess: "Disabled",
            description: "[mine]",
            properties: { a: "b" },
            keys: { primaryKey: "k" },
          },
        },
      },
    },
  );
  const [endpoint] = template(written(recording)).resources as Record<string, unknown>[];
  expect(endpoint!.sku).toEqual({ name: "Default" });
  expect(endpoint!.properties).toEqual({
    authMode: "Key",
    publicNetworkAccess: "Disabled",
    description: "[[mine]",
    properties: { a: "b" },
    traffic: { "main-1": 90, "next-2": 10 },
    mirrorTraffic: { "shadow-3": 20 },
  });
});

test("An endpoint without deployments gets empty traffic, so that traffic is removed before its last deployment.", async () => {
  const [endpoint] = template(written(await make({ deployments: [], shares: [] }))).resources as { properties: unknown }[];
  expect(endpoint!.properties).toMatchObject({ traffic: {}, mirrorTraffic: {} });
});

test("It depends on all deployments, and has hooks before and after the write.", async () => {
  const write = written(await make());
  expect(write.dependsOn).toEqual(expect.arrayContaining(["chat-endpoint", "chat-identity", "main-1", "next-2", "shadow-3"]));
  const before = ["privacy", "rules", "active-write", "leftovers", "write-gate", "capacity"].map((hook) => `chat-traffic-${hook}`);
  expect(write.hooks).toEqual({ beforeCreate: before, beforeUpdate: before });
});

test("The gate is a hook of the component, a step before the write, and the component waits for all deployments.", async () => {
  const component = find(await make(), "chat-traffic");
  expect(component.hooks).toEqual({ beforeCreate: ["chat-traffic-gate"], beforeUpdate: ["chat-traffic-gate"] });
  expect(component.inputs).toEqual({
    traffic: { "main-1": 90, "next-2": 10 },
    mirrorTraffic: { "shadow-3": 20 },
    createdAt: { "main-1": CREATED_AT, "next-2": CREATED_AT, "shadow-3": CREATED_AT },
    recipes: { "main-1": "recipe-of-main-1", "next-2": "recipe-of-next-2", "shadow-3": "recipe-of-shadow-3" },
  });
});

test.each([
  ["[expression]", "[[expression]"],
  ["[left open", "[left open"],
  ["plain", "plain"],
  ["", ""],
])("The ARM literal of %j is %j.", (value, literal) => {
  expect(armLiteral({ a: [value] })).toEqual({ a: [literal] });
});

describe("Hooks", () => {
  beforeAll(() => jest.spyOn(console, "log").mockImplementation(() => {}));
  afterAll(() => jest.restoreAllMocks());

  const hookArgs = (fields: Partial<pulumi.ResourceHookArgs>) =>
    ({ urn: "urn", id: "", name: "chat-traffic-write", type: "azure-native:resources:Deployment", ...fields }) as pulumi.ResourceHookArgs;
  const inputs = (traffic: Record<string, number>) => ({ properties: { template: { resources: [{ properties: { traffic } }] } } });
  const run = (make: () => pulumi.ResourceHook, fields: Partial<pulumi.ResourceHookArgs>, options: RecordOptions = {}) =>
    record(() => make().callback(hookArgs(fields)), options);
  const writeId = `${group}/providers/Microsoft.Resources/deployments/moor-traffic-chat`;
  const waitFor = async (provisioningState: string, limit: number) => {
    const azure = await serveAzure({ [writeId]: { properties: { provisioningState } } });
    const endpoint = { id: pulumi.output(`${workspaceId}/onlineEndpoints/chat`), azure: armClient() } as unknown as EndpointReference;
    await run(() => waitForActiveWrite("active", endpoint, limit), {}).finally(() => azure.close());
    return azure.reads;
  };

  const deployments = [
    { deploymentName: "main-00000002", recipe: "a" },
    { deploymentName: "next-00000001", recipe: "b" },
  ];
  const refusal = (before: Record<string, number>, after: Record<string, number>) =>
    run(() => reviewTransition("rules", "chat", deployments), { oldInputs: inputs(before), newInputs: inputs(after) });

  test("A changed main and a promoted next are accepted.", async () => {
    await refusal({ "main-00000001": 100 }, { "main-00000002": 90, "next-00000001": 10 });
    await refusal({}, { "main-00000002": 100 });
  });

  test("Removing a deployment with traffic from the stack is rejected, with the fix.", async () => {
    await expect(refusal({ "old-00000001": 40, "main-00000001": 60 }, { "main-00000002": 100 })).rejects.toThrow(
      "Deployment chat/old is no longer in the stack but has a traffic weight of 40%. Keep it with weight 0 next to its successor, run `pulumi up`, and then remove it. To rename a label, follow the same steps.",
    );
  });

  test.each([
    [undefined, 0],
    ["2026-01-01T00:00:00Z", 170],
    ["2025-12-31T23:57:10Z", 0],
    ["2026-01-01T01:00:00Z", 180],
  ])("After a write at %s, ten seconds into the year, 180 s of drain leave %s s.", (written, seconds) => {
    expect(remainingDrain(written, 180, Date.parse("2026-01-01T00:00:10Z"))).toBe(seconds);
  });

  test.each(["Succeeded", "Failed", "Canceled"])("The run doesn't wait for a write that is %s.", async (provisioningState) => {
    expect(await waitFor(provisioningState, 60)).toEqual([writeId]);
  });

  test("fails if a write of an earlier run doesn't end, and reports how to cancel it.", async () => {
    await expect(waitFor("Running", 0)).rejects.toThrow(
      'moor-traffic-chat of an earlier run is still Running after 0 s. Cancel it with "az deployment group cancel -g rg -n moor-traffic-chat" and run the command again.',
    );
  });
});
