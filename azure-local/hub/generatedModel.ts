import { createHash } from "node:crypto";
import { bytesContents } from "./contents";
import type { HubRepository } from "./repository";
import { chatTemplate, specialTokens, tokenizer, vocabularySize } from "./tinyTokenizer";
import { shardsOf, type Tensors } from "./tinyWeights";

/** A Qwen2 model that vLLM and transformers load: 2 layers, about half a million parameters. */
const config = {
  architectures: ["Qwen2ForCausalLM"],
  model_type: "qwen2",
  hidden_act: "silu",
  hidden_size: 128,
  intermediate_size: 256,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 4096,
  max_window_layers: 2,
  rms_norm_eps: 1e-6,
  rope_theta: 10000,
  attention_dropout: 0,
  initializer_range: 0.02,
  tie_word_embeddings: false,
  torch_dtype: "bfloat16",
  use_cache: true,
  use_sliding_window: false,
  vocab_size: vocabularySize,
  eos_token_id: specialTokens["<|im_end|>"],
  pad_token_id: specialTokens["<|endoftext|>"],
};

const repositories = new Map<string, HubRepository>();

/**
 * A complete small repository: configuration, tokenizer, model card, and two shards of random weights, all of which depend only on the ID
 * and the commit. Its license is Apache 2.0.
 * @param commit @default a commit that depends on the ID, as that of the branch `main`
 */
export function generatedModel(id: string, commit = createHash("sha1").update(id).digest("hex")): HubRepository {
  const key = `${id} ${commit}`;
  const known = repositories.get(key);
  if (known) return known;
  const text = (value: unknown) => bytesContents(`${JSON.stringify(value, undefined, 2)}\n`);
  const shards = shardsOf(tensors(), 2, key);
  const repository: HubRepository = {
    id,
    commit,
    license: "apache-2.0",
    files: {
      ".gitattributes": bytesContents("*.safetensors filter=lfs diff=lfs merge=lfs -text\n"),
      "README.md": bytesContents(
        `---\nlicense: apache-2.0\nlibrary_name: transformers\n---\nRandom weights, made by the local Hub for ${id}.\n`,
      ),
      LICENSE: bytesContents("Apache License, Version 2.0. See https://www.apache.org/licenses/LICENSE-2.0\n"),
      "config.json": text(config),
      "generation_config.json": text({ eos_token_id: config.eos_token_id, pad_token_id: config.pad_token_id }),
      ...Object.fromEntries(shards.files.map(({ name, bytes }) => [name, bytesContents(bytes)])),
      "model.safetensors.index.json": text(shards.index),
      "tokenizer.json": text(tokenizer),
      "tokenizer_config.json": text({
        tokenizer_class: "PreTrainedTokenizerFast",
        eos_token: "<|im_end|>",
        pad_token: "<|endoftext|>",
        model_max_length: config.max_position_embeddings,
        chat_template: chatTemplate,
      }),
    },
  };
  repositories.set(key, repository);
  return repository;
}

function tensors(): Tensors {
  const { hidden_size: hidden, intermediate_size: inner, num_attention_heads: heads, num_key_value_heads: keyHeads } = config;
  const keys = (hidden / heads) * keyHeads;
  const layers = Array.from({ length: config.num_hidden_layers }, (_, index): Tensors => {
    const layer = `model.layers.${index}`;
    return {
      [`${layer}.input_layernorm.weight`]: [hidden],
      [`${layer}.mlp.down_proj.weight`]: [hidden, inner],
      [`${layer}.mlp.gate_proj.weight`]: [inner, hidden],
      [`${layer}.mlp.up_proj.weight`]: [inner, hidden],
      [`${layer}.post_attention_layernorm.weight`]: [hidden],
      [`${layer}.self_attn.k_proj.bias`]: [keys],
      [`${layer}.self_attn.k_proj.weight`]: [keys, hidden],
      [`${layer}.self_attn.o_proj.weight`]: [hidden, hidden],
      [`${layer}.self_attn.q_proj.bias`]: [hidden],
      [`${layer}.self_attn.q_proj.weight`]: [hidden, hidden],
      [`${layer}.self_attn.v_proj.bias`]: [keys],
      [`${layer}.self_attn.v_proj.weight`]: [keys, hidden],
    };
  });
  return Object.assign(
    {
      "model.embed_tokens.weight": [config.vocab_size, hidden],
      "model.norm.weight": [hidden],
      "lm_head.weight": [config.vocab_size, hidden],
    },
    ...layers,
  ) as Tensors;
}
