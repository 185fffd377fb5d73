/** Proves the decisions for given requirements. The estimates of memory and speed are tested in tests/planner/fit and tests/planner/serving. */
import { vllmFlag } from "../../facts/vllm";
import { decide, type Requirements, type ScoreRequirements, type VllmRequirements } from "../../planner/decide";
import type { ModelDecision } from "../../planner/decision";
import { reservedFlags } from "../../planner/explicitFlags";
import { modelFromTable } from "../../planner/fit/model";
import { physicalName } from "../../planner/names";
import { probeSeconds } from "../../planner/serving/start";
import type { WeightsChoice } from "../../planner/weights";

const image = { repository: "moor/vllm", digest: `sha256:${"ab".repeat(32)}` };
const revision = "b968826d9c46dd6066d109eabc6255188de91218";

const vllmWish: VllmRequirements = {
  ...{ pattern: "vllm", image, size: "Standard_NC48ads_A100_v4", region: "swedencentral" },
  weights: { source: "mirror", revision },
  model: modelFromTable("Qwen/Qwen3-8B")!,
  contextTokens: 16384,
  concurrencyPerInstance: 32,
  maxInstances: 2,
  servedName: "chat",
  flags: {},
};

const scoreWish: ScoreRequirements = {
  ...{ pattern: "score", image, instanceType: "Standard_DS3_v2", region: "swedencentral" },
  requestTimeout: 60,
  concurrencyPerInstance: 4,
};

function decided(wish: Requirements) {
  const outcome = decide("main", wish);
  if ("problems" in outcome) throw new Error(JSON.stringify(outcome.problems));
  return outcome.decision;
}

function refused(changes: Partial<VllmRequirements>): string[] {
  const outcome = decide("main", { ...vllmWish, ...changes });
  return "problems" in outcome ? outcome.problems.map(({ code, message }) => `${code} ${message}`) : [];
}

test("a model with staged weights starts offline, on all GPUs of its size, with vLLM's routes", () => {
  const { reasons, name, ...values } = decided(vllmWish);
  expect(values).toEqual({
    pattern: "vllm",
    instanceType: "Standard_NC48ads_A100_v4",
    image,
    routes: { port: 8000, liveness: "/health", readiness: "/health", scoring: "/" },
    model: { id: "Qwen/Qwen3-8B", revision, source: "mirror", path: `models/Qwen--Qwen3-8B/${revision}`, staged: false },
    tensorParallelSize: 2,
    flags: [
      ...["--served-model-name", "chat", "--tensor-parallel-size", "2", "--max-model-len", "16384", "--max-num-seqs", "32"],
      ...["--max-num-batched-tokens", "2048", "--gpu-memory-utilization", "0.92", "--shutdown-timeout", "60"],
      ...["--disable-access-log-for-endpoints", "/health,/metrics,/ping", "--enable-auto-tool-choice", "--tool-call-parser", "hermes"],
      ...["--reasoning-parser", "qwen3"],
    ],
    environmentVariables: {
      VLLM_NO_USAGE_STATS: "1",
      DO_NOT_TRACK: "1",
      VLLM_ENGINE_READY_TIMEOUT_S: "540",
      HF_HUB_OFFLINE: "1",
      TRANSFORMERS_OFFLINE: "1",
    },
    probes: {
      liveness: { initialDelay: 540, period: 10, timeout: 5, failureThreshold: 30 },
      readiness: { initialDelay: 30, period: 10, timeout: 5, failureThreshold: 84 },
    },
    requestSettings: { requestTimeout: 90, maxConcurrentRequestsPerInstance: 32 },
    scaleRule: { scaleOutAbove: 19, scaleInBelow: 7 },
    clients: { maxTokens: 1548, timeoutSeconds: 100, retryOn: [408, 424, 429] },
    usdPerHour: 9.55,
  });
  expect(name).toBe(physicalName("main", values));
  expect(reasons[0]).toBe("size: set in the stack file; the load fits");
  expect(reasons).toContain("Standard_NC48ads_A100_v4, tensor parallel size 2, 9.55 USD per hour (list price)");
});

test("size auto chooses the cheapest size of the region that fits the load", () => {
  const { instanceType, usdPerHour, reasons } = decided({ ...vllmWish, size: "auto", concurrencyPerInstance: 16 });
  expect({ instanceType, usdPerHour }).toEqual({ instanceType: "Standard_NC24ads_A100_v4", usdPerHour: 4.775 });
  expect(reasons[0]).toMatch(
    /^size: the cheapest in swedencentral that fits the load; \d more expensive sizes also fit, the cheapest of them Standard_NC40ads_H100_v5$/,
  );
});

