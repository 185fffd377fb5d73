// Proves which operations of a run count and how their times add up, on saved previews and edited ones. It doesn't prove that Azure takes these
// times: the table is documented or observed, and every text calls them an estimate.
import fc from "fast-check";
import { durations } from "../../../facts/durations";
import { changeOf } from "../../../review/change";
import { creationMinutes, inParallel, inSequence, minutesText, requestTimeoutOf, secondsOf } from "../../../review/minutes";
import { duration } from "../../../review/subjects/duration";
import { type RuleResource, UNKNOWN } from "../../../rules";
import { previewNames, previewOf } from "../previews";
import { changeNamed, edited, withInput } from "./support";

const estimate = "The duration is an estimate: Azure guarantees no times (table of 2026-11-30).";

// A deployment of chat starts within 540 s by its liveness probe and 870 s by its readiness probe: 5 + 4.5 to 5 + 14.5 minutes.
test.each([
  ["model", "about 15 to 35 minutes (1 new deployment of chat)"],
  ["image", "about 30 to 60 minutes (2 new deployments of chat one after the other)"],
  ["endpointAdded", "about 14 to 30 minutes (1 new deployment of scoring)"],
  ["firstUp", "about 55 to 85 minutes (new managed network; 2 new deployments of chat one after the other)"],
  ["tokenRotated", "about 8 to 20 minutes (1 update of deployments of chat)"],
  ["shareAboveCapacity", "about 1 to 5 minutes"],
  ["shareWithinCapacity", "about 1 to 25 minutes"],
  ["rollback", "about 1 to 25 minutes"],
  ["tag", "about 1 to 5 minutes"],
  ["alerts", "about 1 to 5 minutes"],
  ["endpointRemovedAccepted", "about 2 to 5 minutes"],
  ["destroy", "about 4 to 10 minutes"],
  ["noChange", ""],
])("the duration of %s", (name, summary) => {
  expect(duration(changeNamed(name)).summary).toBe(summary);
});

test("nothing to do has no details", () => {
  expect(duration(changeNamed("noChange"))).toEqual({ summary: "", notices: [] });
});

test("the details are the parts, and say once that it is an estimate", () => {
  expect(duration(changeNamed("image")).details).toEqual([
    estimate,
    "chat: candidate-51a0ec34 10 to 20 minutes, main-974bff41 10 to 20 minutes, update of the endpoint 1 to 5 minutes, end of the last requests 3 minutes, 2 deletions 4 to 10 minutes.",
  ]);
  expect(duration(changeNamed("rollback")).details).toEqual([
    estimate,
    "chat: more instances, if required up to 20 minutes, update of the endpoint 1 to 5 minutes.",
  ]);
  expect(duration(changeNamed("firstUp")).details?.at(-1)).toBe(
    "Platform: workspace 2 to 5 minutes, managed network 30 minutes, images, in parallel 5 to 20 minutes.",
  );
});

test("only a run of more than an hour has a notice", () => {
  const withNotice = previewNames.filter((name) => duration(changeNamed(name)).notices.length > 0);
  expect(withNotice).toEqual(["firstUp"]);
  expect(duration(changeNamed("firstUp")).notices).toEqual([
    {
      severity: "note",
      text: "The run takes about 55 to 85 minutes (new managed network; 2 new deployments of chat one after the other).",
    },
  ]);
});

test("the first outbound rule with a host name adds the firewall", () => {
  const rule = previewOf("destroy").steps.find(({ name }) => name === "hub-hf-hub")!;
  const created = { ...rule, operation: "create" as const, after: rule.before!, before: undefined };
  const preview = previewOf("noChange");
  const { summary, details } = duration(changeOf({ ...preview, steps: [...preview.steps, created as typeof rule] }));
  expect([summary, details]).toEqual(["about 10 minutes (new firewall)", [estimate, "Platform: firewall 10 minutes."]]);
});

test("a workspace without a managed network waits for none", () => {
  const path = "properties.managedNetwork";
  const workspace = "platform-workspace";
  const name = "managedNetwork";
  const preview = edited(previewOf("firstUp"), workspace, (step) => {
    const { [name]: _, ...inputs } = withInput(step, path, undefined).after!.inputs;
    return { ...step, after: { ...step.after!, inputs } };
  });
  const { summary } = duration(changeOf(preview));
  expect(summary).toBe("about 30 to 70 minutes (new workspace; 2 new deployments of chat one after the other)");
});

