// Proves that the formats of several families and versions result in the right layers, context and parameters from `config.json` alone, and
// that unsupported structures and quantizations are reported, not ignored. Does not prove formats of other families.
import { PlanError } from "../../../planner/codes";
import { type Checkpoint, modelFromConfig } from "../../../planner/fit/config/json";
import type { Config } from "../../../planner/fit/config/read";

const base = {
  ...{ architectures: ["LlamaForCausalLM"], hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32, num_attention_heads: 32 },
  ...{ num_key_value_heads: 8, vocab_size: 128256, max_position_embeddings: 131072, tie_word_embeddings: false },
};
const of = (config: Config, checkpoint?: Checkpoint) => modelFromConfig("a model", config, checkpoint);
const like = (architecture: string, changes: Config = {}) => of({ ...base, architectures: [architecture], ...changes });
const layers = (model: ReturnType<typeof of>) => model.cache.map((layer) => `${layer.layers} ${layer.kind}`);

const gemma3 = {
  architectures: ["Gemma3ForConditionalGeneration"],
  text_config: {
    ...{ hidden_size: 2560, intermediate_size: 10240, model_type: "gemma3_text", num_hidden_layers: 34, sliding_window: 1024 },
    rope_scaling: { factor: 8, rope_type: "linear" },
  },
  vision_config: { hidden_size: 1152, intermediate_size: 4304, num_hidden_layers: 27 },
};

test("a nested Gemma 3 that omits heads, vocabulary and context is read with the defaults of its class, and the assumptions state them", () => {
  const model = of(gemma3);
  expect([model.heads, model.kvHeads, model.headDim, model.vocab, model.maxModelLen]).toEqual([8, 4, 256, 262_208, 131_072]);
  expect(layers(model)).toEqual(["5 full", "29 sliding"]);
  expect(Math.abs(model.weightBytes / 2e9 / 4.3 - 1)).toBeLessThan(0.02);
  expect(model.assumptions).toContain("config.json doesn't contain head_dim, so the default of gemma3_text is assumed: 256");
});

test("a configuration that isn't nested must be complete", () => {
  expect(() => like("LlamaForCausalLM", { model_type: "llama", hidden_size: undefined })).toThrow(PlanError);
});

test.each<[string, Config, string[]]>([
  ["Exaone4ForCausalLM", { num_hidden_layers: 64, sliding_window: 4096, sliding_window_pattern: "LLLG" }, ["16 full", "48 sliding"]],
  ["Cohere2ForCausalLM", { sliding_window: 4096 }, ["8 full", "24 sliding"]],
  ["Gemma3ForCausalLM", { num_hidden_layers: 26, sliding_window: 512 }, ["4 full", "22 sliding"]],
  ["GptOssForCausalLM", { num_hidden_layers: 24, sliding_window: 128 }, ["12 full", "12 sliding"]],
  ["Qwen2ForCausalLM", { sliding_window: 4096, use_sliding_window: true, max_window_layers: 28 }, ["28 full", "4 sliding"]],
  ["MistralForCausalLM", { sliding_window: 4096 }, ["32 sliding"]],
  [
    "BambaForCausalLM",
    { attn_layer_indices: [9, 18, 27], mamba_n_heads: 128, mamba_d_head: 64, mamba_d_state: 128 },
    ["3 full", "29 state"],
  ],
  ["JambaForCausalLM", { attn_layer_period: 8, attn_layer_offset: 4, mamba_d_state: 16, mamba_dt_rank: 256 }, ["4 full", "28 state"]],
  ["FalconH1ForCausalLM", { mamba_n_heads: 32, mamba_d_head: 128, mamba_d_state: 256 }, ["32 full", "32 state"]],
  ["LongcatFlashForCausalLM", { kv_lora_rank: 512, qk_rope_head_dim: 64 }, ["64 mla"]],
])("layers of %s with %j", (architecture, changes, expected) => {
  expect(layers(like(architecture, changes))).toEqual(expected);
});

test.each<[string, Config]>([
  ["block_configs", { block_configs: [{ attention: { n_heads_in_group: 8 } }, { attention: { n_heads_in_group: 4 } }] }],
  ["layer_group_size", { layer_group_size: 8 }],
  ["sparse_attention_config", { sparse_attention_config: { topk: 8 } }],
])("layers that differ by %s are refused by name", (name, changes) => {
  expect(like("DeciLMForCausalLM", changes).unmodelled).toContain(name);
});

