// Proves which deployments a review reports as overloaded or smaller, on saved previews and edited ones. It doesn't prove that Azure rejects
// requests above the capacity; the load is the declared one, not the current one.
import fc from "fast-check";
import { overloads } from "../../../planner/risks/overload";
import { changeOf, type StackChange } from "../../../review/change";
import type { EndpointView } from "../../../review/endpoints";
import type { Preview } from "../../../review/preview";
import { capacity } from "../../../review/subjects/capacity";
import { previewNames, previewOf } from "../previews";
import { changeNamed, edited, withInput, withoutSames, withTraffic } from "./support";

const shipped = () => previewOf("noChange");
const [main, candidate] = ["main-ecfde9f7", "candidate-5b0f8f31"];
const bounds = (preview: Preview, path: "minimum" | "maximum", value: string) =>
  edited(preview, `chat-${main}-autoscale-setting`, (step) => withInput(step, `profiles.0.capacity.${path}`, value));
const severities = (change: StackChange) => capacity(change).notices.map(({ severity }) => severity);

test.each([
  ["shareAboveCapacity", "chat/candidate: 116 concurrent requests exceed its capacity of 16", ["danger"]],
  ["promotion", "chat/candidate: 384 concurrent requests exceed its capacity of 16", ["danger"]],
  ["model", "chat/main: 346 concurrent requests exceed its capacity of 96", ["danger"]],
  ["shareWithinCapacity", "chat/main: needs 365 concurrent requests, capacity 384", []],
  ["rollback", "chat/main: capacity 96 to 384 concurrent requests", []],
  ["autoscale", "chat/main: capacity 384 to 448 concurrent requests", []],
  ["endpointAdded", "scoring/main: needs 4 concurrent requests, capacity 4", []],
  [
    "firstUp",
    "chat/candidate: 39 concurrent requests exceed its capacity of 16; chat/main: needs 346 concurrent requests, capacity 384; and 1 more",
    ["danger"],
  ],
  ["image", "", []],
  ["size", "", []],
  ["promptLogging", "", []],
  ["tag", "", []],
  ["destroy", "", []],
])("the capacity of %s", (name, summary, expected) => {
  expect(capacity(changeNamed(name)).summary).toBe(summary);
  expect(severities(changeNamed(name))).toEqual(expected);
});

test("the texts of a share above the capacity", () => {
  expect(capacity(changeNamed("shareAboveCapacity"))).toEqual({
    summary: "chat/candidate: 116 concurrent requests exceed its capacity of 16",
    notices: [
      {
        severity: "danger",
        text: "chat/candidate-5b0f8f31 receives 30% of the endpoint's declared concurrency of 384, which is 116 concurrent requests, but its capacity is 16 (1 instance × 16). Requests above 16 wait; above 32, Azure returns 429. Set at least 8 instances, or a weight of at most 4.",
      },
    ],
    details: [
      "chat/candidate-5b0f8f31: capacity 16 concurrent requests (1 instance × 16), 116 at the declared concurrency of the endpoint.",
    ],
    data: [
      {
        deployment: "chat/candidate-5b0f8f31",
        weight: 30,
        requests: 116,
        capacity: 16,
        before: { weight: 10, capacity: 16, instances: 1 },
      },
    ],
  });
});

test("an overload that the run doesn't increase is a detail of an endpoint that changes", () => {
  expect(capacity(changeNamed("shareWithinCapacity")).details).toContain(
    "chat/candidate-5b0f8f31: 20 concurrent requests at the declared concurrency of the endpoint exceed its capacity of 16 (1 instance × 16). This run doesn't increase its weight or reduce its capacity.",
  );
  expect(capacity(changeNamed("alerts")).details).toEqual([]);
});

test("fewer instances at the maximum need a look", () => {
  expect(capacity(changeOf(bounds(shipped(), "maximum", "4"))).notices).toEqual([
    {
      severity: "look",
      text: "chat/main-ecfde9f7: the capacity falls from 384 to 256 concurrent requests (4 instances × 64), and it receives 90% of the requests (before: 90%).",
      rollback: "To roll back, set the previous number of instances, scale.max and concurrency.",
    },
  ]);
});

test("fewer instances at the minimum are a note", () => {
  expect(capacity(changeOf(bounds(shipped(), "minimum", "1")))).toMatchObject({
    summary: "chat/main: at least 1 instance instead of 3",
    notices: [
      {
        severity: "note",
        text: "chat/main-ecfde9f7: autoscale keeps at least 1 instance instead of 3. More requests than they can process wait until further instances have started.",
      },
    ],
  });
});

test.each([
  ["sku.capacity", 1, "the capacity falls from 8 to 4 concurrent requests (1 instance × 4)"],
  [
    "properties.requestSettings.maxConcurrentRequestsPerInstance",
    2,
    "the capacity falls from 8 to 4 concurrent requests (2 instances × 2)",
  ],
])("a smaller %s needs a look", (path, value, text) => {
  const { notices } = capacity(changeOf(edited(shipped(), "fraud-main-d74c64c6-deployment", (step) => withInput(step, path, value))));
  expect(notices).toMatchObject([{ severity: "look", text: expect.stringContaining(text) }]);
});

