// Proves that the config.json formats of several families are read, and that the counted parameters are close to the published number. The
// configurations contain only the fields that are read. Does not prove that every family's configuration is supported.

import { PlanError } from "../../../planner/codes";
import { modelFromConfig } from "../../../planner/fit/config/json";
import { withCheckpoint } from "../../../planner/fit/fromRecord";
import { GiB, modelFromTable } from "../../../planner/fit/model";

const llama = {
  architectures: ["LlamaForCausalLM"],
  hidden_size: 4096,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  intermediate_size: 14336,
  vocab_size: 128256,
  max_position_embeddings: 131072,
  rope_scaling: { rope_type: "llama3", factor: 8, original_max_position_embeddings: 8192 },
  tie_word_embeddings: false,
};
const qwen235 = {
  architectures: ["Qwen3MoeForCausalLM"],
  hidden_size: 4096,
  num_hidden_layers: 94,
  num_attention_heads: 64,
  num_key_value_heads: 4,
  head_dim: 128,
  intermediate_size: 12288,
  moe_intermediate_size: 1536,
  num_experts: 128,
  num_experts_per_tok: 8,
  decoder_sparse_step: 1,
  vocab_size: 151936,
  max_position_embeddings: 40960,
  use_sliding_window: false,
  sliding_window: null,
  quantization_config: { quant_method: "fp8", weight_block_size: [128, 128] },
};
const gptOss = {
  architectures: ["GptOssForCausalLM"],
  hidden_size: 2880,
  num_hidden_layers: 24,
  num_attention_heads: 64,
  num_key_value_heads: 8,
  head_dim: 64,
  intermediate_size: 2880,
  num_local_experts: 32,
  num_experts_per_tok: 4,
  vocab_size: 201088,
  max_position_embeddings: 131072,
  rope_scaling: { rope_type: "yarn", factor: 32, original_max_position_embeddings: 4096 },
  sliding_window: 128,
  layer_types: Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? "sliding_attention" : "full_attention")),
  quantization_config: { quant_method: "mxfp4", modules_to_not_convert: [] },
};
const qwen35 = {
  architectures: ["Qwen3_5ForConditionalGeneration"],
  vision_config: { hidden_size: 1152 },
  text_config: {
    hidden_size: 5120,
    num_hidden_layers: 64,
    num_attention_heads: 24,
    num_key_value_heads: 4,
    head_dim: 256,
    intermediate_size: 17408,
    vocab_size: 248320,
    max_position_embeddings: 262144,
    full_attention_interval: 4,
    layer_types: Array.from({ length: 64 }, (_, i) => (i % 4 === 3 ? "full_attention" : "linear_attention")),
    linear_num_key_heads: 16,
    linear_num_value_heads: 48,
    linear_key_head_dim: 128,
    linear_value_head_dim: 128,
    linear_conv_kernel_dim: 4,
    mamba_ssm_dtype: "float32",
  },
};
const pattern = "MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME";
const nemotron = {
  architectures: ["NemotronHForCausalLM"],
  hidden_size: 2688,
  num_hidden_layers: 52,
  hybrid_override_pattern: pattern,
  num_attention_heads: 32,
  num_key_value_heads: 2,
  head_dim: 128,
  intermediate_size: 1856,
  moe_intermediate_size: 1856,
  n_routed_experts: 128,
  num_experts_per_tok: 6,
  n_shared_experts: 1,
  mamba_num_heads: 64,
  mamba_head_dim: 64,
  n_groups: 8,
  ssm_state_size: 128,
  conv_kernel: 4,
  mamba_ssm_cache_dtype: "float32",
  vocab_size: 131072,
  max_position_embeddings: 262144,
};
const deepseek = {
  architectures: ["DeepseekV3ForCausalLM"],
  hidden_size: 7168,
  num_hidden_layers: 61,
  num_attention_heads: 128,
  num_key_value_heads: 128,
  q_lora_rank: 1536,
  kv_lora_rank: 512,
  qk_rope_head_dim: 64,
  qk_nope_head_dim: 128,
  v_head_dim: 128,
  intermediate_size: 18432,
  moe_intermediate_size: 2048,
  n_routed_experts: 256,
  n_shared_experts: 1,
  num_experts_per_tok: 8,
  first_k_dense_replace: 3,
  num_nextn_predict_layers: 1,
  vocab_size: 129280,
  max_position_embeddings: 163840,
  rope_scaling: { type: "yarn", factor: 40, original_max_position_embeddings: 4096 },
  quantization_config: { quant_method: "fp8", weight_block_size: [128, 128] },
};

