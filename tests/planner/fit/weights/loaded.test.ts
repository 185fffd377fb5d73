// Proves that the weights on each GPU, computed from config.json alone, are those that vLLM's start-up logs state ("Model loading took"),
// without the size of any file. The logs are those of publicLogs.test.ts and calibration.ts whose configuration is known. Does not prove
// quantizations whose lists of modules no log is known for: see scheme.test.ts.
import { modelFromConfig } from "../../../../planner/fit/config/json";
import type { Config } from "../../../../planner/fit/config/read";
import { estimate } from "../../../../planner/fit/estimate";
import { modelFromRecord } from "../../../../planner/fit/fromRecord";
import { type Model, modelFromTable } from "../../../../planner/fit/model";
import { median } from "../calibration";
import { recordedModels } from "../recordedModels";
import { dims, siglip, tied } from "./dimensions";

const records = recordedModels();
const h100 = { visibleGiB: 79.18, computeCapability: 9, a100: false };

/** GiB of weights on each GPU. */
const perGpu = (model: Model, tensorParallelSize: number) => estimate(model, h100, { tensorParallelSize }).weightsGiBPerGpu;

/** The model of a record, without the size of its files. */
function recorded(id: string): Model {
  const { fileBytes: _, ...record } = records.find((one) => one.id === id)!;
  return modelFromRecord(record);
}

/** GPUs and GiB on each, by the record's ID. */
const ofRecords: readonly (readonly [string, number, number])[] = [
  ["Qwen/Qwen2.5-0.5B-Instruct", 1, 0.93],
  ["Qwen/Qwen2.5-1.5B-Instruct", 1, 2.89],
  ["Qwen/Qwen2.5-7B", 1, 14.25],
  ["Qwen/Qwen2.5-7B", 2, 7.12],
  ["Qwen/Qwen2.5-7B", 4, 3.55],
  ["Qwen/Qwen3-0.6B", 1, 1.12],
  ["Qwen/Qwen3-14B", 1, 27.52],
  ["Qwen/Qwen3-8B", 1, 15.27],
  ["Qwen/Qwen3-32B", 1, 61.03],
  ["Qwen/Qwen3-32B", 2, 30.59],
  ["Qwen/Qwen3-30B-A3B", 1, 56.88],
  ["Qwen/Qwen3-30B-A3B-FP8", 2, 14.55],
  ["Qwen/Qwen3-235B-A22B-FP8", 4, 55.19],
  ["Qwen/Qwen3-235B-A22B-FP8", 8, 27.72],
  ["Qwen/Qwen3-Next-80B-A3B-Instruct", 2, 74.28],
  ["Qwen/Qwen3-VL-30B-A3B-Instruct", 1, 58.23],
  ["Qwen/Qwen3-VL-30B-A3B-Instruct", 4, 14.77],
  ["Qwen/Qwen3.5-27B", 1, 51.1],
  ["deepseek-ai/DeepSeek-V2-Lite", 1, 29.43],
  ["google/gemma-2-2b-it", 1, 4.9],
  ["google/gemma-2-9b-it", 1, 17.22],
  ["google/gemma-2-27b-it", 1, 50.72],
  ["google/gemma-4-26B-A4B-it", 1, 48.5],
  ["google/medgemma-27b-it", 1, 51.45],
  ["meta-llama/Llama-3.2-1B-Instruct", 1, 2.32],
  ["meta-llama/Meta-Llama-3.1-8B", 1, 14.99],
  ["meta-llama/Meta-Llama-3.1-8B", 2, 7.51],
  ["meta-llama/Meta-Llama-3.1-8B", 4, 3.77],
  ["microsoft/Phi-4-mini-instruct", 1, 7.17],
  ["microsoft/phi-4", 1, 27.39],
  ["mistralai/Mistral-Small-3.2-24B-Instruct-2506", 1, 44.76],
  ["mistralai/Mixtral-8x7B-v0.1", 2, 43.51],
  ["nvidia/GLM-5.2-NVFP4", 4, 106.69],
  // The log of another checkpoint with the same dimensions and lists (Nemotron-Cascade-2), and one on two GPUs.
  ["nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-NVFP4", 1, 18.54],
  ["nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-NVFP4", 2, 9.83],
  ["nvidia/Llama-3.1-70B-Instruct-FP8", 1, 67.72],
  ["nvidia/Llama-3.1-70B-Instruct-FP8", 2, 33.88],
  ["nvidia/Llama-3.1-70B-Instruct-FP8", 4, 16.96],
  ["openai/gpt-oss-20b", 1, 13.72],
  ["openai/gpt-oss-20b", 1, 13.64],
  ["openai/gpt-oss-120b", 1, 65.97],
  ["openai/gpt-oss-120b", 4, 17.22],
];

