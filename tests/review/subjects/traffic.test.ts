// Proves what a review says about traffic: summary, severity and rollback, on saved previews and edited ones. It doesn't prove that Azure moves
// the traffic in this way; tests/e2e/rollout* does for the local Azure.
import fc from "fast-check";
import { labelOf } from "../../../planner/rollout/transition";
import { changeOf, type StackChange } from "../../../review/change";
import type { DeploymentView, EndpointView } from "../../../review/endpoints";
import { traffic } from "../../../review/subjects/traffic";
import { UNKNOWN, type Value } from "../../../rules";
import { previewNames, previewOf } from "../previews";
import { changeNamed, edited, withInput, withoutSames, withTraffic } from "./support";

const shipped = () => previewOf("noChange");
const [main, candidate] = ["main-ecfde9f7", "candidate-5b0f8f31"];

test.each([
  ["model", "chat: 90% moves from main-ecfde9f7 (Qwen2.5-7B-Instruct, then deleted) to main-5b0f8f31 (Qwen3-8B)", ["look"]],
  [
    "size",
    "chat: 10% moves from candidate-5b0f8f31 (Standard_NC24ads_A100_v4, then deleted) to candidate-fd037824 (Standard_NC48ads_A100_v4)",
    ["look"],
  ],
  [
    "image",
    "chat: 90% from main-ecfde9f7 (then deleted) to main-974bff41 (new image), 10% from candidate-5b0f8f31 (then deleted) to candidate-51a0ec34 (new image)",
    ["look"],
  ],
  ["promptLogging", "chat: 10% moves from candidate-5b0f8f31 (then deleted) to candidate-b340e55c (new flags)", ["look"]],
  [
    "rollback",
    "chat: rollback of main to a running deployment: 90% moves from main-5b0f8f31 (Qwen3-8B, kept at 0%) to main-ecfde9f7 (Qwen2.5-7B-Instruct)",
    ["note"],
  ],
  ["shareWithinCapacity", "chat: main 90% to 95%, candidate 10% to 5%", ["note"]],
  ["shareAboveCapacity", "chat: main 90% to 70%, candidate 10% to 30%", ["note"]],
  ["promotion", "chat: candidate 10% to 100%, main 90% to 0%", ["note"]],
  ["endpointAdded", "scoring: new endpoint, main 100%", ["note"]],
  ["firstUp", "chat: new endpoint, main 90%, candidate 10%; fraud: new endpoint, main 100%", ["note", "note"]],
  ["endpointRemovedAccepted", "fraud: 100% to 0%, the endpoint is deleted", []],
  ["destroy", "chat: 100% to 0%, the endpoint is deleted", []],
])("the traffic of %s", (name, summary, severities) => {
  const section = traffic(changeNamed(name));
  expect(section.summary).toBe(summary);
  expect(section.notices.map(({ severity }) => severity)).toEqual(severities);
});

test("changes of other parts say nothing about traffic", () => {
  const others = [
    "noChange",
    "tag",
    "auth",
    "autoscale",
    "alerts",
    "tokenAdded",
    "tokenRotated",
    "callerAdded",
    "networkMode",
    "privateLogs",
  ];
  for (const name of others) expect(traffic(changeNamed(name))).toEqual({ summary: "", notices: [], details: [], data: [] });
});

test("the texts of a changed model", () => {
  expect(traffic(changeNamed("model"))).toEqual({
    summary: "chat: 90% moves from main-ecfde9f7 (Qwen2.5-7B-Instruct, then deleted) to main-5b0f8f31 (Qwen3-8B)",
    notices: [
      {
        severity: "look",
        text: "Endpoint chat: 90% of the requests move from main-ecfde9f7 to main-5b0f8f31. Answers can change: model Qwen/Qwen2.5-7B-Instruct to Qwen/Qwen3-8B, revision a09a3545 to b968826d, flags --max-num-seqs --reasoning-parser.",
        rollback:
          "The previous deployment is deleted after the last requests have ended: a rollback creates it again, which takes about 10 to 20 minutes.",
      },
    ],
    details: ["chat, weights before: candidate-5b0f8f31 10%, main-ecfde9f7 90%. After: candidate-5b0f8f31 10%, main-5b0f8f31 90%."],
    data: [
      {
        endpoint: "chat",
        before: { traffic: { [candidate]: 10, [main]: 90 }, mirrorTraffic: {} },
        after: { traffic: { [candidate]: 10, "main-5b0f8f31": 90 }, mirrorTraffic: {} },
      },
    ],
  });
});

