/** Dimensions of models in public logs that the planner's table doesn't contain, as published in their `config.json`. */
import { type ModelFacts, models } from "../../../facts/models";

const license = "as published";

/** A decoder with identical layers: layers, hidden, heads, KV heads, head dimension, MLP width, vocabulary, maximum context. */
const dense = (
  architecture: string,
  [layers, hidden, heads, kvHeads, headDim, intermediate, vocab, maxModelLen]: readonly [
    ...[number, number, number, number, number, number, number, number],
  ],
  more: Partial<ModelFacts> = {},
): ModelFacts => {
  const paramsB = (layers * hidden * (3 * intermediate + 2 * heads * headDim) + 2 * vocab * hidden) / 1e9;
  return { architecture, layers, hidden, heads, kvHeads, headDim, intermediate, vocab, maxModelLen, paramsB, license, ...more };
};

const half = (layers: number, window: number) => ({ sliding: { layers: layers / 2, window } });

/** A recurrent state as in Qwen3.5, with this number of layers. */
export const gated = (layers: number) =>
  ({ layers, kind: "gatedDeltaNet", keyHeads: 16, valueHeads: 32, keyDim: 128, valueDim: 128, kernel: 4 }) as const;

export const publicModels = {
  qwen354b: dense("Qwen3_5ForConditionalGeneration", [32, 2560, 16, 4, 256, 9216, 248320, 262144], { state: gated(24), vision: true }),
  codeLlama7b: dense("LlamaForCausalLM", [32, 4096, 32, 32, 128, 11008, 32016, 16384]),
  llama31: dense("LlamaForCausalLM", [32, 4096, 32, 8, 128, 14336, 128256, 131072]),
  llama31Fp8: dense("LlamaForCausalLM", [32, 4096, 32, 8, 128, 14336, 128256, 131072], { quantization: "fp8" }),
  llama31W8a8: dense("LlamaForCausalLM", [32, 4096, 32, 8, 128, 14336, 128256, 131072], { quantization: "int8" }),
  llama31W4a16: dense("LlamaForCausalLM", [32, 4096, 32, 8, 128, 14336, 128256, 131072], { quantization: "int4" }),
  llama70bW8a8: dense("LlamaForCausalLM", [80, 8192, 64, 8, 128, 28672, 128256, 131072], { quantization: "int8" }),
  qwen2: dense("Qwen2ForCausalLM", [28, 3584, 28, 4, 128, 18944, 152064, 32768]),
  qwen25Fp8: dense("Qwen2ForCausalLM", [28, 3584, 28, 4, 128, 18944, 152064, 32768], { quantization: "fp8" }),
  qwen25Awq: dense("Qwen2ForCausalLM", [28, 3584, 28, 4, 128, 18944, 152064, 32768], { quantization: "awq" }),
  qwen25Math1b: dense("Qwen2ForCausalLM", [28, 1536, 12, 2, 128, 8960, 151936, 4096], { tied: true }),
  qwen25Small: dense("Qwen2ForCausalLM", [28, 1536, 12, 2, 128, 8960, 151936, 32768], { tied: true }),
  qwen2572b: dense("Qwen2ForCausalLM", [80, 8192, 64, 8, 128, 29568, 152064, 32768]),
  qwen3Fp8: dense("Qwen3ForCausalLM", [36, 4096, 32, 8, 128, 12288, 151936, 40960], { quantization: "fp8-block128" }),
  gemma2b: dense("Gemma2ForCausalLM", [26, 2304, 8, 4, 256, 9216, 256000, 8192], half(26, 4096)),
  gemma9b: dense("Gemma2ForCausalLM", [42, 3584, 16, 8, 256, 14336, 256000, 8192], half(42, 4096)),
  gemma27b: dense("Gemma2ForCausalLM", [46, 4608, 32, 16, 128, 36864, 256000, 8192], half(46, 4096)),
  gemma312b: dense("Gemma3ForConditionalGeneration", [48, 3840, 16, 8, 256, 15360, 262208, 131072], {
    sliding: { layers: 40, window: 1024 },
    vision: true,
  }),
  granite2b: dense("GraniteForCausalLM", [40, 2048, 32, 8, 64, 8192, 49155, 131072], { tied: true }),
  granite8b: dense("GraniteForCausalLM", [40, 4096, 32, 8, 128, 12800, 49155, 131072], { tied: true }),
  graniteVision: dense("LlavaNextForConditionalGeneration", [40, 2048, 32, 8, 64, 8192, 49156, 131072], { vision: true }),
  phi4: dense("Phi3ForCausalLM", [40, 5120, 40, 10, 128, 17920, 100352, 16384]),
  phi4Mini: dense("Phi3ForCausalLM", [32, 3072, 24, 8, 128, 8192, 200064, 131072], { tied: true }),
  mistralSmall: dense("Mistral3ForConditionalGeneration", [40, 5120, 32, 8, 128, 32768, 131072, 131072], { vision: true }),
  mistralSmallW8a8: dense("Mistral3ForConditionalGeneration", [40, 5120, 32, 8, 128, 32768, 131072, 131072], {
    ...{ vision: true, quantization: "int8" },
  }),
  opt27b: dense("OPTForCausalLM", [32, 2560, 32, 32, 80, 10240, 50272, 2048], { tied: true }),
  mixtral: dense("MixtralForCausalLM", [32, 4096, 32, 8, 128, 14336, 32000, 32768], {
    experts: { count: 8, perToken: 2, intermediate: 14336 },
  }),
  deepseekV2Lite: dense("DeepseekV2ForCausalLM", [27, 2048, 16, 16, 128, 10944, 102400, 163840], {
    ...{ mla: { kvLoraRank: 512, ropeHeadDim: 64 }, experts: { count: 64, perToken: 6, intermediate: 1408 } },
  }),
  kimiVl: dense("KimiVLForConditionalGeneration", [27, 2048, 16, 16, 128, 11264, 163840, 131072], {
    ...{ mla: { kvLoraRank: 512, ropeHeadDim: 64 }, experts: { count: 64, perToken: 6, intermediate: 1408 }, vision: true },
  }),
  llama321b: dense("LlamaForCausalLM", [16, 2048, 32, 8, 64, 8192, 128256, 131072], { tied: true }),
  llavaMistral: dense("LlavaNextForConditionalGeneration", [32, 4096, 32, 8, 128, 14336, 32064, 32768], { vision: true }),
  exaone32bFp8: dense("Exaone4ForCausalLM", [64, 5120, 40, 8, 128, 27392, 102400, 131072], {
    ...{ sliding: { layers: 48, window: 4096 }, quantization: "fp8-block128" },
  }),
  gemma4E4b: dense("Gemma4ForConditionalGeneration", [42, 2560, 8, 2, 256, 10240, 262144, 131072], {
    ...{ sliding: { layers: 20, window: 512 }, attentionLayers: 4, vision: true, tied: true },
  }),
  qwen2572bAwq: dense("Qwen2ForCausalLM", [80, 8192, 64, 8, 128, 29696, 152064, 32768], { quantization: "awq" }),
  qwen25Omni: dense("Qwen2_5OmniModel", [28, 3584, 28, 4, 128, 18944, 152064, 32768], { vision: true }),
  qwen3508b: dense("Qwen3_5ForConditionalGeneration", [24, 1024, 8, 2, 256, 3584, 248320, 262144], {
    ...{ state: { layers: 18, kind: "gatedDeltaNet", keyHeads: 16, valueHeads: 16, keyDim: 128, valueDim: 128, kernel: 4 } },
    ...{ tied: true, vision: true },
  }),
  qwen330bFp8: dense("Qwen3MoeForCausalLM", [48, 2048, 32, 4, 128, 6144, 151936, 262144], {
    ...{ experts: { count: 128, perToken: 8, intermediate: 768 }, quantization: "fp8-block128" },
  }),
  qwen330bW4a16: dense("Qwen3MoeForCausalLM", [48, 2048, 32, 4, 128, 6144, 151936, 40960], {
    ...{ experts: { count: 128, perToken: 8, intermediate: 768 }, quantization: "int4" },
  }),
  qwen3Vl30b: dense("Qwen3VLMoeForConditionalGeneration", [48, 2048, 32, 4, 128, 6144, 151936, 262144], {
    ...{ experts: { count: 128, perToken: 8, intermediate: 768 }, vision: true },
  }),
  qwen3NextW4a16: dense("Qwen3NextForCausalLM", [48, 2048, 16, 2, 256, 5120, 151936, 262144], {
    ...{ state: gated(36), experts: { count: 512, perToken: 10, intermediate: 512 }, quantization: "int4" },
  }),
  glm52Nvfp4: dense("GlmMoeDsaForCausalLM", [78, 6144, 64, 64, 192, 12288, 154880, 1048576], {
    ...{ mla: { kvLoraRank: 512, ropeHeadDim: 64 }, indexer: 128, quantization: "nvfp4" },
    ...{ experts: { count: 256, perToken: 8, intermediate: 2048 } },
  }),
  qwen25Vl3b: dense("Qwen2_5_VLForConditionalGeneration", [36, 2048, 16, 2, 128, 11008, 151936, 128000], { tied: true, vision: true }),
  qwen25Vl7b: dense("Qwen2_5_VLForConditionalGeneration", [28, 3584, 28, 4, 128, 18944, 152064, 128000], { vision: true }),
  qwen25OmniW4a16: dense("Qwen2_5OmniModel", [28, 3584, 28, 4, 128, 18944, 152064, 32768], { vision: true, quantization: "gptq" }),
  qwen306bW4a16: dense("Qwen3ForCausalLM", [28, 1024, 16, 8, 128, 3072, 151936, 40960], { tied: true, quantization: "int4" }),
  llama4ScoutFp8: { ...models["meta-llama/Llama-4-Scout-17B-16E-Instruct"], quantization: "fp8" },
  qwen3827bNvfp4: { ...models["Qwen/Qwen3.8-27B"], quantization: "nvfp4" },
  // The table's dimensions in another format, without the tower if the server was started without it.
  gemma426bNvfp4: { ...models["google/gemma-4-26B-A4B-it"], quantization: "nvfp4" },
  qwen3627bNvfp4: { ...models["Qwen/Qwen3.5-27B"], quantization: "nvfp4", vision: false },
  qwen3827bFp8: { ...models["Qwen/Qwen3.8-27B"], quantization: "fp8-block128" },
  nemotronCascadeNvfp4: { ...models["nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16"], quantization: "nvfp4" },
} as const satisfies Record<string, ModelFacts>;
