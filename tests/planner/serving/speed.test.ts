// Proves that the planned speed is lower than the measured speed, by at most a factor of two, and that it changes in the right direction. Does
// not prove the speed of sizes without a measurement.
import { gpus } from "../../../facts/gpus";
import { estimate } from "../../../planner/fit/estimate";
import { modelFromTable } from "../../../planner/fit/model";
import { speedOf } from "../../../planner/serving/speed";

const speedFor = (
  id: string,
  gpu: keyof typeof gpus,
  load: { concurrency: number; promptTokens: number; outputTokens: number },
  tensorParallelSize = 1,
) => {
  const model = modelFromTable(id)!;
  const found = estimate(model, gpus[gpu], { tensorParallelSize, maxModelLen: load.promptTokens + load.outputTokens });
  return speedOf(model, gpus[gpu], found, load);
};
const alone = { concurrency: 1, promptTokens: 1000, outputTokens: 100 };

test.each([
  ["meta-llama/Llama-3.1-8B-Instruct", "A100-80GB", 1, 0.0115],
  ["Qwen/Qwen2.5-7B-Instruct", "A100-80GB", 1, 0.01175],
  ["Qwen/Qwen2.5-Coder-32B-Instruct", "A100-80GB", 2, 0.0292],
] as const)("%s on %s: %d GPU, measured %f s per token", (id, gpu, tp, measured) => {
  const { perTokenSeconds } = speedFor(id, gpu, alone, tp);
  expect(perTokenSeconds).toBeGreaterThan(0.95 * measured);
  expect(perTokenSeconds).toBeLessThan(2 * measured);
});

test("a prompt of 2,065 tokens on an A100 took 140 ms; the plan allows more, but less than twice that", () => {
  const { firstTokenSeconds, perTokenSeconds } = speedFor("meta-llama/Llama-3.1-8B-Instruct", "A100-80GB", {
    ...alone,
    promptTokens: 2065,
  });
  expect(firstTokenSeconds - perTokenSeconds).toBeGreaterThan(0.14);
  expect(firstTokenSeconds - perTokenSeconds).toBeLessThan(0.28);
});

test("answers take longer with more concurrency, longer prompts and more tokens", () => {
  const base = speedFor("Qwen/Qwen3-32B", "H100-80GB", { concurrency: 4, promptTokens: 2000, outputTokens: 200 });
  for (const load of [
    { concurrency: 8, promptTokens: 2000, outputTokens: 200 },
    { concurrency: 4, promptTokens: 4000, outputTokens: 200 },
    { concurrency: 4, promptTokens: 2000, outputTokens: 400 },
  ]) {
    expect(speedFor("Qwen/Qwen3-32B", "H100-80GB", load).answerSeconds).toBeGreaterThan(base.answerSeconds);
  }
});

test("one request reads only its own experts, many requests read nearly all", () => {
  const per = (concurrency: number) =>
    speedFor("Qwen/Qwen3-30B-A3B", "H100-80GB", { concurrency, promptTokens: 100, outputTokens: 10 }).perTokenSeconds;
  expect(per(64) / per(1)).toBeGreaterThan(5);
  expect(per(1)).toBeLessThan(0.005);
});