describe("a config.json results in the same cache as the table's row", () => {
  test.each([
    ["meta-llama/Llama-3.1-8B-Instruct", llama],
    ["Qwen/Qwen3-235B-A22B-FP8", qwen235],
    ["openai/gpt-oss-20b", gptOss],
    ["Qwen/Qwen3.5-27B", qwen35],
    ["nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", nemotron],
    ["deepseek-ai/DeepSeek-R1-0528", deepseek],
  ])("%s", (id, config) => {
    const [read, row] = [modelFromConfig(id, config), modelFromTable(id)!];
    expect(read.cache).toEqual(row.cache);
    expect([read.maxModelLen, read.vocab, read.quantization, read.vision]).toEqual([
      row.maxModelLen,
      row.vocab,
      row.quantization,
      row.vision,
    ]);
    expect(read.architecture).toBe(row.architecture);
    expect(read.kvHeads).toBe(row.kvHeads);
  });
});

describe("parameters counted from the dimensions", () => {
  test.each([
    ["Llama 3.1 8B", llama, 8.03, 8.03],
    ["Qwen3 235B A22B", qwen235, 235, 22],
    ["gpt-oss 20b", gptOss, 20.9, 3.6],
    ["DeepSeek R1", deepseek, 671, 37],
  ])("of %s come within 8% of the published number", (name, config, total, active) => {
    const read = modelFromConfig(name, { ...config, quantization_config: undefined });
    expect(read.weightBytes / 2 / 1e9 / total).toBeGreaterThan(0.92);
    expect(read.weightBytes / 2 / 1e9 / total).toBeLessThan(1.08);
    expect(read.activeParameters / 1e9 / active).toBeGreaterThan(0.8);
    expect(read.activeParameters / 1e9 / active).toBeLessThan(1.2);
  });

  test("a checkpoint size overrides them, and the prediction layer that vLLM doesn't load is subtracted", () => {
    const read = modelFromConfig("r1", deepseek, { fileBytes: 641.3 * GiB });
    expect(read.weightsFrom).toBe("checkpoint");
    expect(641.3 - read.weightBytes / GiB).toBeGreaterThan(10);
    expect(641.3 - read.weightBytes / GiB).toBeLessThan(14);
  });

  test("a known number of loaded bytes is used unchanged", () => {
    expect(withCheckpoint(modelFromConfig("r1", deepseek), 600).weightBytes).toBe(600 * GiB);
  });

  test("without a size, the assumptions state that it was computed", () => {
    expect(modelFromConfig("x", llama)).toMatchObject({
      weightsFrom: "parameters",
      assumptions: [expect.stringContaining("the size of the weights (15.0 GiB) is computed from the dimensions")],
    });
  });
});

describe("quantization", () => {
  test.each([
    [{ quant_method: "awq", bits: 4 }, "awq"],
    [{ quant_method: "gptq", bits: 4 }, "gptq"],
    [{ quant_method: "fp8" }, "fp8"],
    [{ quant_method: "modelopt", quant_algo: "NVFP4" }, "nvfp4"],
    [{ quant_method: "bitsandbytes", load_in_4bit: true }, "nf4"],
    [{ quant_method: "bitsandbytes", load_in_8bit: true }, "nf4"],
    [
      { quant_method: "compressed-tensors", config_groups: { group_0: { weights: { num_bits: 8, type: "float", strategy: "channel" } } } },
      "fp8",
    ],
    [{ quant_method: "compressed-tensors", config_groups: { group_0: { weights: { num_bits: 4, type: "int" } } } }, "int4"],
  ])("%j is %s", (quantization_config, expected) => {
    expect(modelFromConfig("x", { ...llama, quantization_config }).quantization).toBe(expected);
  });

  test("NVIDIA's separate hf_quant_config.json is used if config.json specifies none", () => {
    const hfQuantConfig = { quantization: { quant_algo: "FP8", kv_cache_quant_algo: "FP8" } };
    expect(modelFromConfig("x", llama, { hfQuantConfig }).quantization).toBe("modelopt-fp8");
  });

  test("an unknown one is an error that names it", () => {
    expect(() => modelFromConfig("x", { ...llama, quantization_config: { quant_method: "aqlm" } })).toThrow(
      /MOOR141: The planner doesn't support the quantization "aqlm" of x/,
    );
  });
});