test("a load that fits no size is a problem that names the closest size", () => {
  const found = refused({ size: "auto", concurrencyPerInstance: 1024 });
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/^MOOR118 None of the \d+ sizes in swedencentral fits Qwen\/Qwen3-8B with this load\. Closest: On Standard_/);
});

test("a model from the Hub is downloaded at its commit and is not offline", () => {
  const { flags, model, environmentVariables } = decided({ ...vllmWish, weights: { source: "hub", revision } });
  expect(flags?.slice(-4)).toEqual(["--revision", revision, "--tokenizer-revision", revision]);
  expect(model).toEqual({ id: "Qwen/Qwen3-8B", revision, source: "hub" });
  expect(environmentVariables).not.toHaveProperty("HF_HUB_OFFLINE");
});

test("a score.py has the inference server's routes, a worker for each concurrent request, and no flags", () => {
  const decision = decided(scoreWish);
  expect(decision.routes).toEqual({ port: 5001, liveness: "/", readiness: "/", scoring: "/score" });
  expect(decision.environmentVariables).toEqual({ WORKER_COUNT: "4" });
  expect(decision.requestSettings).toEqual({ requestTimeout: 60, maxConcurrentRequestsPerInstance: 4 });
  expect(decision.scaleRule).toEqual({ scaleOutAbove: 168, scaleInBelow: 67 });
  expect(decision.clients).toEqual({ timeoutSeconds: 70, retryOn: [408, 424, 429] });
  expect(decision.usdPerHour).toBe(0.272);
  for (const key of ["flags", "tensorParallelSize"]) expect(decision).not.toHaveProperty(key);
});

test("explicit flags replace derived ones, and switches have vLLM's two forms", () => {
  const flags = { "max-num-seqs": 48, "enable-prefix-caching": false, dtype: "half", "enable-auto-tool-choice": false };
  const decision = decided({ ...vllmWish, flags });
  const text = decision.flags!.join(" ");
  expect(text).toContain("--max-model-len 16384 --max-num-seqs 48 --max-num-batched-tokens");
  expect(text).toContain("/ping --no-enable-auto-tool-choice --tool-call-parser");
  expect(text).toMatch(/ --no-enable-prefix-caching --dtype half$/);
  expect(decision.reasons.at(-1)).toBe(
    "set in the stack file and checked: --max-num-seqs, --enable-prefix-caching, --dtype, --enable-auto-tool-choice",
  );
});

test("weights that vLLM converts to 8 bits halve the price of a 70B model", () => {
  const model = modelFromTable("meta-llama/Llama-3.3-70B-Instruct")!;
  const wish = { ...vllmWish, model, size: "auto", concurrencyPerInstance: 4, contextTokens: 8192 } as const;
  const [plain, converted] = [decided(wish), decided({ ...wish, flags: { quantization: "fp8" } })];
  expect([plain.instanceType, converted.instanceType]).toEqual(["Standard_NC80adis_H100_v5", "Standard_NC40ads_H100_v5"]);
  expect(converted.usdPerHour! * 2).toBeCloseTo(plain.usdPerHour!, 2);
  expect(converted.flags!.join(" ")).toContain("--quantization fp8");
  expect(converted.reasons.at(-1)).toBe("set in the stack file and checked: --quantization");
});

test("a server that is split into a pipeline uses the GPUs of both stages", () => {
  const flags = decided({ ...vllmWish, flags: { "pipeline-parallel-size": 2 } }).flags!.join(" ");
  expect(flags).toContain("--tensor-parallel-size 1 ");
  expect(flags).toContain("--pipeline-parallel-size 2");
});

test("an explicit timeout is kept if an answer arrives within it", () => {
  expect(decided({ ...vllmWish, requestTimeout: 170 }).requestSettings.requestTimeout).toBe(170);
});

