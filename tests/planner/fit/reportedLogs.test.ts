// Proves that servers whose estimate was wrong before are within 5% or 0.3 GiB of their logs, with the weights of the logs. Does not prove the
// sizes of the weights, and no other settings.
import { estimate } from "../../../planner/fit/estimate";
import { cacheCapacity, cacheLayout } from "../../../planner/fit/kvCache";
import { GiB, modelFromFacts, modelFromTable } from "../../../planner/fit/model";
import { fit as fitModel } from "../../../planner/size/fit";
import { heldOutLogs } from "./publicLogsHeldOut";
import { publicModels } from "./publicModels";

const resultOf = (id: string) => {
  const { model, gpu, settings, weightsGiB, kvGiB } = heldOutLogs.find((log) => log.id === id)!;
  const checkpointGiB = weightsGiB * settings.tensorParallelSize;
  const described = typeof model === "string" ? modelFromTable(model, checkpointGiB)! : modelFromFacts(id, model, checkpointGiB);
  return { ...fitModel({ model: described, gpu: { ...gpu, gpus: settings.tensorParallelSize }, ...settings }), measured: kvGiB! };
};

test.each([
  "gpt-oss-120b on an H100 at 0.96, 6 sequences",
  "Qwen2.5-72B on four L40S over PCIe",
  "Qwen3-8B on an L4",
  "gemma-4-31B on an RTX PRO 6000",
])("%s is within 5% or 0.3 GiB", (id) => {
  const { kvGiBPerGpu, measured } = resultOf(id);
  expect(Math.abs(kvGiBPerGpu - measured)).toBeLessThan(Math.max(0.3, 0.05 * measured));
});

test.each(["Qwen2.5-VL-3B on an A100 at 0.3", "Qwen2.5-VL-7B on an A100 at 0.22"])("%s is refused", (id) => {
  expect(resultOf(id)).toMatchObject({ fits: false, refusal: { code: "MOOR108" } });
});

test("the profile of a video of 114,688 tokens explains 14.28 missing GiB within 0.3 GiB", () => {
  expect(Math.abs(resultOf("Qwen2.5-VL-7B on an A100 at 0.22").kvGiBPerGpu + 14.28)).toBeLessThan(0.3);
});

test("Llama-4-Scout in FP8 on two H100 has 12.09 GiB with the table of rotary angles for ten million tokens and NCCL's buffers", () => {
  // Experts and shared experts in 8 bits; attention, embeddings and tower in 16 bits.
  const model = modelFromFacts("Llama-4-Scout", publicModels.llama4ScoutFp8, 106.8);
  const settings = { tensorParallelSize: 2, gpuMemoryUtilization: 0.9, maxModelLen: 4096, maxNumSeqs: 128, maxNumBatchedTokens: 2048 };
  const { kvGiBPerGpu } = estimate(model, { visibleGiB: 79.19, computeCapability: 9, a100: false }, { ...settings, vllmVersion: "0.15.1" });
  expect(Math.abs(kvGiBPerGpu - 12.09)).toBeLessThan(0.6);
});

test("gemma-4-31B has 97,541 tokens in 28.41 GiB: a window grows by the tokens of one step", () => {
  const settings = { tensorParallelSize: 1, kvCacheDtype: "auto", maxNumBatchedTokens: 8192, vllmVersion: "0.23.0" };
  const layout = cacheLayout(modelFromTable("google/gemma-4-31B-it")!, settings)!;
  const { kvTokens } = cacheCapacity(layout, 28.41 * GiB, 32_768, "0.23.0");
  expect(Math.abs(kvTokens / 97_541 - 1)).toBeLessThan(0.001);
});

test("gemma-4-E2B has 9,026,017 tokens in 155.04 GiB: fifteen layers have a cache, and a window grows by the tokens of two steps", () => {
  const settings = { tensorParallelSize: 1, kvCacheDtype: "auto", maxNumBatchedTokens: 16_384, vllmVersion: "0.29.0" };
  const layout = cacheLayout(modelFromTable("google/gemma-4-E2B-it")!, settings)!;
  const { kvTokens } = cacheCapacity(layout, 155.04 * GiB, 32_768, "0.29.0");
  expect(Math.abs(kvTokens / 9_026_017 - 1)).toBeLessThan(0.002);
});
