// Proves what recover takes for missing, and what drift takes for changed. That the engine makes a good state of it is tests/e2e's to prove.
import { accept, compare } from "../../cli/drift/compare";
import { exportState } from "../../cli/recover/checkpoint";
import {
  type Checkpoint,
  candidatesOf,
  foreign,
  mendFailed,
  newResources,
  subscriptionOf,
  withCandidates,
  withoutEmptyComponents,
  withSentInputs,
} from "../../cli/recover/state";
import type { StackPulumi } from "../../cli/stackPulumi";

const subscription = "11111111-1111-4111-8111-111111111111";
const groupId = `/subscriptions/${subscription}/resourceGroups/rg`;
const group = {
  urn: "urn:rg",
  custom: true,
  type: "azure-native:resources:ResourceGroup",
  id: groupId,
  inputs: { resourceGroupName: "rg" },
};
const identity = (name: string, more: object = {}) => ({
  urn: `urn:${name}`,
  custom: true,
  type: "azure-native:managedidentity:UserAssignedIdentity",
  inputs: { resourceName: name, resourceGroupName: "rg", location: "swedencentral" },
  dependencies: ["urn:rg"],
  ...more,
});
const checkpoint = (more: object = {}): Checkpoint => ({ version: 3, deployment: { resources: [group], ...more } });
const steps = (...states: object[]) => states.map((newState) => ({ op: "create", urn: "", newState: newState as never }));
const urns = (found: readonly { urn: string }[]) => found.map(({ urn }) => urn);

test("What the killed engine noted comes first, also when the program no longer makes it; what the program would create comes after.", () => {
  const begun = checkpoint({ pending_operations: [{ type: "creating", resource: identity("begun") }] });
  const found = candidatesOf(begun, steps(identity("planned"), identity("begun")), subscription);
  expect(urns(found)).toEqual(["urn:begun", "urn:planned"]);
  expect(found[1]!.id).toBe(`${groupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/planned`);
});

test.each([
  ["is in the state", { urn: "urn:rg" }],
  ["hangs on something missing", { dependencies: ["urn:nowhere"] }],
  ["has a parent that is missing", { parent: "urn:nowhere" }],
  ["has a provider that is missing", { provider: "urn:provider::id" }],
  ["has an input that isn't known yet", { inputs: { resourceName: "04da6b54-80e4-46f7-96ec-b56ff0331ba9", resourceGroupName: "rg" } }],
  ["has a secret that a preview hides", { inputs: { resourceName: "a", resourceGroupName: "rg", tags: { a: "[secret]" } } }],
  ["is nothing of Azure's", { type: "random:index/randomString:RandomString" }],
])("A resource that %s is left alone.", (_, change) => {
  expect(candidatesOf(checkpoint(), steps(identity("one", change)), subscription)).toEqual([]);
});

test("What hangs on a component waits for nothing, when the component comes along.", () => {
  const component = { urn: "urn:component", custom: false, type: "moor:index:Workspace", inputs: {} };
  const found = candidatesOf(checkpoint(), steps(component, identity("child", { parent: "urn:component" })), subscription);
  expect(urns(found)).toEqual(["urn:component", "urn:child"]);
  const { resources, pending_operations } = withCandidates(checkpoint({ pending_operations: [] }), found).deployment;
  expect(urns(resources!)).toEqual(["urn:rg", "urn:component", "urn:child"]);
  expect(pending_operations).toBeUndefined();
});

test("An untyped resource keeps the inputs that it was sent, whatever a refresh has put into them; a typed one takes what Azure has.", () => {
  const untyped = { ...identity("environment"), type: "azure-native:resources:Resource" };
  const typed = identity("identity");
  const candidates = [untyped, typed].map((resource) => ({ urn: resource.urn, id: resource.urn, resource }));
  const refreshed = (resource: object) => ({ ...resource, inputs: { filledIn: true } });
  const after = withSentInputs({ version: 3, deployment: { resources: [refreshed(untyped), refreshed(typed)] as never } }, candidates);
  expect(after.deployment.resources!.map(({ inputs }) => inputs)).toEqual([untyped.inputs, { filledIn: true }]);
});

test("A deployment that was found keeps of what Azure shows the inputs that it was sent, with Azure's values.", () => {
  const sent = { sku: { name: "Default", capacity: 1 }, properties: { instanceType: "a", requestSettings: { requestTimeout: "PT60S" } } };
  const found = {
    sku: { name: "Default", capacity: 3 },
    kind: "Managed",
    properties: { instanceType: "a", properties: {}, requestSettings: { requestTimeout: "PT60S", maxQueueWait: "PT0.5S" } },
  };
  const type = "azure-native:machinelearningservices:OnlineDeployment";
  const candidate = { urn: "urn:d", id: "id", resource: identity("d", { type, inputs: sent }) };
  const state = { version: 3, deployment: { resources: [identity("d", { type, inputs: found })] } };
  const [deployment] = withSentInputs(state, [candidate]).deployment.resources!;
  expect(deployment!.inputs).toEqual({ ...sent, sku: { name: "Default", capacity: 3 } });
});

test("The subscription is that of what is in the state, or the environment's.", () => {
  expect(subscriptionOf(checkpoint(), {})).toBe(subscription);
  expect(subscriptionOf({ version: 3, deployment: {} }, { ARM_SUBSCRIPTION_ID: "s" })).toBe("s");
  expect(() => subscriptionOf({ version: 3, deployment: {} }, {})).toThrow("set ARM_SUBSCRIPTION_ID");
});