test("fewer instances for a smaller weight are no loss", () => {
  const preview = withTraffic(bounds(shipped(), "maximum", "3"), "chat", { [main]: 10, [candidate]: 90 });
  expect(capacity(changeOf(preview)).notices.map(({ severity, text }) => [severity, text.split(" ")[0]])).toEqual([
    ["danger", "chat/candidate-5b0f8f31"],
  ]);
});

test("autoscale with equal bounds has the capacity of fixed instances", () => {
  const equal = bounds(bounds(shipped(), "minimum", "3"), "maximum", "3");
  expect(capacity(changeOf(equal)).summary).toBe("chat/main: capacity 384 to 192 concurrent requests");
});

test("a deployment that serves all requests of its former capacity isn't overloaded", () => {
  expect(severities(changeOf(withTraffic(shipped(), "chat", { [main]: 100 })))).toEqual([]);
});

test.each([
  // Half of the capacity: main and next have 64 each.
  [
    50,
    4,
    ["Endpoint chat: with the new weights, a deployment reaches its capacity at 64 concurrent requests of the endpoint (before: 128)."],
  ],
  // The end of a trial: 71 instead of 64.
  [90, 1, []],
])("requests that move back from a deployment with a share: %p%", (weight, instances, texts) => {
  const saved = changeNamed("noChange");
  const resource = saved.endpoints.after[0]!.deployments[0]!.resource;
  const one = { instanceType: "Standard_DS3_v2", concurrency: 16, resource };
  const deployments = [
    { ...one, name: "main-00000001", instances: 4 },
    { ...one, name: "next-00000002", instances },
  ];
  const view = (traffic: EndpointView["traffic"]): EndpointView => ({ key: "chat", traffic, mirrorTraffic: {}, deployments });
  const before = view({ "main-00000001": weight, "next-00000002": 100 - weight });
  const { notices } = capacity({ ...saved, endpoints: { before: [before], after: [view({ "main-00000001": 100 })] } });
  expect(notices).toEqual(texts.map((text) => ({ severity: "look", text })));
});

test("an endpoint without deployments has no capacity", () => {
  const view: EndpointView = { key: "chat", traffic: {}, mirrorTraffic: {}, deployments: [] };
  expect(capacity({ ...changeNamed("noChange"), endpoints: { before: [view], after: [view] } })).toEqual({
    summary: "",
    notices: [],
    details: [],
    data: [],
  });
});

test.each([
  [
    "shareAboveCapacity",
    "Endpoint chat: the preview doesn't contain candidate-5b0f8f31, so the capacity for the additional traffic is unknown.",
  ],
  [
    "autoscale",
    "chat-main-ecfde9f7: the autoscale setting changes. The preview omits the unchanged resources, so the capacity is unknown.",
  ],
])("without the unchanged resources, the capacity of %s needs a look", (name, text) => {
  expect(capacity(changeOf(withoutSames(previewOf(name)))).notices).toEqual([{ severity: "look", text }]);
});

test("the saved previews without a change have no notice", () => {
  for (const name of previewNames.filter((one) => !["shareAboveCapacity", "promotion", "model", "firstUp"].includes(one))) {
    expect([name, severities(changeNamed(name))]).toEqual([name, []]);
  }
});

const parts = fc.record({ instances: fc.integer({ min: 1, max: 10 }), concurrency: fc.integer({ min: 1, max: 64 }) });

test("a new endpoint is in danger exactly if the planner finds an overload", () => {
  const saved = changeNamed("noChange");
  const resource = saved.endpoints.after[0]!.deployments[0]!.resource;
  fc.assert(
    fc.property(parts, parts, fc.integer({ min: 0, max: 100 }), (a, b, weight) => {
      const weights = { "a-00000001": weight, "b-00000002": 100 - weight };
      const deployments = [a, b].map((one, at) => ({ ...one, name: Object.keys(weights)[at]!, instanceType: "Standard_DS3_v2", resource }));
      const traffic = Object.fromEntries(Object.entries(weights).filter(([, share]) => share > 0));
      const change = {
        ...saved,
        endpoints: { before: [], after: [{ key: "chat", traffic, mirrorTraffic: {}, deployments }] },
      };
      const planned = deployments.map(({ name, instances, concurrency }) => ({
        ...{ role: "current" as const, instances, weight: traffic[name] ?? 0 },
        decision: { name, requestSettings: { maxConcurrentRequestsPerInstance: concurrency } },
      }));
      const serving = planned.filter((one) => one.weight > 0);
      expect(severities(change)).toEqual(overloads(serving).map(() => "danger"));
    }),
    { numRuns: 40 },
  );
});