test.each([
  [
    "rollback",
    "To roll back: npm run lock -- -s prod --rollback chat/main, then pulumi up; the previous deployment is kept, so it takes effect without a new start.",
  ],
  [
    "shareWithinCapacity",
    "To roll back, set the previous weights of chat again (main 90, candidate 10), then run pulumi up; the deployments are kept, so it takes effect without a new start.",
  ],
])("how to undo %s", (name, rollback) => {
  expect(traffic(changeNamed(name)).notices.map((notice) => notice.rollback)).toEqual([rollback]);
});

test.each([
  ["model", "main-5b0f8f31", "Answers can change: model Qwen/Qwen2.5-7B-Instruct to Qwen/Qwen3-8B"],
  ["size", "candidate-fd037824", "The model and the image are the same, on another machine: flag --tensor-parallel-size, size "],
  ["image", "main-974bff41", "Answers can change: image moor/vllm@sha256:31edea4d to moor/vllm@sha256:55555555."],
  ["promptLogging", "candidate-b340e55c", "Answers can change: flag --enable-log-requests."],
])("what differs after %s", (name, deployment, difference) => {
  const notice = traffic(changeNamed(name)).notices.find(({ text }) => text.includes(deployment));
  expect(notice?.text).toContain(difference);
});

test("labels that change in the same way have one notice", () => {
  expect(traffic(changeNamed("image")).notices).toEqual([
    {
      severity: "look",
      text: "Endpoint chat: 90% of the requests move from main-ecfde9f7 to main-974bff41, 10% from candidate-5b0f8f31 to candidate-51a0ec34. Answers can change: image moor/vllm@sha256:31edea4d to moor/vllm@sha256:55555555.",
      rollback:
        "The previous deployment is deleted after the last requests have ended: a rollback creates it again, which takes about 10 to 20 minutes.",
    },
  ]);
});

test("the first requests of an endpoint are a note", () => {
  expect(traffic(changeOf(withTraffic(shipped(), "chat", {}, "before"))).notices).toEqual([
    { severity: "note", text: "Endpoint chat receives its first requests: main 90%, candidate 10%." },
  ]);
});

test("an endpoint that loses all traffic is a danger", () => {
  const { notices, summary } = traffic(changeOf(withTraffic(shipped(), "chat", {})));
  expect(summary).toBe("chat: main 90% to 0%, candidate 10% to 0%");
  expect(notices).toEqual([
    {
      severity: "danger",
      text: "Endpoint chat: no deployment receives requests after the run (before: candidate-5b0f8f31 10%, main-ecfde9f7 90%). Every request returns 404.",
      rollback:
        "To roll back, set the previous weights of chat again (main 90, candidate 10), then run pulumi up; the deployments are kept, so it takes effect without a new start.",
    },
  ]);
});

test("a label that loses its requests and is deleted needs a look", () => {
  const moved = withTraffic(shipped(), "chat", { [main]: 100 });
  const { summary, notices } = traffic(
    changeOf(edited(moved, `chat-${candidate}-deployment`, (step) => ({ ...step, operation: "delete" }))),
  );
  expect(summary).toBe("chat: main 90% to 100%, candidate 10% to 0% (then deleted)");
  expect(notices).toEqual([
    {
      severity: "look",
      text: "Endpoint chat: the traffic weights change: main from 90% to 100%, candidate from 10% to 0%. candidate-5b0f8f31 is deleted after the last requests have ended.",
      rollback:
        "To roll back, set the previous weights of chat again (main 90, candidate 10), then run pulumi up; it creates the deleted deployments again, which takes about 10 to 20 minutes.",
    },
  ]);
});

