// Proves vLLM's order of subtraction, and that the verdict is held against more than the estimate. Does not prove the terms: the
// calibration does.
import { estimate } from "../../../planner/fit/estimate";
import { activationGiB, marginGiB } from "../../../planner/fit/laws";
import { modelFromTable } from "../../../planner/fit/model";

const model = modelFromTable("Qwen/Qwen2.5-7B-Instruct")!;
const gpu = { visibleGiB: 79.14, computeCapability: 8, a100: true };

test("what is requested, less weights, what is outside PyTorch, activation and graphs, is KV cache", () => {
  const found = estimate(model, gpu, { vllmVersion: "0.24.0", gpuMemoryUtilization: 0.5 });
  const taken = found.weightsGiBPerGpu + found.nonTorchGiB + found.activationGiB + found.cudaGraphGiB;
  expect(found.kvGiBPerGpu).toBeCloseTo(79.14 * 0.5 - taken, 9);
  expect(found.cudaGraphGiB).toBeGreaterThan(0);
});

test("the verdict counts on the highest activation seen and keeps the margin besides", () => {
  const found = estimate(model, gpu, { vllmVersion: "0.10.1" });
  const { likely, most } = activationGiB(model, found.settings, gpu.computeCapability);
  expect(most - likely).toBeGreaterThan(0.5);
  expect(found.kvGiBPerGpu - found.safeKvGiBPerGpu).toBeCloseTo(most - likely + marginGiB(model, found.settings, gpu.visibleGiB), 9);
});

test("each GPU holds its part of the weights and the whole table of rotary angles", () => {
  const whole = estimate(model, gpu).weightsGiBPerGpu;
  const half = estimate(model, gpu, { tensorParallelSize: 2 }).weightsGiBPerGpu;
  expect(2 * half - whole).toBeCloseTo((2 * 32_768 * 128) / 2 ** 30, 9);
});
