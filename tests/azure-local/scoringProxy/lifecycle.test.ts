// Does not prove how long a model takes to load in Azure: the figures are from public logs of other machines.
import * as fc from "fast-check";
import { lifecycleOf } from "../../../azure-local/scoringProxy/lifecycle";
import { startUpSeconds } from "../../../azure-local/scoringProxy/start";
import { probesFor } from "../../../planner/serving/start";
import { probe } from "./support";

const seconds = (most: number) => fc.integer({ min: 1, max: most });
const anyProbe = fc
  .record({ initialDelay: seconds(900), period: seconds(60), failureThreshold: seconds(100) })
  .map((one) => ({ ...probe, ...one }));

/** The same by brute force: a ticking clock and two probes. */
function play(startUp: number, liveness: typeof probe, readiness: typeof probe): object {
  let failures = 0;
  for (let now = 0; ; now++) {
    const probes = (one: typeof probe) => now >= one.initialDelay && (now - one.initialDelay) % one.period === 0;
    if (now >= startUp) {
      if (probes(readiness)) return { readyAfter: now };
    } else if (probes(liveness) && ++failures === liveness.failureThreshold) {
      return { killedAfter: now };
    }
  }
}

test("the computed life of a container is the same as the simulated one", () => {
  fc.assert(
    fc.property(seconds(2000), anyProbe, anyProbe, (startUp, liveness, readiness) => {
      expect(lifecycleOf({ startUp, liveness, readiness })).toEqual(play(startUp, liveness, readiness));
    }),
  );
});

test("a start that takes as long as Moor allows is not restarted by Moor's probes, and is ready within a period", () => {
  fc.assert(
    fc.property(seconds(7200), (allowed) => {
      const { liveness, readiness } = probesFor(allowed);
      const life = lifecycleOf({ startUp: allowed, liveness: { ...probe, ...liveness }, readiness: { ...probe, ...readiness } });
      expect(life.killedAfter).toBeUndefined();
      expect(life.readyAfter! - allowed).toBeLessThan(Math.max(readiness.initialDelay, readiness.period));
    }),
  );
});

test("with Azure's default probes a 32B model from Hugging Face is restarted during each download", () => {
  const startUp = startUpSeconds({ pattern: "vllm", model: "Qwen/Qwen2.5-32B-Instruct", fromHub: true });
  expect(lifecycleOf({ startUp, liveness: probe, readiness: probe })).toEqual({ killedAfter: 300 });
});

test.each([
  ["Qwen/Qwen2.5-7B-Instruct", false, 74],
  ["Qwen/Qwen2.5-32B-Instruct", true, 617],
  ["Qwen/Qwen2.5-32B-Instruct-AWQ", false, 80],
  ["Qwen/Qwen3-30B-A3B-FP8", false, 90],
  ["Qwen/Qwen2.5-0.5B-Instruct", false, 61],
  ["microsoft/phi-4", false, 60],
  [`dev-microsoft-phi-4-${"c".repeat(40)}-1234567b`, false, 60],
])("%s, from the Hub %s, starts in %d s", (model, fromHub, expected) => {
  expect(startUpSeconds({ pattern: "vllm", model, fromHub })).toBe(expected);
});

test("a script starts in five seconds", () => {
  expect(startUpSeconds({ pattern: "score", fromHub: false })).toBe(5);
});
