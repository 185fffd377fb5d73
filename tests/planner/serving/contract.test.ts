// Proves the numbers of one set of derived settings and how they change with the load. The tests of the scoring proxy prove that clients can
// rely on them.
import { modelFromTable } from "../../../planner/fit/model";
import { evaluateMachine, type MachineRequirements } from "../../../planner/size/candidate";
import { isProblem, machineOf } from "../../../planner/size/machine";

const contractFor = (wish: MachineRequirements, instanceType = "Standard_NC24ads_A100_v4", id = "Qwen/Qwen2.5-7B-Instruct") => {
  const machine = machineOf(instanceType);
  if (isProblem(machine)) throw new Error(machine.message);
  return evaluateMachine(modelFromTable(id)!, machine, wish).contract!;
};
const full = contractFor({ maxModelLen: 16_384, concurrency: 64 });

test("the timeout is a quarter longer than an answer takes, in multiples of ten, from 30 to 180 s", () => {
  expect(full.speed.answerSeconds).toBeGreaterThan(144);
  expect(full.settings.requestSettings.requestTimeout).toBe(180);
  expect(contractFor({ maxModelLen: 1024, concurrency: 1, outputTokens: 16 }).settings.requestSettings.requestTimeout).toBe(30);
  const middle = contractFor({ maxModelLen: 4096, concurrency: 64 });
  expect(middle.settings.requestSettings.requestTimeout).toBe(Math.ceil((1.25 * middle.speed.answerSeconds) / 10) * 10);
});

test("an answer of max_tokens arrives within the timeout, and an answer with one more token doesn't", () => {
  const { client, speed, settings } = full;
  const seconds = (tokens: number) => speed.firstTokenSeconds + tokens * speed.perTokenSeconds;
  const maxTokens = client.maxTokens!;
  expect(seconds(maxTokens)).toBeLessThanOrEqual(settings.requestSettings.requestTimeout);
  expect(seconds(maxTokens + 1)).toBeGreaterThan(settings.requestSettings.requestTimeout);
  expect(client).toMatchObject({ timeoutSeconds: 190, retryOn: [408, 424, 429] });
});

test("the scale rule adds an instance at 70% of the requests that an instance answers per minute", () => {
  const aMinute = (60 * 64) / full.speed.answerSeconds;
  expect(full.settings.scaleRule.scaleOutAbove).toBe(Math.floor(0.7 * aMinute));
  expect(full.settings.scaleRule.scaleInBelow).toBe(Math.floor(0.4 * full.settings.scaleRule.scaleOutAbove));
});

test("vLLM waits for its engine as long as the probes", () => {
  expect(full.settings.environmentVariables).toEqual({ VLLM_ENGINE_READY_TIMEOUT_S: String(full.start.allowedSeconds) });
});

test("the cache format, eager mode and the served model name become flags", () => {
  const { flags } = contractFor({ kvCacheDtype: "fp8", enforceEager: true, servedModelName: "chat" }, "Standard_NC40ads_H100_v5").settings;
  expect(flags.slice(0, 2)).toEqual(["--served-model-name", "chat"]);
  expect(flags[flags.indexOf("--kv-cache-dtype") + 1]).toBe("fp8");
  expect(flags).toContain("--enforce-eager");
});

test("without a declared load, the settings are for the concurrency that fits the cache and Azure's limit", () => {
  const { settings, basis } = contractFor({ maxModelLen: 16_384 });
  expect(settings.maxNumSeqs).toBe(settings.requestSettings.maxConcurrentRequestsPerInstance);
  expect(settings.maxNumSeqs).toBe(64);
  expect(settings.maxNumSeqs).toBeLessThanOrEqual(Math.floor(basis.estimate.safeConcurrency));
  const slow = contractFor({ maxModelLen: 16_384 }, "Standard_NC64as_T4_v3");
  expect(slow.settings.maxNumSeqs).toBeLessThan(Math.floor(slow.basis.estimate.safeConcurrency));
  expect(slow.speed.answerSeconds).toBeLessThanOrEqual(180);
});
