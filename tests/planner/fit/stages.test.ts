// Proves how pipeline parallelism divides layers, and that the stage with the least room decides. Does not prove a number of a log: none of the
// public logs has more than one stage.
import { estimate } from "../../../planner/fit/estimate";
import { modelFromTable } from "../../../planner/fit/model";
import { splitProblem } from "../../../planner/fit/parallel";
import { layersPerStage, stageModels } from "../../../planner/fit/stages";

const llama = modelFromTable("meta-llama/Llama-3.1-8B-Instruct")!;
const gpu = { visibleGiB: 79.14, computeCapability: 8, a100: true };

// As vLLM's get_pp_indices.
test.each([
  [32, 1, [32]],
  [32, 2, [16, 16]],
  [61, 2, [31, 30]],
  [61, 4, [15, 15, 16, 15]],
  [62, 4, [15, 16, 16, 15]],
  [63, 4, [16, 16, 16, 15]],
  [35, 3, [12, 12, 11]],
])("%d layers in %d stages", (layers, stages, counts) => {
  expect(layersPerStage(layers, stages)).toEqual(counts);
});

test("two stages have all layers; the first has the embeddings, and the last has the output head", () => {
  const [first, last] = stageModels(llama, 2);
  const head = 2 * llama.vocab * llama.hidden;
  expect(first!.weightBytes + last!.weightBytes).toBeCloseTo(llama.weightBytes, -1);
  expect(first!.weightBytes).toBeCloseTo(head + (llama.weightBytes - 2 * head) / 2, -1);
  expect([first!.vocab, last!.vocab]).toEqual([1, llama.vocab]);
  expect([first, last].map((stage) => stage!.cache)).toEqual([
    [{ kind: "full", layers: 16, kvHeads: 8, headDim: 128 }],
    [{ kind: "full", layers: 16, kvHeads: 8, headDim: 128 }],
  ]);
});

test("a request needs half of the cache on each of two stages, and the stage that samples decides", () => {
  const whole = estimate(llama, gpu);
  const piped = estimate(llama, gpu, { pipelineParallelSize: 2 });
  expect(piped.requestGiB).toBeCloseTo(whole.requestGiB / 2, 9);
  expect(piped.activationGiB).toBeCloseTo(whole.activationGiB, 1);
  expect(piped.maxConcurrency).toBeGreaterThan(2 * whole.maxConcurrency);
});

test.each([
  [33, {}, /^its 32 layers are fewer than the 33 stages/],
  [1.5, {}, /^the pipeline parallel size 1.5 is not a whole number/],
  [2, { speculative: { method: "eagle", tokens: 2 } }, /pipeline parallelism with a draft model/],
  [2, { speculative: { method: "ngram", tokens: 2 } }, undefined],
  [2, {}, undefined],
] as const)("%d stages with %j", (pipelineParallelSize, more, problem) => {
  const found = splitProblem(llama, 1, { pipelineParallelSize, ...more });
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(problem);
});