test.each([
  ["sku.capacity", 4, "about 1 to 20 minutes (1 update of deployments of fraud)"],
  // Two instances are updated in two steps.
  ["properties.environmentVariables.WORKER_COUNT", "8", "about 15 to 35 minutes (1 update of deployments of fraud)"],
  ["tags.owner", "another-team", "about 1 to 5 minutes"],
])("the duration of an update of %s", (path, value, summary) => {
  const preview = edited(previewOf("noChange"), "fraud-main-d74c64c6-deployment", (step) => withInput(step, path, value));
  expect(duration(changeOf(preview)).summary).toBe(summary);
});

test.each([
  [{ min: 0.2, max: 0.5 }, "about 1 minute"],
  [{ min: 2, max: 2 }, "about 2 minutes"],
  [{ min: 9.5, max: 19.5 }, "about 10 to 20 minutes"],
  [{ min: 14.1, max: 14.9 }, "about 15 minutes"],
  [{ min: 31, max: 61 }, "about 35 to 65 minutes"],
])("minutes as text: %j", (minutes, text) => {
  expect(minutesText(minutes)).toBe(text);
});

test.each([
  ["PT90S", 90],
  ["PT5M", 300],
  ["PT1M30S", 90],
  ["PT1H", 3600],
  ["PT", undefined],
  ["5", undefined],
  [5, undefined],
  [undefined, undefined],
  [UNKNOWN, undefined],
])("seconds of %p", (value, seconds) => {
  expect(secondsOf(value)).toBe(seconds);
});

function deploymentWith(properties: RuleResource["body"]): RuleResource {
  const type = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments";
  return { name: "chat-main-00000001-deployment", type, body: { properties }, from: "planned" };
}

const probe = (initialDelay: number, failureThreshold: number) => ({
  initialDelay: `PT${initialDelay}S`,
  period: "PT10S",
  failureThreshold,
});

test.each<[string, RuleResource["body"], object]>([
  ["the defaults of Azure", {}, { min: 5 + 5 / 60, max: 15 }],
  // 40 minutes allowed, half of them expected; ready after 30 + 270 × 10 s at the latest.
  ["a large model", { livenessProbe: probe(600, 210), readinessProbe: probe(30, 270) }, { min: 25, max: 50.5 }],
  ["unknown probes", { livenessProbe: UNKNOWN, readinessProbe: UNKNOWN }, { min: 5 + 5 / 60, max: 15 }],
])("the time to create a deployment with %s", (_, properties, minutes) => {
  expect(creationMinutes(deploymentWith(properties))).toEqual(minutes);
});

test("the request timeout is the one of the deployment, or Azure's default", () => {
  expect(requestTimeoutOf(deploymentWith({ requestSettings: { requestTimeout: "PT180S" } }))).toBe(180);
  expect(requestTimeoutOf(deploymentWith({}))).toBe(5);
});

test("each duration has a source and a grade, and its minimum is at most its maximum", () => {
  for (const { min, max, source, grade } of Object.values(durations)) {
    expect(min).toBeGreaterThan(0);
    expect(max).toBeGreaterThanOrEqual(min);
    expect(source).not.toBe("");
    expect(["documented", "experience", "inferred"]).toContain(grade);
  }
});

const minutes = fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 60 })).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }));

test("a sequence takes at least as long as the same parts in parallel, and both keep the order of minimum and maximum", () => {
  fc.assert(
    fc.property(fc.array(minutes, { maxLength: 6 }), (parts) => {
      const [sequence, parallel] = [inSequence(parts), inParallel(parts)];
      expect(sequence.min).toBeGreaterThanOrEqual(parallel.min);
      expect(sequence.max).toBeGreaterThanOrEqual(parallel.max);
      for (const { min, max } of [sequence, parallel]) expect(max).toBeGreaterThanOrEqual(min);
    }),
  );
});

test("the summary of each saved preview is short", () => {
  for (const name of previewNames) expect(duration(changeNamed(name)).summary.length).toBeLessThanOrEqual(160);
});
