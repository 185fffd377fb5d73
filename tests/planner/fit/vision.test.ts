// Proves which items vLLM profiles for a family, its limits and its version, and how a first compilation is counted. Does not prove the peaks
// of towers without a log.
import { compilationBytes } from "../../../planner/fit/memory/compilation";
import { activationGiB } from "../../../planner/fit/memory/formulas";
import { profilesVision } from "../../../planner/fit/memory/vision";
import { modelFromFacts, modelFromTable } from "../../../planner/fit/model";
import { publicModels } from "./publicModels";

const batch = { tensorParallelSize: 1, maxModelLen: 128_000, maxNumSeqs: 8, maxNumBatchedTokens: 2048, vllmVersion: "0.23.0" };
const qwen = modelFromFacts("Qwen2.5-VL-7B", publicModels.qwen25Vl7b);
const peak = (more: object = {}) => activationGiB(qwen, { ...batch, ...more }, 8).likely;

test("the video has one item for each 16,384 tokens of context, at least one and at most seven", () => {
  // Four patches for each token: MLP, four copies of the hidden values, pixels. Two bytes for each output of the tower.
  const token = 4 * 2 * (3 * 3420 + 4 * 1280 + 1176) + 2 * 3584;
  for (const [maxModelLen, pairs] of [
    [8192, 1],
    [32_768, 2],
    [128_000, 7],
    [1_000_000, 7],
  ] as const)
    expect(peak({ maxModelLen })).toBeCloseTo((pairs * 16_384 * token) / 2 ** 30 + 0.1, 6);
});

test("without videos, one image is profiled; without images and videos, nothing", () => {
  expect(peak({ limitMmPerPrompt: { video: 0 } })).toBeCloseTo(peak({ maxModelLen: 16_384 }), 6);
  expect(peak({ limitMmPerPrompt: { image: 0 } })).toBe(peak());
  expect(peak({ limitMmPerPrompt: { image: 0, video: 0 } })).toBe(
    activationGiB({ ...qwen, vision: false }, { ...batch, enforceEager: true }, 8).likely,
  );
});

test("a family without videos is not profiled without images", () => {
  const mistral = modelFromFacts("Mistral-Small", publicModels.mistralSmall);
  expect(profilesVision(mistral, { ...batch, limitMmPerPrompt: { image: 0 } })).toBe(false);
  expect(profilesVision(mistral, { ...batch, limitMmPerPrompt: { image: 2 } })).toBe(true);
  expect(profilesVision(qwen, { ...batch, limitMmPerPrompt: { image: 0 } })).toBe(true);
});

test("the dimensions of the configuration's tower take precedence", () => {
  const tower = { hidden: 640, intermediate: 1710, matrices: 3, patchInputs: 588, patchesPerToken: 4 };
  const output = (7 * 16_384 * 2 * 3584) / 2 ** 30 + 0.1;
  expect(activationGiB({ ...qwen, tower }, batch, 8).likely - output).toBeCloseTo((peak() - output) / 2, 6);
});

test("a first compilation needs the bytes of the embedding, split across the GPUs, unless the model is run without compilation", () => {
  const model = modelFromTable("Qwen/Qwen3-8B")!;
  const table = 2 * 151_936 * 4096;
  const bytes = (more: object) => compilationBytes(model, { ...batch, ...more });
  expect([bytes({}), bytes({ tensorParallelSize: 4 }), bytes({ enforceEager: true })]).toEqual([table, table / 4, 0]);
  expect([bytes({ vllmVersion: "0.11.0" }), bytes({ vllmVersion: "0.11.1" })]).toEqual([0, table]);
  expect(compilationBytes(qwen, batch)).toBe(0);
});