test("a new label with requests names its model and needs a look", () => {
  const before = withTraffic(shipped(), "chat", { [main]: 100 }, "before");
  const created = edited(before, `chat-${candidate}-deployment`, ({ before: _, ...step }) => ({ ...step, operation: "create" }));
  const { summary, notices } = traffic(changeOf(created));
  expect(summary).toBe("chat: main 100% to 90%, candidate 0% to 10% (new, Qwen3-8B)");
  expect(notices.map(({ severity, text }) => [severity, text])).toEqual([
    [
      "look",
      "Endpoint chat: the traffic weights change: main from 100% to 90%, candidate from 0% to 10%. candidate-5b0f8f31 is new, so answers can change.",
    ],
  ]);
});

test("a new deployment without requests is a note", () => {
  const before = withTraffic(shipped(), "chat", { [main]: 100 }, "before");
  const idle = withTraffic(before, "chat", { [main]: 100 });
  const created = edited(idle, `chat-${candidate}-deployment`, ({ before: _, ...step }) => ({ ...step, operation: "create" }));
  expect(traffic(changeOf(created))).toMatchObject({
    summary: "chat: candidate-5b0f8f31 is added at 0%",
    notices: [{ severity: "note", text: "Endpoint chat: candidate-5b0f8f31 is created and receives no requests." }],
  });
  const deleted = edited(idle, `chat-${candidate}-deployment`, (step) => ({ ...step, operation: "delete" }));
  expect(traffic(changeOf(deleted))).toMatchObject({
    summary: "chat: candidate-5b0f8f31 at 0% is deleted",
    notices: [{ severity: "note", rollback: expect.stringContaining("a rollback creates it again") }],
  });
});

test("a model that changes under the same name needs a look, other variables don't", () => {
  const name = `chat-${main}-deployment`;
  const other = shipped().steps.find((step) => step.name === `chat-${candidate}-deployment`)!.after!.inputs.properties;
  const model = (other as { readonly model: string }).model;
  const { summary, notices } = traffic(changeOf(edited(shipped(), name, (step) => withInput(step, "properties.model", model))));
  expect(summary).toBe("chat: main-ecfde9f7 (90%) is updated in place");
  expect(notices).toMatchObject([
    {
      severity: "look",
      text: "Endpoint chat: main-ecfde9f7, which receives 90% of the requests, is updated in place. Answers can change: model Qwen/Qwen2.5-7B-Instruct to Qwen/Qwen3-8B, revision a09a3545 to b968826d.",
    },
  ]);
  const variable = edited(shipped(), name, (step) => withInput(step, "properties.environmentVariables.HF_TOKEN", "reference"));
  expect(traffic(changeOf(variable)).notices).toEqual([]);
});

test("mirrored traffic is a note", () => {
  const idle = { [main]: 100 };
  const before = withTraffic(withTraffic(shipped(), "chat", idle, "before"), "chat", idle);
  const mirrored = withTraffic(before, "chat", { [candidate]: 10 }, "after", "mirrorTraffic");
  expect(traffic(changeOf(mirrored))).toMatchObject({
    summary: "chat: mirrored to candidate: 0% to 10%",
    notices: [
      {
        severity: "note",
        text: "Endpoint chat: 10% of the requests are mirrored to candidate (before: 0%); clients don't receive its answers.",
      },
    ],
    details: ["chat, weights before: main-ecfde9f7 100%. After: main-ecfde9f7 100%, mirrored to candidate-5b0f8f31 10%."],
  });
});

test.each<[string, Value]>([
  ["the map", UNKNOWN],
  ["a weight", { [main]: UNKNOWN, [candidate]: 10 }],
])("weights that only the update knows aren't read as zero: %s", (_, weights) => {
  const { summary, notices } = traffic(changeOf(withTraffic(shipped(), "chat", weights)));
  expect(summary).toBe("chat: weights are known only during the update");
  expect(notices.map(({ severity }) => severity)).toEqual(["look"]);
});

