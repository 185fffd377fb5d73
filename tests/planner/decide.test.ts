/** Decisions from explicit wishes. Doesn't prove that a model fits its GPUs; that is the business of planner/fit. */
import { vllmFlag } from "../../facts/vllm";
import { decide, ownedFlags, type ScoreWish, type VllmWish } from "../../planner/decide";
import { physicalName } from "../../planner/names";

const image = { repository: "moor/vllm", digest: `sha256:${"ab".repeat(32)}` };

const vllmWish: VllmWish = {
  pattern: "vllm",
  image,
  instanceType: "Standard_NC48ads_A100_v4",
  requestTimeout: 180,
  model: "Qwen/Qwen3-8B",
  revision: "b968826d9c46dd6066d109eabc6255188de91218",
  source: "mirror",
  contextTokens: 16384,
  concurrencyPerInstance: 32,
  servedName: "chat",
  flags: {},
};

const scoreWish: ScoreWish = { pattern: "score", image, instanceType: "Standard_DS3_v2", requestTimeout: 60, concurrencyPerInstance: 4 };

test("a mirrored model starts offline, on all GPUs of its size, behind vLLM's routes", () => {
  const { reasons, name, ...decided } = decide("main", vllmWish, { checkpointGiB: 15 });
  expect(decided).toEqual({
    pattern: "vllm",
    instanceType: "Standard_NC48ads_A100_v4",
    image,
    routes: { port: 8000, liveness: "/health", readiness: "/health", scoring: "/" },
    model: {
      id: "Qwen/Qwen3-8B",
      revision: "b968826d9c46dd6066d109eabc6255188de91218",
      source: "mirror",
      path: "models/Qwen--Qwen3-8B/b968826d9c46dd6066d109eabc6255188de91218",
      staged: false,
    },
    tensorParallelSize: 2,
    flags: [
      "--served-model-name",
      "chat",
      "--tensor-parallel-size",
      "2",
      "--max-model-len",
      "16384",
      "--max-num-seqs",
      "32",
      "--gpu-memory-utilization",
      "0.92",
    ],
    environmentVariables: {
      VLLM_NO_USAGE_STATS: "1",
      DO_NOT_TRACK: "1",
      VLLM_ENGINE_READY_TIMEOUT_S: "600",
      HF_HUB_OFFLINE: "1",
      TRANSFORMERS_OFFLINE: "1",
    },
    probes: {
      liveness: { initialDelay: 600, period: 10, timeout: 10, failureThreshold: 6 },
      readiness: { initialDelay: 10, period: 10, timeout: 10, failureThreshold: 60 },
    },
    requestSettings: { requestTimeout: 180, maxConcurrentRequestsPerInstance: 32 },
    scaleRule: { scaleOutAbove: 45, scaleInBelow: 19 },
  });
  expect(name).toBe(physicalName("main", { ...decided, pattern: "vllm" }));
  expect(reasons).toHaveLength(8);
});

test("a model of the hub is fetched at its commit and not offline", () => {
  const { flags, model, environmentVariables } = decide("main", { ...vllmWish, source: "hub" });
  expect(flags?.slice(2, 6)).toEqual(["--revision", vllmWish.revision, "--tokenizer-revision", vllmWish.revision]);
  expect(model).toEqual({ id: "Qwen/Qwen3-8B", revision: vllmWish.revision, source: "hub" });
  expect(environmentVariables).not.toHaveProperty("HF_HUB_OFFLINE");
});

test("a score.py gets the inference server's routes, a worker for each request, and no flags", () => {
  const decided = decide("main", scoreWish);
  expect(decided.routes).toEqual({ port: 5001, liveness: "/", readiness: "/", scoring: "/score" });
  expect(decided.environmentVariables).toEqual({ WORKER_COUNT: "4" });
  expect(decided.requestSettings).toEqual({ requestTimeout: 60, maxConcurrentRequestsPerInstance: 4 });
  expect(decided).not.toHaveProperty("flags");
  expect(decided).not.toHaveProperty("tensorParallelSize");
});

test("flags set by hand win over derived ones, and switches take vLLM's two forms", () => {
  const { flags, reasons } = decide("main", {
    ...vllmWish,
    flags: { "max-num-seqs": 16, "enforce-eager": true, "enable-prefix-caching": false, dtype: "half" },
  });
  expect(flags).toEqual([
    "--served-model-name",
    "chat",
    "--tensor-parallel-size",
    "2",
    "--max-model-len",
    "16384",
    "--max-num-seqs",
    "16",
    "--gpu-memory-utilization",
    "0.92",
    "--enforce-eager",
    "--no-enable-prefix-caching",
    "--dtype",
    "half",
  ]);
  expect(reasons).toContain("max-num-seqs, enforce-eager, enable-prefix-caching, dtype: set by hand in the stack file.");
});

test("vLLM knows every flag that is derived or owned", () => {
  const { flags = [] } = decide("main", { ...vllmWish, source: "hub" });
  const names = [...flags.filter((argument) => argument.startsWith("--")), ...ownedFlags.map((flag) => `--${flag}`)];
  expect(names.filter((name) => vllmFlag(name) === undefined)).toEqual([]);
});

test.each([
  ["unknown weights take half an hour", undefined, "mirror", 1800],
  ["15 GiB from the region's storage", 15, "mirror", 600],
  ["15 GiB from the hub, fetched and read", 15, "hub", 840],
  ["131 GiB from the region's storage", 131, "mirror", 2940],
] as const)("liveness begins after the start is over, and both probes cover it: %s", (_, checkpointGiB, source, start) => {
  const { probes, environmentVariables } = decide("main", { ...vllmWish, source }, { checkpointGiB });
  const window = ({ initialDelay, period, failureThreshold }: typeof probes.liveness) => initialDelay + period * failureThreshold;
  expect(probes.liveness.initialDelay).toBe(start);
  expect(window(probes.readiness)).toBe(start + 10);
  expect(window(probes.liveness)).toBeGreaterThanOrEqual(window(probes.readiness));
  expect(environmentVariables.VLLM_ENGINE_READY_TIMEOUT_S).toBe(String(start));
});

test("scale rules leave room: in below half of out, for any concurrency", () => {
  const rules = [1, 2, 3, 8, 64, 1024].flatMap((concurrencyPerInstance) => [
    decide("main", { ...vllmWish, concurrencyPerInstance }).scaleRule,
    decide("main", { ...scoreWish, concurrencyPerInstance }).scaleRule,
  ]);
  expect(rules.filter(({ scaleInBelow, scaleOutAbove }) => scaleInBelow * 2 > scaleOutAbove)).toEqual([]);
});