test.each<[string, Partial<VllmRequirements>, RegExp]>([
  ["fewer sequences than declared", { flags: { "max-num-seqs": 16 } }, /^MOOR203 --max-num-seqs is 16; 32 concurrent requests/],
  [
    "more sequences than Azure admits",
    { flags: { "max-num-seqs": 65 } },
    /^MOOR216 --max-num-seqs is 65; Azure admits 2 × 32 requests to an instance with a declared concurrency of 32, and rejects further requests with status 429\.$/,
  ],
  [
    "less context than declared",
    { flags: { "max-model-len": 8192 } },
    /^MOOR215 --max-model-len is 8192; the declared context is 16384 tokens/,
  ],
  ["a context in words", { flags: { "max-model-len": "auto" } }, /^MOOR119 --max-model-len is "auto"; it must be a whole number/],
  ["a step smaller than the sequences", { flags: { "max-num-batched-tokens": 8 } }, /^MOOR213 --max-num-batched-tokens is 8/],
  [
    "memory beyond the GPU's",
    { flags: { "gpu-memory-utilization": 1.5 } },
    /^MOOR119 --gpu-memory-utilization is 1.5; it must be greater than 0 and at most 1/,
  ],
  ["a split over more GPUs", { flags: { "tensor-parallel-size": 4 } }, /^MOOR107 Standard_NC48ads_A100_v4 has 2 GPUs/],
  ["an 8-bit cache on an A100", { flags: { "kv-cache-dtype": "fp8" } }, /^MOOR113 /],
  ["a flag that vLLM doesn't have", { flags: { "swap-space": 4 } }, /^MOOR211 vLLM has no flag --swap-space/],
  ["a parser that vLLM doesn't have", { flags: { "tool-call-parser": "hermess" } }, /^MOOR211 --tool-call-parser can't be hermess/],
  [
    "more GPUs than the size has",
    { flags: { "pipeline-parallel-size": 2, "tensor-parallel-size": 2 } },
    /^MOOR107 Standard_NC48ads_A100_v4 has 2 GPUs; the tensor parallel size is 2, the pipeline parallel size is 2\.$/,
  ],
  [
    "a conversion that contradicts the checkpoint",
    { flags: { quantization: "fp8" }, model: modelFromTable("Qwen/Qwen3-14B-AWQ")! },
    /^MOOR140 --quantization fp8 and Qwen\/Qwen3-14B-AWQ contradict each other: the checkpoint is already quantized \(awq\)/,
  ],
  [
    "a draft model whose dimensions are unknown",
    { flags: { "spec-model": "a/b", "spec-tokens": 4 } },
    /^MOOR142 The memory of speculative decoding is not known: the dimensions of the draft model a\/b are not known\.$/,
  ],
  [
    "a flag that changes memory in an unknown way",
    { flags: { "decode-context-parallel-size": 2 } },
    /^MOOR143 --decode-context-parallel-size 2 changes memory in a way that the estimate doesn't include\. Set tensor-parallel-size/,
  ],
  [
    "a number format that the GPU doesn't support",
    {
      flags: { dtype: "bfloat16" },
      size: "Standard_NC4as_T4_v3",
      model: modelFromTable("Qwen/Qwen2.5-0.5B-Instruct")!,
      concurrencyPerInstance: 4,
    },
    /^MOOR106 --dtype bfloat16 requires compute capability 8\.0; Standard_NC4as_T4_v3 has 7\.5/,
  ],
  ["a timeout shorter than an answer", { requestTimeout: 10 }, /^MOOR204 requestTimeout is 10 s; an answer of 1024 tokens/],
  ["a size without a GPU", { size: "Standard_DS3_v2" }, /^MOOR101 /],
  ["a fraction of a GPU", { size: "Standard_NV12ads_A10_v5" }, /^MOOR105 /],
  ["more connections than an endpoint has", { maxInstances: 20 }, /^MOOR210 32 concurrent requests on each of 20 instances require 640/],
  ["a model that can't be planned", { model: modelFromTable("deepseek-ai/DeepSeek-V4-Flash")! }, /^MOOR115 /],
])("%s is a problem whose message has the numbers", (_, changes, message) => {
  expect(refused(changes)).toEqual([expect.stringMatching(message)]);
});

test("an explicit context that exceeds the cache at the declared concurrency is reported, with the other inequalities that it violates", () => {
  const found = refused({ flags: { "max-model-len": 40960 }, size: "Standard_NC24ads_A100_v4" });
  expect(found[0]).toMatch(/^MOOR110 .* has capacity for \d+ requests of 40960 tokens; 32 are declared/);
  expect(found.map((text) => text.slice(0, 7))).toEqual(["MOOR110", "MOOR202", "MOOR204"]);
});

test("explicit sequences that leave too little memory are reported", () => {
  const found = refused({ flags: { "max-num-seqs": 8192, "max-num-batched-tokens": 16384 } });
  expect(found).toEqual([expect.stringMatching(/^MOOR216 /), expect.stringMatching(/^MOOR1(08|09|10) /)]);
});

test("several errors in explicit settings are reported together", () => {
  const found = refused({ size: "Standard_DS3_v2", requestTimeout: 10, flags: { "max-num-seqs": 16, "swap-space": 4 } });
  expect(found.map((text) => text.slice(0, 7))).toEqual(["MOOR101", "MOOR203", "MOOR204", "MOOR211"]);
});

test("vLLM supports every flag that only Moor sets", () => {
  expect(reservedFlags.filter((flag) => vllmFlag(`--${flag}`) === undefined)).toEqual([]);
});

test.each<[string, WeightsChoice, ModelDecision]>([
  [
    "the workspace",
    { source: "workspace", name: "chat-tuned", version: "3" },
    { id: "Qwen/Qwen3-8B", source: "workspace", name: "chat-tuned", version: "3" },
  ],
  [
    "a registry",
    { source: "catalogue", registry: "azureml", name: "Qwen3-8B", version: "12" },
    { id: "Qwen/Qwen3-8B", source: "catalogue", registry: "azureml", name: "Qwen3-8B", version: "12" },
  ],
])("a registered model of %s starts offline, with the flags and probes of staged weights and without a commit", (_, weights, expected) => {
  const { model, name, ...others } = decided({ ...vllmWish, weights });
  const { model: _model, name: mirrored, ...same } = decided(vllmWish);
  expect(model).toEqual(expected);
  expect(others).toEqual(same);
  expect(name).not.toBe(mirrored);
});

test.each(["mirror", "hub"] as const)("both probes and vLLM's own timeout cover the start with source %s", (source) => {
  const { probes, environmentVariables } = decided({ ...vllmWish, weights: { source, revision } });
  const start = Number(environmentVariables.VLLM_ENGINE_READY_TIMEOUT_S);
  expect(start).toBe(source === "hub" ? 900 : 540);
  expect(probeSeconds(probes.liveness)).toBeGreaterThanOrEqual(start);
  expect(probeSeconds(probes.readiness)).toBeGreaterThanOrEqual(start);
});

test("scale rules don't flap: scaleInBelow is at most half of scaleOutAbove, for any concurrency", () => {
  const rules = [1, 2, 3, 8, 32].flatMap((concurrencyPerInstance) => [
    decided({ ...vllmWish, concurrencyPerInstance }).scaleRule,
    decided({ ...scoreWish, concurrencyPerInstance }).scaleRule,
  ]);
  expect(rules.filter(({ scaleInBelow, scaleOutAbove }) => scaleInBelow * 2 > scaleOutAbove)).toEqual([]);
});

test("client settings follow an explicit timeout, with the longest answer that arrives within it", () => {
  const derived = decided(vllmWish);
  const byHand = decided({ ...vllmWish, requestTimeout: 170 });
  const reasonFor = ({ clients }: typeof derived) =>
    `clients: max_tokens at most ${clients!.maxTokens}, timeout ${clients!.timeoutSeconds} s, `;
  expect(byHand.clients).toMatchObject({ timeoutSeconds: 180, maxTokens: 3479 });
  for (const one of [derived, byHand]) expect(one.reasons.filter((reason) => reason.startsWith(reasonFor(one)))).toHaveLength(1);
});

test("an image that is built is as pinned as one with a digest, and its digest is not part of the name", () => {
  const built = { repository: "moor/vllm", inputs: `sha256:${"cd".repeat(32)}` };
  for (const wish of [vllmWish, scoreWish]) {
    const decision = decided({ ...wish, image: built });
    expect(decision.image).toEqual(built);
    const pushed = { ...built, digest: `sha256:${"ef".repeat(32)}` };
    expect(decided({ ...wish, image: pushed }).name).toBe(decision.name);
    expect(decided({ ...wish, image: { ...built, inputs: pushed.digest } }).name).not.toBe(decision.name);
    expect(decided({ ...wish, image: { repository: built.repository, digest: built.inputs } }).name).not.toBe(decision.name);
  }
});

test("a registered model is part of the recipe of a score.py, and its absence changes no name", () => {
  const registeredModel = { name: "fraud", version: "3" };
  const decision = decided({ ...scoreWish, registeredModel });
  expect(decision.registeredModel).toEqual(registeredModel);
  expect(decision.name).not.toBe(decided(scoreWish).name);
  expect(decided(scoreWish)).not.toHaveProperty("registeredModel");
});