const full = (layers: number, kvHeads: number, headDim: number) => ({ kind: "full", layers, kvHeads, headDim });
const sliding = (layers: number, kvHeads: number, headDim: number, window: number) => ({
  kind: "sliding",
  layers,
  kvHeads,
  headDim,
  window,
});
const repeat = <T>(times: number, ...values: T[]): T[] => Array.from({ length: times }, () => values).flat();

test("a block of a searched architecture has its own number of heads, or no attention", () => {
  const grouped: unknown = { attention: { n_heads_in_group: 8 } };
  const blocks = repeat<unknown>(8, grouped, grouped, { attention: { no_op: true } }, { attention: { replace_with_linear: true } });
  expect(like("DeciLMForCausalLM", { block_configs: blocks }).cache).toEqual([full(16, 4, 128)]);
});

test("MiniMax-Text-01 lists full and linear attention; a linear layer has one matrix for each head", () => {
  const state = { convElements: 0, convBytes: 2, ssmElements: 32 * 128 * 128, ssmBytes: 2, heads: [32] };
  expect(like("MiniMaxText01ForCausalLM", { attn_type_list: repeat(4, 0, 0, 0, 0, 0, 0, 0, 1) }).cache).toEqual([
    full(4, 8, 128),
    { kind: "state", layers: 28, state },
  ]);
});

test("the sliding layers of MiMo-V2 have their own heads, and values that are narrower than keys", () => {
  const pattern = { hybrid_layer_pattern: repeat(8, 0, 1, 1, 1), sliding_window: 128, swa_num_key_value_heads: 16 };
  const widths = { head_dim: 192, v_head_dim: 128, swa_head_dim: 192, swa_v_head_dim: 128 };
  expect(like("MiMoV2FlashForCausalLM", { ...pattern, ...widths }).cache).toEqual([full(8, 8, 160), sliding(24, 16, 160, 128)]);
});

test("Step 3.5 specifies the heads of its sliding layers in an object", () => {
  const layerTypes = repeat(8, "full_attention", "sliding_attention", "sliding_attention", "sliding_attention");
  const other = { attention_type: "sliding_attention", num_attention_groups: 4, head_dim: 64 };
  const changes = { layer_types: layerTypes, attention_other_setting: other, sliding_window: 512 };
  expect(like("Step3p5ForCausalLM", changes).cache).toEqual([full(8, 8, 128), sliding(24, 4, 64, 512)]);
});

test("a repeated list of windows alternates sliding and full attention", () => {
  expect(like("MistralForCausalLM", { interleaved_sliding_window: [2048, 2048, 2048, null] }).cache).toEqual([
    full(8, 8, 128),
    sliding(24, 8, 128, 2048),
  ]);
});

test("a field without a value is not a problem", () => {
  expect(like("LlamaForCausalLM", { cross_attention_layers: [], interleaved_sliding_window: null }).unmodelled).toBeUndefined();
});

