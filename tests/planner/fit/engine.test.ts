// Proves the defaults and formulas for each version in the tables. Does not prove versions without a log.

import { engineDefaults } from "../../../planner/fit/engine";
import { nonTorchGiB } from "../../../planner/fit/memory/communication";
import { activationGiB, cudaGraphGiB, marginGiB } from "../../../planner/fit/memory/formulas";
import { onNewRunner } from "../../../planner/fit/memory/runner";
import { modelFromTable } from "../../../planner/fit/model";
import { needsExpertParallel, splitProblem } from "../../../planner/fit/parallel";
import { atLeast } from "../../../planner/fit/version";

test("versions are compared as numbers, and suffixes are ignored", () => {
  expect([atLeast("0.31.0", "0.31.0"), atLeast("0.9.2", "0.10.0"), atLeast("0.28.0rc1", "0.28.0"), atLeast("1.0", "0.31.0")]).toEqual([
    true,
    false,
    true,
    true,
  ]);
});

test.each([
  [14.56, false, "0.31.0", 0.92, 256, 2048],
  [79.14, true, "0.31.0", 0.92, 256, 2048],
  [79.18, false, "0.31.0", 0.92, 1024, 8192],
  [79.18, false, "0.20.0", 0.92, 1024, 8192],
  [79.18, false, "0.19.1", 0.9, 1024, 8192],
  [79.18, false, "0.6.3", 0.9, 256, 2048],
  [178, false, "0.31.0", 0.92, 1024, 16_384],
  [178, false, "0.28.0", 0.92, 1024, 16_384],
  [178, false, "0.27.1", 0.92, 1024, 8192],
])("a GPU of %f GiB (A100: %s) under %s", (visibleGiB, a100, version, gpuMemoryUtilization, maxNumSeqs, maxNumBatchedTokens) => {
  expect(engineDefaults({ visibleGiB, computeCapability: 9, a100 }, version, 2048)).toEqual({
    gpuMemoryUtilization,
    maxNumSeqs,
    maxNumBatchedTokens,
  });
});

test("before 0.8, a step processes the longest prompt as a whole, and splits prompts above 32,768 tokens", () => {
  const tokens = (version: string, maxModelLen: number) =>
    engineDefaults({ visibleGiB: 23.58, computeCapability: 8.6, a100: false }, version, maxModelLen).maxNumBatchedTokens;
  expect([tokens("0.7.3", 20_000), tokens("0.7.3", 32_768), tokens("0.7.3", 32_769), tokens("0.8.0", 20_000)]).toEqual([
    20_000, 32_768, 2048, 2048,
  ]);
});

test("on GPUs before Ampere, a step processes the longest prompt as a whole until 0.10", () => {
  const tokens = (version: string) =>
    engineDefaults({ visibleGiB: 14.56, computeCapability: 7.5, a100: false }, version, 20_000).maxNumBatchedTokens;
  expect([tokens("0.8.5"), tokens("0.9.2"), tokens("0.10.0"), tokens("0.31.0")]).toEqual([20_000, 20_000, 2048, 2048]);
});

const batch = { tensorParallelSize: 1, maxModelLen: 16_000, maxNumSeqs: 1024, maxNumBatchedTokens: 8192, vllmVersion: "0.11.0" };
const model = (id: string) => modelFromTable(id)!;

test.each([
  ["meta-llama/Llama-3.1-8B-Instruct", 1, 4.76],
  ["RedHatAI/Llama-3.3-70B-Instruct-FP8", 2, 4.84],
  ["Qwen/Qwen3-0.6B", 1, 5.56],
  ["Qwen/Qwen3-32B", 2, 5.64],
  ["openai/gpt-oss-120b", 1, 7.38],
])("peak activation of %s over %d GPU was %f GiB in its log", (id, tensorParallelSize, measured) => {
  expect(Math.abs(activationGiB(model(id), { ...batch, tensorParallelSize }, 9).likely - measured)).toBeLessThan(0.03);
});

