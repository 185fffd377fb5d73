// Proves how windows and cooldown are derived from the start time of an instance, and which of them a decision omits. Doesn't prove that
// Azure allocates a machine as fast as assumed.
import fc from "fast-check";
import { autoscaleLimits } from "../../../azure/limits";
import { decide } from "../../../planner/decide";
import { modelFromTable } from "../../../planner/fit/model";
import { completeRule, scaleDefaults, scaleReasons, scaleRuleFor } from "../../../planner/serving/scaling";
import { fit as fitModel } from "../../../planner/size/fit";

const ruleAfter = (startSeconds: number) => scaleRuleFor({ concurrency: 8, answerSeconds: 40, startSeconds });
const thresholds = { scaleOutAbove: 8, scaleInBelow: 3 };

test("golden: the defaults are those of existing lock files that omit the values", () => {
  expect(scaleDefaults).toEqual({ scaleOutWindowMinutes: 5, scaleInWindowMinutes: 15, cooldownMinutes: 15 });
});

test.each([
  [0, {}],
  [300, {}],
  [540, {}],
  [600, {}],
  [601, { scaleInWindowMinutes: 16, cooldownMinutes: 16 }],
  [660, { scaleInWindowMinutes: 16, cooldownMinutes: 16 }],
  [2100, { scaleInWindowMinutes: 40, cooldownMinutes: 40 }],
  [42_900, { scaleInWindowMinutes: 720, cooldownMinutes: 720 }],
  [43_200, { scaleInWindowMinutes: 720, cooldownMinutes: 725 }],
  [700_000, { scaleInWindowMinutes: 720, cooldownMinutes: 10_080 }],
])("a start of %d s results in %j, and values that equal a default are omitted", (startSeconds, times) => {
  expect(ruleAfter(startSeconds)).toStrictEqual({ ...thresholds, ...times });
});

// A typical start: 284 s for the machine, an image of 11 GB at 5.6 GB in 101 s, and the weights copied as fast as they are read.
const typicalStart = (gib: number, expectedSeconds: number) => 284 + (11 / 5.6) * 101 + gib / 0.25 + expectedSeconds;

test.each([
  ["Qwen/Qwen2.5-0.5B-Instruct", "Standard_NC4as_T4_v3", 1, 360, undefined],
  ["Qwen/Qwen2.5-7B-Instruct", "Standard_NC24ads_A100_v4", 16, 540, undefined],
  ["Qwen/Qwen3-8B", "Standard_NC24ads_A100_v4", 16, 540, undefined],
  ["Qwen/Qwen3-32B", "Standard_NC48ads_A100_v4", 4, 1140, 24],
  ["meta-llama/Llama-3.3-70B-Instruct", "Standard_NC80adis_H100_v5", 4, 2100, 40],
  ["meta-llama/Llama-3.3-70B-Instruct", "Standard_NC96ads_A100_v4", 4, 2100, 40],
])("%s on %s with concurrency %d: a start of up to %d s requires %s min", (id, instanceType, concurrency, startSeconds, minutes) => {
  const model = modelFromTable(id)!;
  const { scaleRule, environmentVariables, reasons } = fitModel({ model, instanceType, maxModelLen: 4096, concurrency });
  expect(environmentVariables.VLLM_ENGINE_READY_TIMEOUT_S).toBe(String(startSeconds));
  const { scaleOutAbove: _out, scaleInBelow: _in, ...times } = scaleRule!;
  expect(times).toStrictEqual(minutes === undefined ? {} : { scaleInWindowMinutes: minutes, cooldownMinutes: minutes });
  const { cooldownMinutes, scaleInWindowMinutes } = completeRule(scaleRule!);
  const expected = Number(/ (\d+) s expected/.exec(reasons.join("\n"))?.[1]);
  const needed = typicalStart(model.weightBytes / 2 ** 30, expected);
  for (const time of [cooldownMinutes, scaleInWindowMinutes]) expect(60 * time).toBeGreaterThanOrEqual(Math.max(startSeconds, needed));
});

test("a score.py starts fast enough for the defaults", () => {
  const image = { repository: "moor/score", digest: `sha256:${"0".repeat(64)}` };
  const wish = { image, instanceType: "Standard_DS3_v2", region: "swedencentral", requestTimeout: 60, concurrencyPerInstance: 4 } as const;
  const outcome = decide("main", { pattern: "score", ...wish });
  if ("problems" in outcome) throw new Error(JSON.stringify(outcome.problems));
  expect(outcome.decision.scaleRule).toStrictEqual({ scaleOutAbove: 168, scaleInBelow: 67 });
  expect(outcome.decision.reasons.filter((reason) => reason.includes("Minutes"))).toEqual([]);
});

test.each([
  [540, []],
  [2100, ["scaleInWindowMinutes 40, cooldownMinutes 40: a new instance is ready within 40 min, 5 to allocate the machine and 35 to start"]],
])("the reason after a start of %d s: %j", (startSeconds, reasons) => {
  expect(scaleReasons(ruleAfter(startSeconds), startSeconds)).toEqual(reasons);
});

test("times are whole minutes within Azure's limits, and the cooldown is never shorter than the start", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60 * autoscaleLimits.cooldown.max }),
      fc.integer({ min: 1, max: 1024 }),
      fc.double({ min: 0.1, max: 180, noNaN: true }),
      (startSeconds, concurrency, answerSeconds) => {
        const rule = scaleRuleFor({ concurrency, answerSeconds, startSeconds });
        const { scaleOutWindowMinutes, scaleInWindowMinutes, cooldownMinutes } = completeRule(rule);
        const within = (value: number, { min, max }: { min: number; max: number }) =>
          Number.isInteger(value) && value >= min && value <= max;
        return (
          within(scaleOutWindowMinutes, autoscaleLimits.window) &&
          within(scaleInWindowMinutes, autoscaleLimits.window) &&
          within(cooldownMinutes, autoscaleLimits.cooldown) &&
          60 * cooldownMinutes >= startSeconds &&
          60 * Math.min(cooldownMinutes, autoscaleLimits.window.max) <= 60 * scaleInWindowMinutes
        );
      },
    ),
  );
});

test("no derived rule contains a value that equals its default", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 700_000 }), (startSeconds) => {
      const { scaleOutAbove: _out, scaleInBelow: _in, ...times } = ruleAfter(startSeconds);
      return Object.entries(times).every(([name, value]) => value > scaleDefaults[name as keyof typeof scaleDefaults]);
    }),
  );
});
