// Proves which deployments belong to which endpoint, and that unknown weights are marked. It doesn't prove how previews are read;
// tests/review/read does.
import { endpointsOf } from "../../review/endpoints";
import { type Body, type RuleResource, UNKNOWN } from "../../rules";

const endpointType = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints";
const resource = (name: string, type: string, body: Body = {}): RuleResource => ({ name, type, body, from: "planned" });
const endpoint = (key: string) => resource(`${key}-endpoint`, endpointType);
const deployment = (key: string, name: string) => resource(`${key}-${name}-deployment`, `${endpointType}/deployments`);

/** The template that writes the traffic, and the endpoint in it. */
function write(key: string, names: readonly string[], traffic: Body = {}): RuleResource[] {
  const recipes = Object.fromEntries(names.map((name) => [name, "recipe"]));
  return [
    resource(`${key}-traffic-write`, "Microsoft.Resources/deployments", {
      properties: { template: { metadata: { deployments: { recipes } } } },
    }),
    resource(`${key}-traffic-write/resources/0`, endpointType, { properties: { authMode: "Key", traffic, mirrorTraffic: {} } }),
  ];
}

const owners = (resources: readonly RuleResource[]) =>
  Object.fromEntries(endpointsOf(resources).map(({ key, deployments }) => [key, deployments.map(({ name }) => name)]));

test("a deployment belongs to one endpoint, also if a key starts with another one", () => {
  const resources = [
    ...[endpoint("chat"), endpoint("chat-eu"), endpoint("chat-eu-2")],
    ...[deployment("chat", "main-00000001"), deployment("chat-eu", "main-00000002"), deployment("chat-eu-2", "a1-b2-00000003")],
  ];
  expect(owners(resources)).toEqual({ chat: ["main-00000001"], "chat-eu": ["main-00000002"], "chat-eu-2": ["a1-b2-00000003"] });
});

test("the metadata of the traffic decides if two endpoints can own a deployment", () => {
  const resources = (names: readonly string[], others: readonly string[]) => [
    ...[endpoint("chat"), endpoint("chat-eu"), deployment("chat", "eu-main-00000001")],
    ...[...write("chat", names), ...write("chat-eu", others)],
  ];
  expect(owners(resources(["eu-main-00000001"], ["main-00000002"]))).toEqual({ chat: ["eu-main-00000001"], "chat-eu": [] });
  expect(owners(resources(["main-00000002"], ["main-00000001"]))).toEqual({ chat: [], "chat-eu": ["main-00000001"] });
});

test.each<[string, Body, true | undefined]>([
  ["known weights", { "main-00000001": 100 }, undefined],
  ["no weights", {}, undefined],
  ["an unknown weight", { "main-00000001": UNKNOWN }, true],
])("%s", (_, traffic, isUnknown) => {
  expect(endpointsOf([endpoint("chat"), ...write("chat", [], traffic)])[0]?.trafficIsUnknown).toBe(isUnknown);
});

test("a template without its endpoint is an endpoint", () => {
  expect(endpointsOf(write("chat", [], { "main-00000001": 100 }))).toEqual([
    { key: "chat", authMode: "Key", traffic: { "main-00000001": 100 }, mirrorTraffic: {}, deployments: [] },
  ]);
});