test("with few sequences, the MLP determines the activation, and it is split", () => {
  const few = { ...batch, maxNumSeqs: 8 };
  const [one, two] = [1, 2].map((tensorParallelSize) => activationGiB(model("Qwen/Qwen3-14B"), { ...few, tensorParallelSize }, 9).likely);
  expect(one).toBeCloseTo((2 * 8192 * (3 * 17_408 + 4 * 5120)) / 2 ** 30, 6);
  expect(two).toBeCloseTo((2 * 8192 * ((3 * 17_408) / 2 + 4 * 5120)) / 2 ** 30, 6);
});

test("the sampler has fewer copies since 0.17, and the newer runner skips it until 0.31", () => {
  const peak = (vllmVersion: string) => activationGiB(model("Qwen/Qwen3-14B"), { ...batch, vllmVersion }, 9).likely;
  const seen = [
    ["0.16.0", 5.64],
    ["0.17.0", 2.23],
    ["0.18.0", 2.23],
  ] as const;
  for (const [vllmVersion, measured] of seen) expect(Math.abs(peak(vllmVersion) - measured)).toBeLessThan(0.03);
  const table = (2 * 151_936 * 5120) / 2 ** 30;
  expect([peak("0.27.0"), peak("0.30.0")]).toEqual([table, table]);
  expect(peak("0.31.0")).toBeCloseTo(table + 2.23, 1);
});

test.each([
  ["Qwen/Qwen3-30B-A3B", 1, 2.68],
  ["mistralai/Mixtral-8x7B-v0.1", 2, 1.21],
])("from 0.17 the workspace of 16-bit experts stays: peak activation of %s over %d GPU was %f GiB", (id, tensorParallelSize, measured) => {
  const { likely } = activationGiB(model(id), { ...batch, tensorParallelSize, vllmVersion: "0.19.0" }, 9);
  expect(Math.abs(likely - measured)).toBeLessThan(0.05);
});

test("before 0.8, the sampler is profiled only if a step is as long as the context", () => {
  const load = { ...batch, maxNumSeqs: 256, maxNumBatchedTokens: 2048 };
  const peak = (vllmVersion: string, maxModelLen: number) =>
    activationGiB(model("meta-llama/Llama-3.1-8B-Instruct"), { ...load, maxModelLen, vllmVersion }, 8.6);
  const forward = (2 * 2048 * (3 * 14_336 + 4 * 4096)) / 2 ** 30;
  expect(peak("0.7.3", 35_000).likely).toBeCloseTo(forward, 6);
  expect(peak("0.7.3", 2048).likely).toBeGreaterThan(4 * forward);
  expect(peak("0.8.5", 35_000).likely).toBe(peak("0.7.3", 2048).likely);
  // The safe estimate includes the sampler nevertheless.
  expect(peak("0.7.3", 35_000).most).toBe(peak("0.7.3", 2048).most);
});

test("the sparse indexer reserves memory for the keys of forty contexts, replicated on each GPU", () => {
  const peak = (maxModelLen: number, computeCapability = 10) =>
    activationGiB(model("zai-org/GLM-5.2-FP8"), { ...batch, tensorParallelSize: 8, maxModelLen, vllmVersion: "0.26.0" }, computeCapability)
      .likely;
  expect(peak(819_200) - peak(19_200)).toBeCloseTo((40 * 800_000 * 132) / 2 ** 30, 6);
  // On Hopper, the experts' workspace already exists: 8 experts per token, two rows of 6144 for each of 8192 tokens.
  const workspace = 2 * 8192 * 8 * 2 * 6144;
  expect(peak(163_840, 9)).toBe(peak(8192, 9));
  expect(peak(819_200, 9) - peak(8192, 9)).toBeCloseTo((40 * 819_200 * 132 - workspace) / 2 ** 30, 6);
});

test("the workspace of the experts is retained: for 16 bits since 0.14, for FP8 since 0.11.1 on GPUs before Blackwell", () => {
  const plain = model("Qwen/Qwen3-30B-A3B");
  const workspace = (2 * 8192 * 8 * 2 * 2048) / 2 ** 30;
  const kept = (quantization: typeof plain.quantization, computeCapability: number) =>
    ["0.11.0", "0.11.2", "0.13.0", "0.14.1", "0.18.0"].filter((vllmVersion) => {
      const load = { ...batch, vllmVersion };
      const without = activationGiB({ ...plain, experts: undefined }, load, computeCapability).likely;
      const over = activationGiB({ ...plain, quantization }, load, computeCapability).likely - without;
      return Math.abs(over - workspace) < 1e-6;
    });
  expect(kept(undefined, 9)).toEqual(["0.14.1", "0.18.0"]);
  expect(kept(undefined, 10)).toEqual(["0.14.1", "0.18.0"]);
  expect(kept("fp8", 9)).toEqual(["0.11.2", "0.13.0", "0.14.1", "0.18.0"]);
  expect(kept("fp8-block128", 8.9)).toEqual(["0.11.2", "0.13.0", "0.14.1", "0.18.0"]);
  expect(kept("fp8", 10)).toEqual([]);
  expect(kept("modelopt-fp8", 9)).toEqual([]);
});

