// Proves that explicit values are checked against the same inequalities as derived ones. The tests of the scoring proxy prove the effect on
// clients.
import { modelFromTable } from "../../../planner/fit/model";
import { type ExplicitSettings, reviewExplicitSettings } from "../../../planner/size/review";

const model = modelFromTable("Qwen/Qwen2.5-7B-Instruct")!;
const wish = { maxModelLen: 16_384, concurrency: 64, region: "swedencentral" };
const codesOf = (hand: ExplicitSettings) => reviewExplicitSettings(model, wish, hand).map(({ code }) => code);

test("each invalid setting of a public vLLM sample is reported with its own code and remedy", () => {
  const found = reviewExplicitSettings(model, wish, {
    instanceType: "Standard_D48a_v4",
    image: "vllm/vllm-openai:latest",
    maxNumSeqs: 16,
    requestSettings: { maxConcurrentRequestsPerInstance: 1, requestTimeout: 10 },
  });
  expect(found.map(({ code }) => code)).toEqual(["MOOR101", "MOOR201", "MOOR203", "MOOR204", "MOOR209"]);
  expect(new Set(found.map(({ remedy }) => remedy)).size).toBe(5);
  const messages = found.map(({ message }) => message);
  expect(messages[0]).toBe("Standard_D48a_v4 has 48 vCPUs and no GPU; vLLM's image requires a GPU.");
  expect(messages[1]).toContain("maxConcurrentRequestsPerInstance is 1; 64 concurrent requests are declared");
  expect(messages[2]).toContain("--max-num-seqs is 16; 64 concurrent requests are declared");
  expect(messages[3]).toMatch(/^requestTimeout is 10 s; an answer of 1024 tokens takes up to \d+ s at a concurrency of 64\.$/);
  expect(messages[4]).toBe("The image vllm/vllm-openai:latest is not referenced by digest.");
});

test("no explicit settings, or the derived values as explicit settings, are valid", () => {
  expect(codesOf({})).toEqual([]);
  const image = `moor/vllm@sha256:${"a".repeat(64)}`;
  expect(codesOf({ instanceType: "Standard_NC24ads_A100_v4", image, maxNumSeqs: 64, requestSettings: { requestTimeout: 180 } })).toEqual(
    [],
  );
});

test.each<[string, ExplicitSettings, string]>([
  ["more admitted requests than the cache has capacity for", { requestSettings: { maxConcurrentRequestsPerInstance: 100 } }, "MOOR202"],
  ["a timeout above Azure's limit", { requestSettings: { requestTimeout: 300 } }, "MOOR205"],
  ["Azure's default liveness", { probes: { liveness: { initialDelay: 10, period: 10, failureThreshold: 30 } } }, "MOOR206"],
  ["Azure's default readiness", { probes: { readiness: { initialDelay: 10, period: 10, failureThreshold: 30 } } }, "MOOR207"],
  ["a fraction of a second", { probes: { liveness: { timeout: 0.5 } } }, "MOOR208"],
  ["a flag that was removed", { flags: ["--swap-space", "4"] }, "MOOR211"],
  ["a rule that flaps", { scaleRule: { scaleOutAbove: 10, scaleInBelow: 8 } }, "MOOR212"],
  ["steps smaller than the sequences", { maxNumBatchedTokens: 32 }, "MOOR213"],
  ["a vLLM timeout below the start time", { environmentVariables: { VLLM_ENGINE_READY_TIMEOUT_S: "60" } }, "MOOR214"],
  ["a cooldown below the start time", { scaleRule: { cooldownMinutes: 5 } }, "MOOR217"],
  ["a size that is too small", { instanceType: "Standard_NV36ads_A10_v5" }, "MOOR110"],
])("%s: reported as a problem", (_, hand, code) => {
  expect(codesOf(hand)).toContain(code);
});

test("more instances than the endpoint's connections allow", () => {
  const found = reviewExplicitSettings(model, { ...wish, maxInstances: 10 }, { instanceType: "Standard_NC24ads_A100_v4" });
  expect(found.map(({ code }) => code)).toContain("MOOR210");
});
