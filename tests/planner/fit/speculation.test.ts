// Proves what speculative decoding adds to memory. One number is that of a log: an EAGLE head adds exactly one layer to the cache. Does not prove
// the size of an EAGLE head whose dimensions are unknown.
import { estimate } from "../../../planner/fit/estimate";
import { GiB, modelFromTable } from "../../../planner/fit/model";
import { splitProblem } from "../../../planner/fit/parallel";
import { drafterOf, unknownDrafter } from "../../../planner/fit/speculation";

const llama = modelFromTable("meta-llama/Llama-3.1-8B-Instruct")!;
const qwen = modelFromTable("Qwen/Qwen2.5-7B-Instruct")!;
const draft = modelFromTable("Qwen/Qwen2.5-0.5B-Instruct")!;
const deepseek = modelFromTable("deepseek-ai/DeepSeek-R1-0528")!;
const gpu = { visibleGiB: 79.14, computeCapability: 8, a100: true };

test("an EAGLE head adds exactly one layer to the cache of each request", () => {
  const speculative = { method: "eagle", tokens: 3 } as const;
  const [plain, drafted] = [estimate(llama, gpu), estimate(llama, gpu, { speculative })];
  expect(drafted.requestGiB / plain.requestGiB).toBeCloseTo(33 / 32, 9);
  expect(drafted.weightsGiBPerGpu).toBeGreaterThan(plain.weightsGiBPerGpu + 1);
});

test("a draft model has its own weights and cache", () => {
  const speculative = { method: "draft", tokens: 4, model: draft } as const;
  const [plain, drafted] = [estimate(qwen, gpu), estimate(qwen, gpu, { speculative })];
  expect(drafted.weightsGiBPerGpu - plain.weightsGiBPerGpu).toBeCloseTo((draft.weightBytes + draft.replicatedBytes) / GiB, 9);
  // 28 layers with 4 KV heads of 128, and 24 layers with 2 of 64.
  expect(drafted.requestGiB / plain.requestGiB).toBeCloseTo(1 + (24 * 2 * 64) / (28 * 4 * 128), 2);
});

test("a draft model that is not split has all its weights and KV heads on each GPU", () => {
  const on = (draftTensorParallelSize?: number) =>
    drafterOf(qwen, { method: "draft", tokens: 4, model: draft, draftTensorParallelSize }, 2);
  expect(on().weightBytes).toBe(draft.weightBytes / 2 + draft.replicatedBytes);
  expect(on().cache).toEqual(draft.cache);
  expect(on(1).weightBytes).toBe(draft.weightBytes + draft.replicatedBytes);
  expect(on(1).cache).toEqual([{ kind: "full", layers: 24, kvHeads: 4, headDim: 64 }]);
});

test("layers for multi-token prediction are loaded only for it, and have a cache", () => {
  const { weightBytes, cache } = drafterOf(deepseek, { method: "mtp", tokens: 1 }, 8);
  expect((8 * weightBytes) / GiB).toBeCloseTo(12.6, 9);
  expect(cache).toEqual([{ kind: "mla", layers: 1, width: 576 }]);
});

test("n-grams need no memory, and the tokens of a recurrent model need a state each", () => {
  const ngram = (tokens: number) => ({ speculative: { method: "ngram", tokens } }) as const;
  expect(estimate(llama, gpu, ngram(8)).requestGiB).toBe(estimate(llama, gpu).requestGiB);
  const hybrid = modelFromTable("Qwen/Qwen3.5-27B")!;
  const big = { ...gpu, visibleGiB: 139.8, computeCapability: 9, a100: false };
  expect(estimate(hybrid, big, ngram(4)).requestGiB).toBeGreaterThan(estimate(hybrid, big).requestGiB);
});

test.each([
  [llama, { method: "draft", tokens: 2, modelId: "a/b" }, "the dimensions of the draft model a/b are not known"],
  [llama, { method: "mtp", tokens: 1 }, `the size of the multi-token prediction layers of ${llama.id} is not known`],
  [llama, { method: "eagle", tokens: 1 }, undefined],
  [deepseek, { method: "mtp", tokens: 1 }, undefined],
] as const)("what is not known: %#", (model, speculation, reason) => {
  expect(unknownDrafter(model, speculation)).toBe(reason);
});

test("the heads of the draft model limit the split", () => {
  const with14Heads = (draftTensorParallelSize?: number) =>
    splitProblem(llama, 4, { speculative: { method: "draft", tokens: 2, model: draft, draftTensorParallelSize } });
  expect(with14Heads()).toBe(`its draft model ${draft.id} can't be split across 4 GPUs: its 14 attention heads are not divisible by 4`);
  expect(with14Heads(1)).toBeUndefined();
  expect(with14Heads(2)).toBe("the draft model can be split across 1 or 4 GPUs, not 2");
});
