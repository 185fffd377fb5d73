/** Configurations of published models that the folder `models` doesn't contain: the numbers of their `config.json`. */
import type { Config } from "../../../../planner/fit/config/read";

type Numbers = readonly [
  layers: number,
  hidden: number,
  heads: number,
  kvHeads: number,
  headDim: number,
  intermediate: number,
  vocab: number,
];

/** A configuration with these numbers. */
export const dims = (architecture: string, numbers: Numbers, more: Config = {}): Config => {
  const [num_hidden_layers, hidden_size, num_attention_heads, num_key_value_heads, head_dim, intermediate_size, vocab_size] = numbers;
  return {
    ...{ architectures: [architecture], num_hidden_layers, hidden_size, num_attention_heads, num_key_value_heads, head_dim },
    ...{ intermediate_size, vocab_size, max_position_embeddings: 32768, tie_word_embeddings: false, ...more },
  };
};

export const tied = { tie_word_embeddings: true };

const granite4 = (layers: number) => ({
  ...{ ...tied, mamba_d_state: 128, mamba_n_groups: 1, mamba_d_conv: 4, mamba_expand: 2 },
  layer_types: Array.from({ length: layers }, (_, i) => ([5, 15, 25, 35].includes(i) ? "attention" : "mamba")),
});

const clip = { hidden_size: 1024, num_hidden_layers: 24, intermediate_size: 4096, patch_size: 14, image_size: 336 };
export const siglip = { hidden_size: 1152, num_hidden_layers: 27, intermediate_size: 4304, patch_size: 14, image_size: 896 };
const qwen2Vision = {
  depth: 32,
  embed_dim: 1280,
  mlp_ratio: 4,
  in_chans: 3,
  patch_size: 14,
  temporal_patch_size: 2,
  spatial_merge_size: 2,
};