test("What another stack has tagged is not taken.", () => {
  const found = candidatesOf(checkpoint(), steps(identity("a"), identity("b")), subscription);
  const after = checkpoint({
    resources: [group, identity("a", { id: "a", outputs: { tags: { "moor-stack": "team" } } }), identity("b", { id: "b", outputs: {} })],
  });
  expect(urns(foreign(after, found, "prod"))).toEqual(["urn:a"]);
  expect(newResources(checkpoint(), after)).toEqual(["a", "b"]);
});

const written = {
  tags: { owner: "us" },
  properties: { authMode: "Key", publicNetworkAccess: "Disabled", traffic: { a: 100, b: 0 }, mirrorTraffic: {} },
};
test("Shares, settings and our own tags are compared; a share of 0 and tags of others are no drift.", () => {
  const live = { tags: { owner: "us", theirs: "x" }, properties: { ...written.properties, traffic: { a: 100 } } };
  expect(compare(written, live)).toEqual([]);
  const changed = { tags: {}, properties: { ...written.properties, authMode: "AADToken", traffic: { b: 100 } } };
  expect(compare(written, changed).map(({ what }) => what)).toEqual(["traffic", "authMode", "tag owner"]);
  expect(compare(accept(written, changed), changed)).toEqual([]);
});

test("A state that can't be read for its cut-off attributes says which file to delete; another failure is passed on.", async () => {
  const failing = (message: string) =>
    ({ stack: "prod", must: () => Promise.reject(new Error(message)) }) satisfies Partial<StackPulumi> as unknown as StackPulumi;
  const cutOff = exportState(failing("pulumi stack export failed:\nerror: failed to load checkpoint: EOF\n"));
  await expect(cutOff).rejects.toThrow(/load checkpoint: EOF\n.*delete prod\.json\.attrs/);
  await expect(exportState(failing("error: no stack named prod"))).rejects.toThrow(/^error: no stack named prod$/);
});

describe("deployments that Azure shows as Failed", () => {
  const endpointId = `${groupId}/providers/Microsoft.MachineLearningServices/workspaces/mlw/onlineEndpoints/chat`;
  const resource = (urn: string, type: string, id: string, outputs: object, more: object = {}) => ({
    ...{ urn, custom: true, type: `azure-native:machinelearningservices:${type}`, id, outputs: outputs as never, ...more },
  });
  const endpoint = resource("urn:endpoint", "OnlineEndpoint", endpointId, { properties: { traffic: { "main-1": 100, "next-1": 0 } } });
  const deployment = (name: string, provisioningState: string, more: object = {}) =>
    resource(`urn:${name}`, "OnlineDeployment", `${endpointId}/deployments/${name}`, { name, properties: { provisioningState } }, more);
  const urnsOf = ({ deployment: { resources = [] } }: Checkpoint) => resources.map(({ urn }) => urn);

  test("One without a share leaves the state, and what depends on it no longer does.", () => {
    const after = deployment("third-1", "Succeeded", {
      dependencies: ["urn:next-1", "urn:endpoint"],
      propertyDependencies: { tags: ["urn:next-1"], sku: null },
    });
    const before = checkpoint({ resources: [group, endpoint, deployment("main-1", "Succeeded"), deployment("next-1", "Failed"), after] });
    const mended = mendFailed(before);
    expect(mended).toMatchObject({ anew: ["next-1"], again: [] });
    expect(urnsOf(mended.checkpoint)).toEqual(["urn:rg", "urn:endpoint", "urn:main-1", "urn:third-1"]);
    expect(mended.checkpoint.deployment.resources![3]).toEqual({
      ...after,
      dependencies: ["urn:endpoint"],
      propertyDependencies: { tags: [], sku: null },
    });
  });

  test("One with a share stays, and is marked to be updated again.", () => {
    const mended = mendFailed(checkpoint({ resources: [endpoint, deployment("main-1", "Failed")] }));
    expect(mended).toMatchObject({ anew: [], again: ["main-1"] });
    expect(mended.checkpoint.deployment.resources).toEqual([
      endpoint,
      { ...deployment("main-1", "Failed"), initErrors: [expect.any(String)] },
    ]);
  });

  test("Where none has failed, nothing is touched.", () => {
    const before = checkpoint({ resources: [group, endpoint, deployment("main-1", "Succeeded")] });
    expect(mendFailed(before)).toEqual({ checkpoint: before, anew: [], again: [] });
  });
});

test("A component that was only guessed goes again when nothing is below it; one that Azure has something of stays, as does what was there.", () => {
  const component = (urn: string, parent?: string) => ({
    urn,
    custom: false,
    type: "moor:index:X",
    inputs: {},
    ...(parent ? { parent } : {}),
  });
  const resources = [
    group,
    component("urn:old"),
    component("urn:empty"),
    component("urn:inner", "urn:empty"),
    component("urn:full"),
    identity("a", { parent: "urn:full", id: "/a" }),
    component("urn:needed"),
    identity("b", { dependencies: ["urn:needed"], id: "/b" }),
  ];
  const candidates = resources
    .filter(({ urn }) => urn !== "urn:old" && urn !== "urn:rg")
    .map((resource) => ({
      urn: resource.urn,
      ...("id" in resource ? { id: String(resource.id) } : {}),
      resource: resource as never,
    }));
  const kept = withoutEmptyComponents(checkpoint({ resources }), candidates).deployment.resources!;
  expect(urns(kept)).toEqual(["urn:rg", "urn:old", "urn:full", "urn:a", "urn:needed", "urn:b"]);
});