test("a template that only the update knows isn't read as no traffic", () => {
  const unknown = edited(shipped(), "chat-traffic-write", (step) => withInput(step, "properties.template", UNKNOWN));
  expect(traffic(changeOf(unknown)).notices.map(({ severity }) => severity)).toEqual(["look"]);
});

test.each(["shareAboveCapacity", "promotion", "shareWithinCapacity"])(
  "the traffic of %s is the same without the unchanged resources",
  (name) => {
    expect(traffic(changeOf(withoutSames(previewOf(name)))).summary).toBe(traffic(changeNamed(name)).summary);
  },
);

const labels = fc.uniqueArray(
  fc.stringMatching(/^[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,4}){0,2}$/).filter((label) => labelOf(`${label}-00000000`) === label),
  { minLength: 1, maxLength: 8 },
);
const hash = fc.stringMatching(/^[0-9a-f]{8}$/);
const sample = shipped().steps.find(({ name }) => name === `chat-${main}-deployment`)!;

function deployment(name: string): DeploymentView {
  const resource = { name: `chat-${name}-deployment`, type: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments" };
  const body = sample.after!.inputs;
  return { name, instanceType: "Standard_DS3_v2", instances: 1, concurrency: 4, resource: { ...resource, body, from: "planned" } };
}

const endpoint: fc.Arbitrary<EndpointView> = labels
  .chain((names) => fc.tuple(fc.constant(names), fc.tuple(...names.map(() => hash)), fc.nat({ max: names.length - 1 })))
  .map(([names, hashes, at]) => {
    const deployments = names.map((label, index) => deployment(`${label}-${hashes[index]}`));
    return { key: "chat", traffic: { [deployments[at]!.name]: 100 }, mirrorTraffic: {}, deployments };
  });

const saved = changeNamed("noChange");

function between(before: EndpointView, after: EndpointView): StackChange {
  return { ...saved, endpoints: { before: [before], after: [after] } };
}

test("an endpoint that doesn't change has no notice", () => {
  fc.assert(
    fc.property(endpoint, (one) => {
      expect(traffic(between(one, one))).toEqual({ summary: "", notices: [], details: [], data: [] });
    }),
    { numRuns: 50 },
  );
});

test("requests that move are never silent, and a deleted deployment with requests is never only a note", () => {
  fc.assert(
    fc.property(endpoint, endpoint, (before, after) => {
      const { summary, notices } = traffic(between(before, after));
      const [from, to] = [Object.keys(before.traffic)[0]!, Object.keys(after.traffic)[0]!];
      if (from !== to) expect(summary).toContain(labelOf(to));
      const isDeleted = !after.deployments.some(({ name }) => name === from);
      if (isDeleted) expect(notices.some(({ severity }) => severity !== "note")).toBe(true);
      expect(summary.length).toBeLessThanOrEqual(160);
      for (const { text } of notices) expect(text.length).toBeLessThanOrEqual(300);
    }),
    { numRuns: 50 },
  );
});

test("the summary of 200 endpoints is short and counts the rest", () => {
  const change = changeNamed("noChange");
  const many = (weights: readonly [number, number]) =>
    Array.from({ length: 200 }, (_, at): EndpointView => {
      const deployments = [deployment("main-00000001"), deployment("next-2-00000002")];
      const [a, b] = weights;
      return { key: `chat-${at}`, traffic: { "main-00000001": a, "next-2-00000002": b }, mirrorTraffic: {}, deployments };
    });
  const { summary, notices } = traffic({ ...change, endpoints: { before: many([90, 10]), after: many([80, 20]) } });
  expect(summary).toBe(
    "chat-0: main 90% to 80%; next-2 10% to 20%; chat-1: main 90% to 80%; next-2 10% to 20%; chat-10: main 90% to 80%; next-2 10% to 20%; and 394 more",
  );
  expect(notices).toHaveLength(200);
});

test("all saved previews have short texts", () => {
  for (const name of previewNames) {
    const { summary, notices } = traffic(changeNamed(name));
    expect(summary.length).toBeLessThanOrEqual(160);
    for (const { text } of notices) expect(text.length).toBeLessThanOrEqual(300);
  }
});