/** Model, configuration, parameters in billions as published. */
export const published: readonly (readonly [string, Config, number])[] = [
  ["command-r-v01", dims("CohereForCausalLM", [40, 8192, 64, 64, 128, 22528, 256000], tied), 34.981],
  ["command-r7b-12-2024", dims("Cohere2ForCausalLM", [32, 4096, 32, 8, 128, 14336, 256000], tied), 8.028],
  ["command-a-03-2025", dims("Cohere2ForCausalLM", [64, 12288, 96, 8, 128, 36864, 256000], tied), 111.058],
  ["OLMo-2-1124-7B", dims("Olmo2ForCausalLM", [32, 4096, 32, 32, 128, 11008, 100352]), 7.299],
  ["OLMoE-1B-7B", dims("OlmoeForCausalLM", [16, 2048, 16, 16, 128, 1024, 50304], { num_experts: 64, num_experts_per_tok: 8 }), 6.919],
  [
    "LFM2-1.2B",
    dims("Lfm2ForCausalLM", [16, 2048, 32, 8, 64, 12288, 65536], {
      ...{ ...tied, block_ff_dim: 12288, block_auto_adjust_ff_dim: true, block_multiple_of: 256, conv_L_cache: 3 },
      layer_types: Array.from({ length: 16 }, (_, i) => ([2, 5, 8, 10, 12, 14].includes(i) ? "full_attention" : "conv")),
    }),
    1.17,
  ],
  [
    "granite-4.0-h-small",
    dims("GraniteMoeHybridForCausalLM", [40, 4096, 32, 8, 128, 768, 100352], {
      ...granite4(40),
      ...{ num_local_experts: 72, num_experts_per_tok: 10, shared_intermediate_size: 1536, mamba_n_heads: 128, mamba_d_head: 64 },
    }),
    32.207,
  ],
  [
    "granite-4.0-h-micro",
    dims("GraniteMoeHybridForCausalLM", [40, 2048, 32, 8, 64, 8192, 100352], {
      ...granite4(40),
      ...{ num_local_experts: 0, num_experts_per_tok: 0, shared_intermediate_size: 8192, mamba_n_heads: 64, mamba_d_head: 64 },
    }),
    3.191,
  ],
  ["GLM-4-9B-0414", dims("Glm4ForCausalLM", [40, 4096, 32, 2, 128, 13696, 151552], { attention_bias: true }), 9.4],
  [
    "GLM-4.5-Air without its prediction layer",
    dims("Glm4MoeForCausalLM", [46, 4096, 96, 8, 128, 10944, 151552], {
      ...{ attention_bias: true, moe_intermediate_size: 1408, n_routed_experts: 128, num_experts_per_tok: 8 },
      ...{ n_shared_experts: 1, first_k_dense_replace: 1 },
    }),
    106.852,
  ],
  ["EXAONE-4.0-32B", dims("Exaone4ForCausalLM", [64, 5120, 40, 8, 128, 27392, 102400]), 32.003],
  ["Apertus-8B", dims("ApertusForCausalLM", [32, 4096, 32, 8, 128, 21504, 131072]), 8.053],
  ["Seed-OSS-36B", dims("SeedOssForCausalLM", [64, 5120, 80, 8, 128, 27648, 155136], { attention_bias: true }), 36.151],
  [
    "dots.llm1",
    dims("Dots1ForCausalLM", [62, 4096, 32, 32, 128, 10944, 152064], {
      ...{ moe_intermediate_size: 1408, n_routed_experts: 128, num_experts_per_tok: 6, n_shared_experts: 2, first_k_dense_replace: 1 },
    }),
    142.774,
  ],
  ["Qwen2-VL-7B", dims("Qwen2VLForConditionalGeneration", [28, 3584, 28, 4, 128, 18944, 152064], { vision_config: qwen2Vision }), 8.291],
  [
    "llava-1.5-7b",
    {
      architectures: ["LlavaForConditionalGeneration"],
      ...{ text_config: dims("", [32, 4096, 32, 32, 128, 11008, 32064]), vision_config: clip },
    },
    7.063,
  ],
  [
    "pixtral-12b",
    {
      architectures: ["LlavaForConditionalGeneration"],
      text_config: dims("", [40, 5120, 32, 8, 128, 14336, 131072]),
      vision_config: { ...clip, model_type: "pixtral", patch_size: 16, image_size: 1024 },
    },
    12.68,
  ],
  ["Mistral-Nemo-2407", dims("MistralForCausalLM", [40, 5120, 32, 8, 128, 14336, 131072]), 12.248],
  ["Yi-34B", dims("LlamaForCausalLM", [60, 7168, 56, 8, 128, 20480, 64000]), 34.389],
  ["internlm2_5-7b", dims("InternLM2ForCausalLM", [32, 4096, 32, 8, 128, 14336, 92544]), 7.738],
  ["starcoder2-3b", dims("Starcoder2ForCausalLM", [30, 3072, 24, 2, 128, 12288, 49152], { ...tied, use_bias: true }), 3.03],
  [
    "Qwen2-57B-A14B",
    dims("Qwen2MoeForCausalLM", [28, 3584, 28, 4, 128, 18944, 151936], {
      ...{ moe_intermediate_size: 2560, num_experts: 64, num_experts_per_tok: 8, shared_expert_intermediate_size: 20480 },
    }),
    57.409,
  ],
  [
    "Phi-3.5-MoE",
    dims("PhiMoEForCausalLM", [32, 4096, 32, 8, 128, 6400, 32064], { num_local_experts: 16, num_experts_per_tok: 2, attention_bias: true }),
    41.873,
  ],
  [
    "dbrx",
    {
      ...{ architectures: ["DbrxForCausalLM"], d_model: 6144, n_heads: 48, n_layers: 40, max_seq_len: 32768, vocab_size: 100352 },
      attn_config: { kv_n_heads: 8 },
      ffn_config: { ffn_hidden_size: 10752, moe_num_experts: 16, moe_top_k: 4 },
    },
    131.597,
  ],
  [
    "gemma-3-27b",
    {
      architectures: ["Gemma3ForConditionalGeneration"],
      text_config: {
        ...{ hidden_size: 5376, intermediate_size: 21504, num_attention_heads: 32, num_key_value_heads: 16, head_dim: 128 },
        ...{ model_type: "gemma3_text", num_hidden_layers: 62 },
      },
      vision_config: siglip,
    },
    27.432,
  ],
  [
    "gemma-3n-E4B",
    {
      architectures: ["Gemma3nForConditionalGeneration"],
      text_config: dims("", [35, 2048, 8, 2, 256, 16384, 262400], {
        ...{ ...tied, hidden_size_per_layer_input: 256, vocab_size_per_layer_input: 262144, num_kv_shared_layers: 15 },
      }),
      audio_config: { hidden_size: 1536, conf_num_hidden_layers: 12 },
      vision_config: { hidden_size: 2048 },
    },
    7.85,
  ],
  ["gpt2-xl", { architectures: ["GPT2LMHeadModel"], n_embd: 1600, n_layer: 48, n_head: 25, vocab_size: 50257, n_positions: 1024 }, 1.558],
  [
    "pythia-12b",
    dims("GPTNeoXForCausalLM", [36, 5120, 40, 40, 128, 20480, 50688], { max_position_embeddings: 2048, use_bias: undefined }),
    11.846,
  ],
  ["phi-2", dims("PhiForCausalLM", [32, 2560, 32, 32, 80, 10240, 51200]), 2.78],
  [
    "falcon-7b",
    {
      ...{ architectures: ["FalconForCausalLM"], hidden_size: 4544, num_hidden_layers: 32, num_attention_heads: 71 },
      ...{ vocab_size: 65024, multi_query: true },
    },
    6.922,
  ],
  [
    "Falcon-H1-7B",
    dims("FalconH1ForCausalLM", [44, 3072, 12, 2, 128, 12288, 130048], {
      ...{ mamba_n_heads: 24, mamba_d_head: 128, mamba_d_state: 256, mamba_n_groups: 1, mamba_d_conv: 4 },
    }),
    7.586,
  ],
  [
    "Kimi-Linear-48B-A3B",
    dims("KimiLinearForCausalLM", [27, 2304, 32, 32, 72, 9216, 163840], {
      ...{ kv_lora_rank: 512, qk_nope_head_dim: 128, qk_rope_head_dim: 64, v_head_dim: 128, first_k_dense_replace: 1 },
      ...{ num_experts: 256, num_experts_per_token: 8, num_shared_experts: 1, moe_intermediate_size: 1024 },
      linear_attn_config: { full_attn_layers: [4, 8, 12, 16, 20, 24, 27], head_dim: 128, num_heads: 32, short_conv_kernel_size: 4 },
    }),
    49.122,
  ],
  ["Nemotron-4-340B", dims("NemotronForCausalLM", [96, 18432, 96, 8, 192, 73728, 256000]), 341],
  [
    "InternVL3-1B",
    {
      architectures: ["InternVLChatModel"],
      llm_config: dims("", [24, 896, 14, 2, 64, 4864, 151674]),
      vision_config: { ...clip, image_size: 448 },
    },
    0.938,
  ],
  [
    "nomic-embed-text-v1.5",
    {
      ...{ architectures: ["NomicBertModel"], n_embd: 768, n_layer: 12, n_head: 12, n_inner: 3072, vocab_size: 30528, n_positions: 8192 },
      ...{ type_vocab_size: 2, activation_function: "swiglu" },
    },
    0.1367,
  ],
  ["ModernBERT-base", dims("ModernBertModel", [22, 768, 12, 12, 64, 1152, 50368]), 0.149],
  [
    "multilingual-e5-large",
    dims("XLMRobertaModel", [24, 1024, 16, 16, 64, 4096, 250002], { max_position_embeddings: 514, type_vocab_size: 1 }),
    0.5599,
  ],
];