const fp8 = { quantization_config: { quant_method: "fp8", weight_block_size: [128, 128] } };
const awq = { quantization_config: { quant_method: "awq", bits: 4, group_size: 128, zero_point: true } };
const tensors = (weights: Config, ignore = ["lm_head"]) => ({
  quantization_config: { quant_method: "compressed-tensors", ignore, config_groups: { group_0: { targets: ["Linear"], weights } } },
});
const w4a16 = { num_bits: 4, type: "int", symmetric: true, strategy: "group", group_size: 128 };
const w8a8 = { num_bits: 8, type: "int", symmetric: true, strategy: "channel" };
const long = { max_position_embeddings: 131_072 };
const qwen35 = (heads: number, tie_word_embeddings: boolean) => ({
  ...{
    max_position_embeddings: 262_144,
    attn_output_gate: true,
    full_attention_interval: 4,
    linear_conv_kernel_dim: 4,
    tie_word_embeddings,
  },
  ...{ linear_num_key_heads: 16, linear_num_value_heads: heads, linear_key_head_dim: 128, linear_value_head_dim: 128 },
  rope_parameters: { mrope_section: [11, 11, 10], partial_rotary_factor: 0.25 },
});
const qwenVision = (depth: number, hidden_size: number, intermediate_size: number, out_hidden_size: number) => ({
  ...{ depth, hidden_size, intermediate_size, out_hidden_size, patch_size: 16, temporal_patch_size: 2, spatial_merge_size: 2 },
  num_position_embeddings: 2304,
});
const nested = (architecture: string, text_config: Config, vision_config: Config) => ({
  architectures: [architecture],
  text_config,
  vision_config,
});
const gemma3 = (hidden_size: number, layers: number, intermediate_size: number, heads: number, kvHeads: number): Config =>
  nested(
    "Gemma3ForConditionalGeneration",
    {
      ...{ hidden_size, num_hidden_layers: layers, intermediate_size, num_attention_heads: heads, num_key_value_heads: kvHeads },
      ...{ model_type: "gemma3_text", sliding_window: 1024, rope_scaling: { factor: 8, rope_type: "linear" } },
    },
    siglip,
  );