test.each<[string, Config, number]>([
  [
    "OPTForCausalLM",
    {
      ...{ intermediate_size: undefined, ffn_dim: 16384, num_key_value_heads: 32, vocab_size: 50272, tie_word_embeddings: undefined },
      max_position_embeddings: 2048,
    },
    6.65,
  ],
  [
    "GPTNeoXForCausalLM",
    {
      hidden_size: 6144,
      intermediate_size: 24576,
      num_hidden_layers: 44,
      num_attention_heads: 64,
      num_key_value_heads: undefined,
      vocab_size: 50432,
    },
    20.6,
  ],
  [
    "JambaForCausalLM",
    {
      num_experts: 16,
      num_experts_per_tok: 2,
      expert_layer_period: 2,
      expert_layer_offset: 1,
      attn_layer_period: 8,
      mamba_d_state: 16,
      mamba_expand: 2,
      vocab_size: 65536,
    },
    51.6,
  ],
  [
    "Ernie4_5_MoeForCausalLM",
    {
      hidden_size: 2560,
      intermediate_size: 12288,
      moe_intermediate_size: 1536,
      moe_k: 6,
      moe_layer_start_index: 1,
      moe_num_experts: 64,
      moe_num_shared_experts: 2,
      num_attention_heads: 20,
      num_hidden_layers: 28,
      num_key_value_heads: 4,
      head_dim: 128,
      tie_word_embeddings: true,
      vocab_size: 103424,
    },
    21.8,
  ],
  [
    "HunYuanMoEV1ForCausalLM",
    {
      intermediate_size: 3072,
      moe_intermediate_size: [3072, 3072],
      moe_topk: [8, 8],
      num_experts: 64,
      num_shared_expert: [1, 1],
      head_dim: 128,
      vocab_size: 128167,
      tie_word_embeddings: true,
    },
    80.4,
  ],
  [
    "Llama4ForCausalLM",
    {
      hidden_size: 5120,
      intermediate_size: 8192,
      num_local_experts: 16,
      num_experts_per_tok: 1,
      num_attention_heads: 40,
      head_dim: 128,
      num_hidden_layers: 48,
      vocab_size: 202048,
    },
    107.8,
  ],
])("parameters of %s", (architecture, changes, billions) => {
  expect(Math.abs(like(architecture, changes).weightBytes / 2e9 / billions - 1)).toBeLessThan(0.03);
});

test("experts, heads and lengths are read from the fields of DBRX, ChatGLM and Falcon", () => {
  const dbrx = of({
    ...{ architectures: ["DbrxForCausalLM"], d_model: 6144, n_heads: 48, n_layers: 40, max_seq_len: 32768, vocab_size: 100352 },
    ...{ attn_config: { kv_n_heads: 8 }, ffn_config: { ffn_hidden_size: 10752, moe_num_experts: 16, moe_top_k: 4 } },
  });
  expect([dbrx.kvHeads, dbrx.experts]).toEqual([8, { count: 16, perToken: 4, intermediate: 10752 }]);
  const glm = { ...base, architectures: ["ChatGLMModel"], vocab_size: undefined, padded_vocab_size: 65024, num_key_value_heads: undefined };
  expect([of({ ...glm, multi_query_group_num: 2 }).kvHeads, of(glm).vocab]).toEqual([2, 65024]);
  const falcon = like("FalconForCausalLM", { max_position_embeddings: undefined });
  expect([falcon.maxModelLen, falcon.assumptions[0]]).toEqual([
    2048,
    "config.json specifies no maximum context, so vLLM's default is assumed: 2048 tokens",
  ]);
});

test.each<[Config, string | undefined]>([
  [{ quant_method: "gptq", bits: 8 }, "int8"],
  [{ quant_method: "auto-round", bits: 4 }, "gptq"],
  [{ quant_method: "modelopt_fp4" }, "nvfp4"],
  [{ quant_method: "modelopt", quantization: { quant_algo: "NVFP4" } }, "nvfp4"],
  [{}, undefined],
])("the quantization %j is %s", (quantization_config, expected) => {
  expect(like("LlamaForCausalLM", { quantization_config }).quantization).toBe(expected);
});

test.each<[Config, string]>([
  [
    { quant_method: "auto-round", bits: 2 },
    'The planner doesn\'t support the quantization "auto-round" with 2 bits of a model. Supported: fp8, awq, gptq',
  ],
  [
    { quant_method: "modelopt", quant_algo: "MIXED_PRECISION" },
    'The planner doesn\'t support the quantization "modelopt" with "MIXED_PRECISION" of a model. Supported: fp8',
  ],
  [{ quant_method: "hqq" }, 'The planner doesn\'t support the quantization "hqq" of a model. Supported: fp8'],
  [
    { quant_method: "compressed-tensors", config_groups: { group_0: null } },
    'The planner doesn\'t support the quantization "compressed-tensors" of a model.',
  ],
])("the quantization %j is not supported", (quantization_config, message) => {
  expect(() => like("LlamaForCausalLM", { quantization_config })).toThrow(message);
});

test.each([["fp8"], [["fp8"]]])("a quantization_config that is %j is not valid", (quantization_config) => {
  const message = `The quantization_config of a model is ${JSON.stringify(quantization_config)}; it must be an object.`;
  expect(() => of({ ...base, quantization_config })).toThrow(message);
});
