// Proves the defaults and laws by version as they are tabled. Does not prove versions that no log was seen of.
import { engineDefaults } from "../../../planner/fit/engine";
import { activationGiB, cudaGraphGiB, marginGiB, nonTorchGiB } from "../../../planner/fit/laws";
import { modelFromTable } from "../../../planner/fit/model";
import { needsExpertParallel, splitProblem } from "../../../planner/fit/parallel";
import { atLeast } from "../../../planner/fit/version";

test("versions compare as numbers, and suffixes don't count", () => {
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
  [79.18, false, "0.20.2", 0.9, 1024, 8192],
  [79.18, false, "0.6.3", 0.9, 256, 2048],
  [178, false, "0.31.0", 0.92, 1024, 16_384],
])("a GPU of %f GiB (A100: %s) under %s", (visibleGiB, a100, version, gpuMemoryUtilization, maxNumSeqs, maxNumBatchedTokens) => {
  expect(engineDefaults({ visibleGiB, computeCapability: 9, a100 }, version)).toEqual({
    gpuMemoryUtilization,
    maxNumSeqs,
    maxNumBatchedTokens,
  });
});

const batch = { tensorParallelSize: 1, maxNumSeqs: 1024, maxNumBatchedTokens: 8192, vllmVersion: "0.11.0" };
const model = (id: string) => modelFromTable(id)!;

test.each([
  ["meta-llama/Llama-3.1-8B-Instruct", 1, 4.76],
  ["RedHatAI/Llama-3.3-70B-Instruct-FP8", 2, 4.84],
  ["Qwen/Qwen3-0.6B", 1, 5.56],
  ["Qwen/Qwen3-32B", 2, 5.64],
  ["openai/gpt-oss-120b", 1, 7.38],
])("peak activation of %s over %d GPU was %f GiB in its log", (id, tensorParallelSize, measured) => {
  expect(Math.abs(activationGiB(model(id), { ...batch, tensorParallelSize }).likely - measured)).toBeLessThan(0.03);
});

test("with few sequences the MLP decides, and it is split", () => {
  const few = { ...batch, maxNumSeqs: 8 };
  const [one, two] = [1, 2].map((tensorParallelSize) => activationGiB(model("Qwen/Qwen3-14B"), { ...few, tensorParallelSize }).likely);
  expect(one).toBeCloseTo((2 * 8192 * (3 * 17_408 + 4 * 5120)) / 2 ** 30, 6);
  expect(two).toBeCloseTo((2 * 8192 * ((3 * 17_408) / 2 + 4 * 5120)) / 2 ** 30, 6);
});

test("memory outside PyTorch grows with GPUs, and with experts on four or more", () => {
  const dense = [1, 2, 4, 8].map((tensorParallelSize) => nonTorchGiB(model("Qwen/Qwen3-32B"), { ...batch, tensorParallelSize }));
  expect(dense).toEqual([0.13, 0.55, 1.7, 1.7]);
  expect(nonTorchGiB(model("Qwen/Qwen3-235B-A22B-FP8"), { ...batch, tensorParallelSize: 4 })).toBeCloseTo(2.1, 9);
  expect(nonTorchGiB(model("Qwen/Qwen3-30B-A3B"), batch)).toBe(0.13);
});

test("CUDA graphs are taken off from 0.21, not on the newer runner, and not in eager mode", () => {
  const graphs = (id: string, vllmVersion: string, eager = false) => cudaGraphGiB(model(id), { ...batch, vllmVersion }, eager);
  expect(["0.20.2", "0.21.0", "0.31.0"].map((version) => graphs("Qwen/Qwen3-32B", version))).toEqual([0, 0.45, 0]);
  expect(graphs("Qwen/Qwen3.5-27B", "0.31.0")).toBe(0.55);
  expect(graphs("Qwen/Qwen3-30B-A3B", "0.31.0")).toBe(0.8);
  expect(graphs("Qwen/Qwen3-30B-A3B", "0.31.0", true)).toBe(0);
});

test("the margin is wider where the logs spread wider", () => {
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

test("blocks of 128 cut a mixture's experts up to four GPUs; on eight, whole experts go to each", () => {
  const blocks = model("Qwen/Qwen3-235B-A22B-FP8");
  expect([1, 2, 4, 8].map((tp) => needsExpertParallel(blocks, tp))).toEqual([false, false, false, true]);
  expect(splitProblem({ ...blocks, experts: undefined, intermediate: 1536 }, 8)).toBe(
    "its fp8-block128 blocks of 128 don't divide a width of 1536 over 8 GPUs (192 each)",
  );
});
