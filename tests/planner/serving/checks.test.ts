// Proves that each inequality can be violated independently, with its code and numbers, and that flags are checked against vLLM's table. Does
// not prove that the inequalities are sufficient.
import { vllmFlag } from "../../../facts/vllm";
import { modelFromTable } from "../../../planner/fit/model";
import { flagProblem, type ServingSettings, servingChecks, servingProblems } from "../../../planner/serving/checks";
import { parsersOf } from "../../../planner/serving/parsers";
import { evaluateMachine } from "../../../planner/size/candidate";
import { isProblem, machineOf } from "../../../planner/size/machine";

const machine = machineOf("Standard_NC24ads_A100_v4");
if (isProblem(machine)) throw new Error(machine.message);
const { contract } = evaluateMachine(modelFromTable("Qwen/Qwen2.5-7B-Instruct")!, machine, { maxModelLen: 16_384, concurrency: 64 });
const { settings, basis } = contract!;
const pinned = `repository@sha256:${"0".repeat(64)}`;
const brokenBy = (changes: Partial<ServingSettings>, basisChanges = {}) =>
  servingProblems({ ...settings, image: pinned, ...changes }, { ...basis, ...basisChanges }).map(({ code }) => code);

test("there are sixteen inequalities with different codes, and the derived settings satisfy all of them", () => {
  const checks = servingChecks({ ...settings, image: pinned }, basis);
  expect(checks).toHaveLength(16);
  expect(new Set(checks.map(({ code }) => code)).size).toBe(16);
  expect(new Set(checks.map(({ name }) => name)).size).toBe(16);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
});

test.each<[string, Partial<ServingSettings>, object]>([
  ["MOOR201", { requestSettings: { ...settings.requestSettings, maxConcurrentRequestsPerInstance: 63 } }, {}],
  ["MOOR202", { requestSettings: { ...settings.requestSettings, maxConcurrentRequestsPerInstance: 66 } }, {}],
  ["MOOR203", { maxNumSeqs: 63 }, {}],
  ["MOOR204", { requestSettings: { ...settings.requestSettings, requestTimeout: 10 } }, {}],
  ["MOOR205", { requestSettings: { ...settings.requestSettings, requestTimeout: 181 } }, {}],
  [
    "MOOR206",
    { probes: { ...settings.probes, liveness: { ...settings.probes.liveness, initialDelay: 239 } } },
    { start: { ...basis.start, allowedSeconds: 540 } },
  ],
  ["MOOR207", { probes: { ...settings.probes, readiness: { ...settings.probes.readiness, failureThreshold: 50 } } }, {}],
  ["MOOR208", { probes: { ...settings.probes, readiness: { ...settings.probes.readiness, timeout: 0 } } }, {}],
  ["MOOR209", { image: "repository:latest" }, {}],
  ["MOOR210", {}, { maxInstances: 8 }],
  ["MOOR211", { flags: ["--no-such-flag"] }, {}],
  ["MOOR212", { scaleRule: { scaleOutAbove: 10, scaleInBelow: 6 } }, {}],
  ["MOOR213", { maxNumBatchedTokens: 63 }, {}],
  ["MOOR214", { environmentVariables: { VLLM_ENGINE_READY_TIMEOUT_S: "539" } }, {}],
  ["MOOR217", { scaleRule: { ...settings.scaleRule, cooldownMinutes: 8 } }, {}],
])("%s is violated independently", (code, changes, basisChanges) => {
  expect(brokenBy(changes, basisChanges)).toEqual([code]);
});

test("without the variable, vLLM waits 600 s, and a longer start is a problem", () => {
  expect(brokenBy({ environmentVariables: {} })).toEqual([]);
  const start = { ...basis.start, allowedSeconds: 660 };
  expect(brokenBy({ environmentVariables: {} }, { start })).toEqual(["MOOR214"]);
});

test.each([
  [900, undefined, []],
  [901, undefined, ["MOOR217"]],
  [2100, undefined, ["MOOR217"]],
  [2100, 34, ["MOOR217"]],
  [2100, 35, []],
  [2100, 40, []],
])("a start of %d s with a cooldown of %s min: %j", (allowedSeconds, cooldownMinutes, expected) => {
  const scaleRule = { ...settings.scaleRule, ...(cooldownMinutes === undefined ? {} : { cooldownMinutes }) };
  const checks = servingChecks({ ...settings, scaleRule }, { ...basis, start: { ...basis.start, allowedSeconds } });
  expect(checks.filter(({ code, ok }) => code === "MOOR217" && !ok).map(({ code }) => code)).toEqual(expected);
});

test("the problem of a cooldown that is too short contains the start time and the allowed values", () => {
  const start = { ...basis.start, allowedSeconds: 2100 };
  const found = servingProblems(settings, { ...basis, start }).find(({ code }) => code === "MOOR217");
  expect(found).toEqual({
    code: "MOOR217",
    message: "cooldownMinutes is 15; startup can take 2100 s, so Azure would scale out again for the same load.",
    remedy:
      "Set cooldownMinutes to at least the startup time, or omit it. Until a new instance is ready, the existing instances handle the load.",
    allowed: "35 to 10080",
  });
});

test("a message contains the numbers of the case", () => {
  const [problem] = servingProblems({ ...settings, maxNumSeqs: 16 }, basis);
  expect(problem).toEqual({
    code: "MOOR203",
    message: "--max-num-seqs is 16; 64 concurrent requests are declared per instance.",
    remedy: "Set it to at least maxConcurrentRequestsPerInstance, or omit it.",
    allowed: "64 or more",
  });
});

test.each([
  [["--max-model-len", "100", "--enforce-eager"], undefined],
  [["-tp", "2"], undefined],
  [["--swap-space", "4"], "vLLM has no flag --swap-space."],
  [["--disable-log-requests"], "vLLM has no flag --disable-log-requests."],
  [["--max-model-len"], "--max-model-len has no value."],
  [["--max-model-len", "--enforce-eager"], "--max-model-len has no value."],
  [["--kv-cache-dtype", "fp9"], expect.stringContaining("--kv-cache-dtype can't be fp9; vLLM supports auto, ")],
  [["--tool-call-parser", "unknown"], expect.stringContaining("--tool-call-parser can't be unknown")],
  [["--reasoning-parser", "hermes"], expect.stringContaining("--reasoning-parser can't be hermes")],
])("flags %j: %s", (flags, problem) => {
  expect(flagProblem(flags)).toEqual(problem);
});

test("vLLM supports every flag of the derived settings", () => {
  const names = settings.flags.filter((word) => word.startsWith("--"));
  expect(names).toHaveLength(10);
  expect(names.filter((name) => !vllmFlag(name))).toEqual([]);
});

test.each([
  ["Qwen/Qwen3-Coder-480B-A35B-Instruct", { toolCall: "qwen3_coder", reasoning: undefined }],
  ["Qwen/Qwen3-32B", { toolCall: "hermes", reasoning: "qwen3" }],
  ["Qwen/Qwen3.8-27B", { toolCall: "qwen3_coder", reasoning: "qwen3" }],
  ["deepseek-ai/DeepSeek-R1-Distill-Qwen-14B", { toolCall: undefined, reasoning: "deepseek_r1" }],
  ["openai/gpt-oss-120b", { toolCall: "openai", reasoning: "openai_gptoss" }],
  ["mistralai/Mixtral-8x7B-v0.1", { toolCall: undefined, reasoning: undefined }],
])("the parsers of %s are those of its family", (id, parsers) => {
  expect(parsersOf(id)).toEqual(parsers);
});
