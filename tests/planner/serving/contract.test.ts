// Proves the numbers of one derived contract and how they move with the load. Does not prove that a client meets them: the front door's
// tests do.
import { modelFromTable } from "../../../planner/fit/model";
import { tryMachine, type Wish } from "../../../planner/size/candidate";
import { isRefusal, machineOf } from "../../../planner/size/machine";

const contractFor = (wish: Wish, instanceType = "Standard_NC24ads_A100_v4", id = "Qwen/Qwen2.5-7B-Instruct") => {
  const machine = machineOf(instanceType);
  if (isRefusal(machine)) throw new Error(machine.message);
  return tryMachine(modelFromTable(id)!, machine, wish).contract!;
};
const full = contractFor({ maxModelLen: 16_384, concurrency: 64 });

test("the timeout is a quarter more than an answer takes, in tens, from 30 to 180 s", () => {
  expect(full.speed.answerSeconds).toBeGreaterThan(144);
  expect(full.settings.requestSettings.requestTimeout).toBe(180);
  expect(contractFor({ maxModelLen: 1024, concurrency: 1, outputTokens: 16 }).settings.requestSettings.requestTimeout).toBe(30);
  const middle = contractFor({ maxModelLen: 4096, concurrency: 64 });
  expect(middle.settings.requestSettings.requestTimeout).toBe(Math.ceil((1.25 * middle.speed.answerSeconds) / 10) * 10);
});

test("max_tokens that clients are told arrives within the timeout, one more does not", () => {
  const { client, speed, settings } = full;
  const seconds = (tokens: number) => speed.firstTokenSeconds + tokens * speed.perTokenSeconds;
  expect(seconds(client.maxTokens)).toBeLessThanOrEqual(settings.requestSettings.requestTimeout);
  expect(seconds(client.maxTokens + 1)).toBeGreaterThan(settings.requestSettings.requestTimeout);
  expect(client).toMatchObject({ timeoutSeconds: 190, retryOn: [408, 424, 429] });
});

test("the scale rule asks for an instance at 70 % of what one answers in a minute", () => {
  const aMinute = (60 * 64) / full.speed.answerSeconds;
  expect(full.settings.scaleRule.scaleOutAbove).toBe(Math.floor(0.7 * aMinute));
  expect(full.settings.scaleRule.scaleInBelow).toBe(Math.floor(0.4 * full.settings.scaleRule.scaleOutAbove));
});

test("vLLM waits as long for its engine as the probes do", () => {
  expect(full.settings.environmentVariables).toEqual({ VLLM_ENGINE_READY_TIMEOUT_S: String(full.start.allowedSeconds) });
});

test("a cache format, eager mode and a name for clients become flags", () => {
  const { flags } = contractFor({ kvCacheDtype: "fp8", enforceEager: true, servedModelName: "chat" }, "Standard_NC40ads_H100_v5").settings;
  expect(flags.slice(0, 2)).toEqual(["--served-model-name", "chat"]);
  expect(flags[flags.indexOf("--kv-cache-dtype") + 1]).toBe("fp8");
  expect(flags).toContain("--enforce-eager");
});

test("without a declared load it is for what the cache holds and Azure's limit allows", () => {
  const { settings, basis } = contractFor({ maxModelLen: 16_384 });
  expect(settings.maxNumSeqs).toBe(settings.requestSettings.maxConcurrentRequestsPerInstance);
  expect(settings.maxNumSeqs).toBe(64);
  expect(settings.maxNumSeqs).toBeLessThanOrEqual(Math.floor(basis.estimate.safeConcurrency));
  const slow = contractFor({ maxModelLen: 16_384 }, "Standard_NC64as_T4_v3");
  expect(slow.settings.maxNumSeqs).toBeLessThan(Math.floor(slow.basis.estimate.safeConcurrency));
  expect(slow.speed.answerSeconds).toBeLessThanOrEqual(180);
});
