// Proves how recover changes a state. tests/e2e proves that the engine accepts the resulting state.
import type { Checkpoint } from "../../../operations/checkpoint";
import { candidatesOf } from "../../../operations/recover/missing";
import { foreign, newResources, repairFailedDeployments, withoutEmptyComponents, withSentInputs } from "../../../operations/recover/state";
import { checkpoint, group, groupId, identity, steps, subscription, urns } from "./sample";

test("An untyped resource keeps the sent inputs, whatever a refresh adds; a typed one gets Azure's values.", () => {
  const untyped = { ...identity("environment"), type: "azure-native:resources:Resource" };
  const typed = identity("identity");
  const candidates = [untyped, typed].map((resource) => ({ urn: resource.urn, id: resource.urn, resource }));
  const refreshed = (resource: object) => ({ ...resource, inputs: { filledIn: true } });
  const after = withSentInputs({ version: 3, deployment: { resources: [refreshed(untyped), refreshed(typed)] as never } }, candidates);
  expect(after.deployment.resources!.map(({ inputs }) => inputs)).toEqual([untyped.inputs, { filledIn: true }]);
});

test("A deployment that was found keeps only the sent inputs, with Azure's values.", () => {
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

test("Resources with the tag of another stack are not added.", () => {
  const found = candidatesOf(checkpoint(), steps(identity("a"), identity("b")), subscription);
  const after = checkpoint({
    resources: [group, identity("a", { id: "a", outputs: { tags: { "moor-stack": "team" } } }), identity("b", { id: "b", outputs: {} })],
  });
  expect(urns(foreign(after, found, "prod"))).toEqual(["urn:a"]);
  expect(newResources(checkpoint(), after)).toEqual(["a", "b"]);
});

describe("deployments in the state Failed", () => {
  const endpointId = `${groupId}/providers/Microsoft.MachineLearningServices/workspaces/mlw/onlineEndpoints/chat`;
  const resource = (urn: string, type: string, id: string, outputs: object, more: object = {}) => ({
    ...{ urn, custom: true, type: `azure-native:machinelearningservices:${type}`, id, outputs: outputs as never, ...more },
  });
  const endpoint = resource("urn:endpoint", "OnlineEndpoint", endpointId, { properties: { traffic: { "main-1": 100, "next-1": 0 } } });
  const deployment = (name: string, provisioningState: string, more: object = {}) =>
    resource(`urn:${name}`, "OnlineDeployment", `${endpointId}/deployments/${name}`, { name, properties: { provisioningState } }, more);
  const urnsOf = ({ deployment: { resources = [] } }: Checkpoint) => resources.map(({ urn }) => urn);

  test("A deployment without traffic is removed from the state and from the dependencies of other resources.", () => {
    const after = deployment("third-1", "Succeeded", {
      dependencies: ["urn:next-1", "urn:endpoint"],
      propertyDependencies: { tags: ["urn:next-1"], sku: null },
    });
    const before = checkpoint({ resources: [group, endpoint, deployment("main-1", "Succeeded"), deployment("next-1", "Failed"), after] });
    const repaired = repairFailedDeployments(before);
    expect(repaired).toMatchObject({ recreated: ["next-1"], updatedAgain: [] });
    expect(urnsOf(repaired.checkpoint)).toEqual(["urn:rg", "urn:endpoint", "urn:main-1", "urn:third-1"]);
    expect(repaired.checkpoint.deployment.resources![3]).toEqual({
      ...after,
      dependencies: ["urn:endpoint"],
      propertyDependencies: { tags: [], sku: null },
    });
  });

  test("A deployment with traffic stays, and is marked for another update.", () => {
    const repaired = repairFailedDeployments(checkpoint({ resources: [endpoint, deployment("main-1", "Failed")] }));
    expect(repaired).toMatchObject({ recreated: [], updatedAgain: ["main-1"] });
    expect(repaired.checkpoint.deployment.resources).toEqual([
      endpoint,
      { ...deployment("main-1", "Failed"), initErrors: [expect.any(String)] },
    ]);
  });

  test("If no deployment has failed, the state doesn't change.", () => {
    const before = checkpoint({ resources: [group, endpoint, deployment("main-1", "Succeeded")] });
    expect(repairFailedDeployments(before)).toEqual({ checkpoint: before, recreated: [], updatedAgain: [] });
  });
});

test("An added component without children is removed; components with children in Azure and existing components stay.", () => {
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