test("the outputs of the largest image are retained while the text model is profiled: four levels in Qwen3-VL, and a video before its limit", () => {
  const text = { ...model("Qwen/Qwen3-30B-A3B"), vision: true };
  const held = (architecture: string, vllmVersion: string, maxNumBatchedTokens = 8192) => {
    const fixed = activationGiB({ ...text, architecture: "Other" }, { ...batch, maxNumBatchedTokens, vllmVersion }, 9).likely;
    const own = activationGiB({ ...text, architecture }, { ...batch, maxNumBatchedTokens, vllmVersion }, 9).likely;
    return (own - fixed) * 2 ** 30;
  };
  const step = 2 * 8192 * 2048;
  expect(held("Qwen2_5_VLForConditionalGeneration", "0.13.0")).toBeCloseTo(2 * 16_384 * 2048 - step, 0);
  expect(held("Qwen3VLMoeForConditionalGeneration", "0.13.0")).toBeCloseTo(4 * 2 * 16_384 * 2048 - step, 0);
  expect(held("Qwen3VLMoeForConditionalGeneration", "0.11.0")).toBeCloseTo(4 * 2 * 153_600 * 2048 - step, 0);
  expect(held("Qwen2_5_VLForConditionalGeneration", "0.13.0", 32_768)).toBeCloseTo(0, 0);
});

test("NVFP4 experts store the rows that they gather, and at most three more copies", () => {
  const plain = model("Qwen/Qwen3-30B-A3B");
  const few = { ...batch, maxNumSeqs: 1, maxNumBatchedTokens: 32_768, vllmVersion: "0.20.1" };
  const rows = (2 * 32_768 * 8 * 2048) / 2 ** 30;
  const [nvfp4, int4] = (["nvfp4", "int4"] as const).map((quantization) => activationGiB({ ...plain, quantization }, few, 12));
  expect(nvfp4!.likely - int4!.likely).toBeCloseTo(rows, 6);
  expect(nvfp4!.most - int4!.most).toBeCloseTo(4 * rows, 6);
});

test("the highest observed value is that of the model's runner", () => {
  const copies = (id: string, vllmVersion: string) => {
    const at = (maxNumSeqs: number) => activationGiB({ ...model(id), vision: false }, { ...batch, maxNumSeqs, vllmVersion }, 9).most;
    return ((at(1024) - at(1023)) * 2 ** 30) / (4 * model(id).vocab);
  };
  expect(copies("Qwen/Qwen3-32B", "0.25.0")).toBeCloseTo(4.2, 2);
  expect(copies("Qwen/Qwen3-32B", "0.27.1")).toBeCloseTo(6.7, 2);
  expect(copies("Qwen/Qwen3-32B", "0.28.0")).toBeCloseTo(12, 2);
  expect(copies("Qwen/Qwen3.8-27B", "0.28.0")).toBeCloseTo(4.2, 2);
});