describe("layers", () => {
  const kindsOf = (config: Record<string, unknown>) => modelFromConfig("x", config).cache.map(({ kind, layers }) => [kind, layers]);

  test("a window that isn't used, or is wider than the context, is ignored", () => {
    expect(kindsOf({ ...llama, sliding_window: 4096, use_sliding_window: false })).toEqual([["full", 32]]);
    expect(kindsOf({ ...llama, sliding_window: 262_144 })).toEqual([["full", 32]]);
  });

  test("a window without a list of layers applies to all layers", () => {
    expect(kindsOf({ ...llama, sliding_window: 4096 })).toEqual([["sliding", 32]]);
  });

  test("every sixth layer of a pattern has full attention", () => {
    expect(kindsOf({ ...llama, sliding_window: 1024, sliding_window_pattern: 6 })).toEqual([
      ["full", 5],
      ["sliding", 27],
    ]);
  });

  test("Llama 4 has chunked attention except in layers without rotary positions", () => {
    const no_rope_layers = Array.from({ length: 32 }, (_, i) => (i % 4 === 3 ? 0 : 1));
    expect(kindsOf({ ...llama, attention_chunk_size: 8192, no_rope_layers })).toEqual([
      ["full", 8],
      ["chunked", 24],
    ]);
  });

  test("full-attention layers can have different heads", () => {
    const text = { ...llama, layer_types: [...Array(25).fill("sliding_attention"), ...Array(7).fill("full_attention")] };
    const config = { ...text, sliding_window: 1024, num_global_key_value_heads: 4, global_head_dim: 512 };
    expect(modelFromConfig("x", config).cache).toEqual([
      { kind: "full", layers: 7, kvHeads: 4, headDim: 512 },
      { kind: "sliding", layers: 25, kvHeads: 8, headDim: 128, window: 1024 },
    ]);
  });

  test("layers that share the cache of earlier layers have no cache", () => {
    expect(kindsOf({ ...llama, num_kv_shared_layers: 12 })).toEqual([["full", 20]]);
  });

  test("the sparse indexer is stored in addition to the latent vector", () => {
    expect(modelFromConfig("x", { ...deepseek, index_head_dim: 128 }).cache).toEqual([
      { kind: "mla", layers: 61, width: 576 },
      { kind: "indexer", layers: 61, width: 132 },
    ]);
  });

  test.each([
    ["layers of an unknown kind", { layer_types: Array(32).fill("retention") }],
    ["an encoder and a decoder", { is_encoder_decoder: true }],
    ["a compressed cache", { compress_ratios: [4, 128] }],
    ["recurrent layers without a shape", { layer_types: Array(32).fill("mamba") }],
  ])("%s can't be modelled, and says why", (_, extra) => {
    expect(modelFromConfig("x", { ...llama, ...extra }).unmodelled).toMatch(/^(config\.json|it|the shape)/);
  });
});

test("the default of the head dimension is the hidden size divided by the heads, and an explicit one overrides it", () => {
  expect(modelFromConfig("x", llama).headDim).toBe(128);
  expect(modelFromConfig("x", { ...qwen235 }).headDim).toBe(128);
});

test("a context extended by YaRN is the trained context times the factor", () => {
  const rope_scaling = { rope_type: "yarn", factor: 4, original_max_position_embeddings: 32768 };
  expect(modelFromConfig("x", { ...llama, max_position_embeddings: 40960, rope_scaling }).maxModelLen).toBe(131_072);
});

test.each([
  ["hidden_size", "x", '"x"'],
  ["vocab_size", true, "true"],
  ["num_key_value_heads", "8", '"8"'],
])("a %s of %j is an error because it is not a number", (name, value, shown) => {
  const message = `MOOR120: In the configuration of org/model, ${name} is ${shown}; it must be a number.`;
  expect(() => modelFromConfig("org/model", { ...llama, [name]: value })).toThrow(message);
});

test.each([
  ["hidden_size", -1],
  ["num_hidden_layers", 2.5],
  ["num_attention_heads", 0],
  ["num_key_value_heads", 0],
  ["head_dim", -128],
  ["max_position_embeddings", 0],
])("a %s of %d is an error because it is out of range", (name, value) => {
  const message = `MOOR120: The configuration of org/model is not valid: ${name} is ${value}. Allowed: a whole number from 1 to `;
  expect(() => modelFromConfig("org/model", { ...llama, [name]: value })).toThrow(message);
});

test("a list with the kinds of too few layers results in an unknown cache, not in a small one", () => {
  const kinds = (count: number) => ({ ...llama, layer_types: Array.from({ length: count }, () => "full_attention") });
  const { num_hidden_layers: layers } = llama;
  expect(modelFromConfig("x", kinds(3)).unmodelled).toBe(`config.json specifies the kinds of only 3 of ${layers} layers`);
  expect(modelFromConfig("x", kinds(layers)).unmodelled).toBeUndefined();
  expect(modelFromConfig("x", kinds(layers + 1)).cache).toEqual(modelFromConfig("x", kinds(layers)).cache);
});

test("a missing required number is an error that names it", () => {
  const { vocab_size: _, ...without } = llama;
  expect(() => modelFromConfig("org/model", without)).toThrow(PlanError);
  expect(() => modelFromConfig("org/model", without)).toThrow("The configuration of org/model has no vocab_size.");
});