/** Model, configuration, GPUs and GiB on each. */
const ofDimensions: readonly (readonly [string, Config, number, number])[] = [
  ["Qwen3-14B-AWQ", dims("Qwen3ForCausalLM", [40, 5120, 40, 8, 128, 17408, 151936], awq), 1, 9.44],
  ["Qwen2.5-7B-AWQ", dims("Qwen2ForCausalLM", [28, 3584, 28, 4, 128, 18944, 152064], awq), 1, 5.29],
  ["Qwen2.5-7B-AWQ with 0.28", dims("Qwen2ForCausalLM", [28, 3584, 28, 4, 128, 18944, 152064], awq), 1, 5.38],
  ["Qwen2.5-72B-AWQ", dims("Qwen2ForCausalLM", [80, 8192, 64, 8, 128, 29696, 152064], awq), 2, 19.4],
  ["Llama-3.1-8B w4a16", dims("LlamaForCausalLM", [32, 4096, 32, 8, 128, 14336, 128256], { ...long, ...tensors(w4a16) }), 1, 5.38],
  ["Llama-3.1-8B w8a8", dims("LlamaForCausalLM", [32, 4096, 32, 8, 128, 14336, 128256], { ...long, ...tensors(w8a8) }), 1, 8.49],
  ["Llama-3.3-70B w8a8", dims("LlamaForCausalLM", [80, 8192, 64, 8, 128, 28672, 128256], { ...long, ...tensors(w8a8) }), 2, 33.88],
  [
    "Qwen3-30B-A3B w4a16",
    dims("Qwen3MoeForCausalLM", [48, 2048, 32, 4, 128, 6144, 151936], {
      ...{ num_experts: 128, num_experts_per_tok: 8, moe_intermediate_size: 768, ...tensors(w4a16, ["lm_head", "re:.*mlp.gate$"]) },
    }),
    1,
    15.68,
  ],
  ["Qwen3-8B-FP8", dims("Qwen3ForCausalLM", [36, 4096, 32, 8, 128, 12288, 151936], fp8), 1, 8.8],
  ["EXAONE-4.0-32B-FP8", dims("Exaone4ForCausalLM", [64, 5120, 40, 8, 128, 27392, 102400], fp8), 1, 30.99],
  ["CodeLlama-7B", dims("LlamaForCausalLM", [32, 4096, 32, 32, 128, 11008, 32016]), 1, 12.56],
  ["Qwen2.5-72B", dims("Qwen2ForCausalLM", [80, 8192, 64, 8, 128, 29568, 152064]), 2, 67.8],
  ["Qwen2.5-72B", dims("Qwen2ForCausalLM", [80, 8192, 64, 8, 128, 29568, 152064]), 4, 34.01],
  ["granite-3.1-2b", dims("GraniteForCausalLM", [40, 2048, 32, 8, 64, 8192, 49155], { ...long, ...tied }), 1, 4.74],
  ["granite-3.1-8b", dims("GraniteForCausalLM", [40, 4096, 32, 8, 128, 12800, 49155], { ...long, ...tied }), 1, 15.25],
  ["opt-2.7b", dims("OPTForCausalLM", [32, 2560, 32, 32, 80, 10240, 50272], { ...tied, max_position_embeddings: 2048 }), 4, 1.24],
  [
    "llava-v1.6-mistral-7b",
    nested("LlavaNextForConditionalGeneration", dims("", [32, 4096, 32, 8, 128, 14336, 32064]), {
      ...{ hidden_size: 1024, num_hidden_layers: 24, intermediate_size: 4096, patch_size: 14, image_size: 336 },
    }),
    1,
    14.08,
  ],
  [
    "granite-vision-3.3-2b",
    nested("LlavaNextForConditionalGeneration", dims("", [40, 2048, 32, 8, 64, 8192, 49156], { ...long, ...tied }), {
      ...siglip,
      image_size: 384,
    }),
    1,
    5.54,
  ],
  ["gemma-3-4b", gemma3(2560, 34, 10240, 8, 4), 1, 8.58],
  ["gemma-3-12b", gemma3(3840, 48, 15360, 16, 8), 1, 23.31],
  [
    "Kimi-VL-A3B",
    nested(
      "KimiVLForConditionalGeneration",
      dims("", [27, 2048, 16, 16, 128, 11264, 163840], {
        ...{ ...long, kv_lora_rank: 512, qk_nope_head_dim: 128, qk_rope_head_dim: 64, v_head_dim: 128, first_k_dense_replace: 1 },
        ...{ n_routed_experts: 64, num_experts_per_tok: 6, n_shared_experts: 2, moe_intermediate_size: 1408 },
      }),
      { hidden_size: 1152, num_hidden_layers: 27, intermediate_size: 4304, patch_size: 14 },
    ),
    1,
    30.74,
  ],
  [
    "Qwen3.5-0.8B",
    nested(
      "Qwen3_5ForConditionalGeneration",
      dims("", [24, 1024, 8, 2, 256, 3584, 248320], qwen35(16, true)),
      qwenVision(12, 768, 3072, 1024),
    ),
    1,
    1.72,
  ],
  [
    "Qwen3.5-4B",
    nested(
      "Qwen3_5ForConditionalGeneration",
      dims("", [32, 2560, 16, 4, 256, 9216, 248320], qwen35(32, true)),
      qwenVision(24, 1024, 4096, 2560),
    ),
    1,
    8.61,
  ],
  [
    "Qwen3.5-9B",
    nested(
      "Qwen3_5ForConditionalGeneration",
      dims("", [32, 4096, 16, 4, 256, 12288, 248320], qwen35(32, false)),
      qwenVision(27, 1152, 4304, 4096),
    ),
    1,
    17.66,
  ],
];

const rows = [
  ...ofRecords.map(([id, gpus, gib]) => ({ id, gpus, gib, own: perGpu(recorded(id), gpus) })),
  ...ofDimensions.map(([id, config, gpus, gib]) => ({ id, gpus, gib, own: perGpu(modelFromConfig(id, config), gpus) })),
];

test.each(rows)("$id on $gpus GPUs loads $gib GiB", ({ gib, own }) => {
  expect(Math.abs(own / gib - 1)).toBeLessThan(0.02);
});

test("the median deviation of 66 logs is below 0.2%", () => {
  expect(rows.length).toBe(66);
  expect(median(rows.map(({ gib, own }) => Math.abs(own / gib - 1)))).toBeLessThan(0.002);
});

test("vLLM 0.11.0 on Hopper uses another kernel for MXFP4, which pads less", () => {
  const own = (id: string) => estimate(recorded(id), h100, { vllmVersion: "0.11.0" }).weightsGiBPerGpu;
  expect(own("openai/gpt-oss-20b") / 13.47).toBeCloseTo(1, 2);
  expect(own("openai/gpt-oss-120b") / 64.38).toBeCloseTo(1, 2);
});

test("the rows of the table load the same as their config.json", () => {
  for (const [id, gpus] of [
    ["openai/gpt-oss-20b", 1],
    ["openai/gpt-oss-120b", 1],
    ["openai/gpt-oss-120b", 4],
  ] as const)
    expect(perGpu(modelFromTable(id)!, gpus) / perGpu(recorded(id), gpus)).toBeCloseTo(1, 2);
});
