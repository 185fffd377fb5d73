// Proves the size of weights that vLLM converts when it loads them, and which methods contradict a model. One size is that of a log of a
// checkpoint with the same format.
import { GiB, type Model, modelFromTable } from "../../../planner/fit/model";
import { expertBytes, onlineMethods, plannedMethods, quantizationProblem, withQuantization } from "../../../planner/fit/onlineQuantization";
import { splitProblem } from "../../../planner/fit/parallel";

const model = (id: string) => modelFromTable(id)!;
const gib = (one: Model) => one.weightBytes / GiB;
const llama = model("meta-llama/Llama-3.3-70B-Instruct");
const mixture = model("Qwen/Qwen3-30B-A3B");

test("70B parameters in 8 bits have the size in the log of the FP8 checkpoint", () => {
  // RedHatAI/Llama-3.3-70B-Instruct-FP8 on one H100: "Model loading took 67.72 GiB".
  expect(gib(withQuantization(llama, "fp8")) / 67.72).toBeCloseTo(1, 2);
  expect(withQuantization(llama, "fp8")).toMatchObject({ quantization: "fp8" });
});

test("a model without a method, and a checkpoint that is quantized, are unchanged", () => {
  expect(withQuantization(llama, undefined)).toBe(llama);
  const awq = model("Qwen/Qwen3-14B-AWQ");
  for (const method of ["fp8", "awq", "unknown"]) expect(withQuantization(awq, method)).toBe(awq);
});

test("a method for experts converts only the experts", () => {
  const experts = expertBytes(mixture);
  // 48 layers, each with 128 experts of three matrices in 16 bits.
  expect(experts / (48 * 128 * 3 * 2048 * 768 * 2)).toBeCloseTo(1, 1);
  expect(withQuantization(mixture, "int8_per_channel_weight_only").weightBytes).toBeCloseTo(mixture.weightBytes - experts / 2, -3);
  expect(withQuantization(mixture, "nvfp4_per_token").weightBytes).toBeLessThan(mixture.weightBytes * 0.4);
});

test("each method makes the weights smaller, in the order of their bits", () => {
  const sizes = ["mxfp4", "fp8", "fp8_per_block", "mxfp8"].map((method) => gib(withQuantization(llama, method)));
  expect([...sizes].sort((a, b) => a - b)).toEqual(sizes);
  expect(sizes.at(-1)).toBeLessThan(gib(llama) * 0.55);
});

test("blocks of a converted model can't be divided, as those of a checkpoint", () => {
  expect(splitProblem(withQuantization(model("Qwen/Qwen2.5-7B-Instruct"), "fp8_per_block"), 7)).toBeDefined();
});

test.each([
  ["Qwen/Qwen3-14B-AWQ", "awq_marlin", undefined],
  ["Qwen/Qwen3-14B-AWQ", "fp8", "contradiction"],
  ["openai/gpt-oss-20b", "mxfp4", undefined],
  ["Qwen/Qwen3-14B", "mxfp4", undefined],
  ["Qwen/Qwen3-14B", "awq", "contradiction"],
  ["Qwen/Qwen3-14B", "experts_int8", "contradiction"],
  ["Qwen/Qwen3-30B-A3B", "experts_int8", undefined],
  ["Qwen/Qwen3-14B", "torchao", "unknown"],
  ["Qwen/Qwen3-14B", "constructor", "unknown"],
] as const)("%s with --quantization %s: %s", (id, method, kind) => {
  expect(quantizationProblem(model(id), method)?.kind).toBe(kind);
});

test("all methods are named once", () => {
  expect(plannedMethods).toEqual([...new Set(plannedMethods)].sort());
  expect(plannedMethods).toEqual(expect.arrayContaining(Object.keys(onlineMethods)));
});
