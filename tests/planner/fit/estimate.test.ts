// Proves that the terms are subtracted as in vLLM, and that the safe estimate includes a margin. The calibration tests prove the terms.
import { estimate } from "../../../planner/fit/estimate";
import { activationGiB, marginGiB } from "../../../planner/fit/memory/formulas";
import { modelFromTable } from "../../../planner/fit/model";

const model = modelFromTable("Qwen/Qwen2.5-7B-Instruct")!;
const gpu = { visibleGiB: 79.14, computeCapability: 8, a100: true };

test("the KV cache is the requested memory minus weights, memory outside PyTorch, activations and graphs", () => {
  const found = estimate(model, gpu, { vllmVersion: "0.24.0", gpuMemoryUtilization: 0.5 });
  const taken = found.weightsGiBPerGpu + found.nonTorchGiB + found.activationGiB + found.cudaGraphGiB;
  expect(found.kvGiBPerGpu).toBeCloseTo(79.14 * 0.5 - taken, 9);
  expect(found.cudaGraphGiB).toBeGreaterThan(0);
});

test("the safe estimate uses the highest observed activation and subtracts the margin", () => {
  const found = estimate(model, gpu, { vllmVersion: "0.10.1" });
  const { likely, most } = activationGiB(model, found.settings, gpu.computeCapability);
  expect(most - likely).toBeGreaterThan(0.5);
  expect(found.kvGiBPerGpu - found.safeKvGiBPerGpu).toBeCloseTo(most - likely + marginGiB(model, found.settings, gpu.visibleGiB), 9);
});

test("each GPU has its part of the weights and the whole table of rotary angles", () => {
  const whole = estimate(model, gpu).weightsGiBPerGpu;
  const half = estimate(model, gpu, { tensorParallelSize: 2 }).weightsGiBPerGpu;
  expect(2 * half - whole).toBeCloseTo((2 * 32_768 * 128) / 2 ** 30, 9);
});