test("memory outside PyTorch increases with the number of GPUs, with NVLink on Hopper, and with 0.11.1 and 0.17.1", () => {
  const outside = (vllmVersion: string, computeCapability: number) =>
    [1, 2, 4, 8].map((tensorParallelSize) => nonTorchGiB({ ...batch, tensorParallelSize, vllmVersion }, computeCapability));
  expect(outside("0.11.0", 9)).toEqual([0.13, 0.55, 0.65, 0.65]);
  expect(outside("0.11.0", 8)).toEqual([0.1, 0.3, 0.3, 0.3]);
  expect(outside("0.11.1", 9)).toEqual([0.13, 2.07, 2.17, 2.17]);
  expect(outside("0.17.0", 8)).toEqual([0.1, 0.3, 0.3, 0.3]);
  expect(outside("0.17.1", 9)).toEqual([0.25, 2.07, 2.17, 2.17]);
  expect(outside("0.19.0", 9)).toEqual([0.25, 2.07, 2.17, 2.17]);
  expect(outside("0.31.0", 12)).toEqual([0.25, 0.8, 1.7, 1.7]);
  expect(outside("0.19.0", 8.9)).toEqual([0.25, 0.35, 0.35, 0.35]);
  expect(nonTorchGiB({ ...batch, tensorParallelSize: 2, vllmVersion: "0.19.0" }, 9, "pcie")).toBe(0.35);
});

test.each([
  ["Qwen/Qwen3.5-27B", 128, 0.795],
  ["Qwen/Qwen2.5-7B-Instruct", 128, 0.37],
  ["Qwen/Qwen2.5-7B-Instruct", 256, 0.53],
])("graphs of %s for %d sequences are taken off from 0.20: %f GiB", (id, maxNumSeqs, expected) => {
  const of = (vllmVersion: string, eager = false) => cudaGraphGiB(model(id), { ...batch, maxNumSeqs, vllmVersion }, eager);
  expect(Math.abs(of("0.22.0") - expected)).toBeLessThan(0.03);
  expect([of("0.19.1"), of("0.22.0", true)]).toEqual([0, 0]);
  expect(of("0.20.0")).toBe(of("0.22.0"));
});

test("the newer runner takes over families in steps, and subtracts no graphs", () => {
  const from = (id: string) =>
    ["0.21.0", "0.22.0", "0.23.0", "0.24.0", "0.25.0", "0.29.0"].find((vllmVersion) => onNewRunner(model(id), vllmVersion));
  expect(
    [
      "Qwen/Qwen3-14B",
      "meta-llama/Llama-3.1-8B-Instruct",
      "RedHatAI/Llama-3.3-70B-Instruct-FP8",
      "Qwen/Qwen3-30B-A3B",
      "Qwen/Qwen2.5-7B-Instruct",
      "Qwen/Qwen3.5-27B",
      "openai/gpt-oss-20b",
    ].map(from),
  ).toEqual(["0.22.0", "0.23.0", "0.24.0", "0.24.0", "0.25.0", "0.29.0", "0.29.0"]);
  expect(cudaGraphGiB(model("Qwen/Qwen3.5-27B"), { ...batch, vllmVersion: "0.31.0" }, false)).toBe(0);
});

test("the margin is larger for models whose logs deviate more", () => {
  const on = (id: string, tensorParallelSize: number) => marginGiB(model(id), { ...batch, tensorParallelSize }, 79.18);
  expect([on("Qwen/Qwen3-32B", 1), on("Qwen/Qwen3-32B", 2), on("Qwen/Qwen3-30B-A3B", 1), on("Qwen/Qwen3-32B", 4)]).toEqual([
    0.45,
    1,
    0.02 * 79.18,
    1.5,
  ]);
});

test.each([
  ["microsoft/phi-4", [1, 2]],
  ["Qwen/Qwen2.5-7B-Instruct", [1, 2, 4]],
  ["Qwen/Qwen3-32B", [1, 2, 4, 8]],
  ["Qwen/Qwen3.5-27B", [1, 2, 4, 8]],
  ["openai/gpt-oss-120b", [1, 2, 4, 8]],
])("%s can be split over %j of 1, 2, 4 and 8 GPUs", (id, valid) => {
  expect([1, 2, 4, 8].filter((tp) => splitProblem(model(id), tp) === undefined)).toEqual(valid);
});

test("blocks of 128 divide a mixture's experts across up to four GPUs; with eight, each GPU has whole experts", () => {
  const blocks = model("Qwen/Qwen3-235B-A22B-FP8");
  expect([1, 2, 4, 8].map((tp) => needsExpertParallel(blocks, tp))).toEqual([false, false, false, true]);
  expect(splitProblem({ ...blocks, experts: undefined, intermediate: 1536 }, 8)).toBe(
    "its width of 1536 on 8 GPUs (192 each) is not divisible into fp8-block128 blocks of 128",
  );
});
