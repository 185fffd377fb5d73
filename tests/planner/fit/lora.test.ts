// Proves the size of the buffers for adapters against the parameters of an adapter of all linear layers, and vLLM's ranks. Does not prove a
// number of a log: no public log has adapters.
import { estimate } from "../../../planner/fit/estimate";
import { loraBytes, loraRankFor, loraRanks } from "../../../planner/fit/lora";
import { GiB, modelFromTable } from "../../../planner/fit/model";

const llama = modelFromTable("meta-llama/Llama-3.1-8B-Instruct")!;
const gpu = { visibleGiB: 79.14, computeCapability: 8, a100: true };

test("one adapter of rank 16 needs the bytes of its parameters, and those of embeddings and output head", () => {
  const parameters = 41_943_040;
  const head = 2 * (4096 + 128_256) * 16;
  expect(loraBytes(llama, { maxLoras: 1, maxRank: 16 }, 1, 1)).toBe(2 * (parameters + head));
  expect(loraBytes(llama, { maxLoras: 3, maxRank: 16 }, 1, 1)).toBe(3 * 2 * (parameters + head));
});

test("the first matrix of merged layers is complete on each GPU, so two GPUs need more than half each", () => {
  const on = (tp: number) => loraBytes(llama, { maxLoras: 1, maxRank: 16 }, tp, 1);
  expect(on(2) / on(1)).toBeGreaterThan(0.6);
  expect(on(2) / on(1)).toBeLessThan(0.8);
});

test("each expert has its own adapter", () => {
  const mixture = modelFromTable("Qwen/Qwen3-30B-A3B")!;
  const dense = { ...mixture, experts: undefined };
  const settings = { maxLoras: 1, maxRank: 16 };
  expect(loraBytes(mixture, settings, 1, 1) / loraBytes(dense, settings, 1, 1)).toBeGreaterThan(20);
  expect(loraBytes(mixture, settings, 4, 4)).toBeLessThan(loraBytes(mixture, settings, 4, 1));
});

test.each([
  [1, 1],
  [2, 8],
  [16, 16],
  [17, 32],
  [257, 320],
  [512, 512],
  [513, undefined],
])("rank %d needs --max-lora-rank %s", (rank, choice) => {
  expect(loraRankFor(rank)).toBe(choice);
});

test("the ranks are those of vLLM's flag, and the buffers are part of the weights", () => {
  expect(loraRanks).toEqual([1, 8, 16, 32, 64, 128, 256, 320, 512]);
  const lora = { maxLoras: 4, maxRank: 64 };
  const more = estimate(llama, gpu, { lora }).weightsGiBPerGpu - estimate(llama, gpu).weightsGiBPerGpu;
  expect(more).toBeCloseTo(loraBytes(llama, lora, 1, 1) / GiB, 9);
});
