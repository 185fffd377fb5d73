/** Repositories for the local Hub: a sharded chat model whose weight files take no space, and an embedding model. */
import { createHash } from "node:crypto";
import { bytesContents, type Contents, type HubRepository, sparseContents } from "../../azure-local";

export const commit = "a".repeat(40);
export const nextCommit = "b".repeat(40);

/** The configuration of a model with the dimensions of Llama 3.1 8B, and another vocabulary. */
export const chatConfig = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  max_position_embeddings: 32768,
  vocab_size: 32768,
  tie_word_embeddings: false,
  torch_dtype: "bfloat16",
};

export interface SampleTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** @default BF16 */
  readonly dtype?: string;
}

const widths: Readonly<Record<string, number>> = { BF16: 2, F32: 4, F8_E4M3: 1 };

const bytesOf = ({ shape, dtype = "BF16" }: SampleTensor) => shape.reduce((product, one) => product * one, widths[dtype]!);

/** The beginning of a safetensors file, with its header, and the size of the file. */
export function headerOf(tensors: readonly SampleTensor[]): { readonly beginning: Buffer; readonly size: number } {
  let offset = 0;
  const entries = tensors.map((tensor) => {
    const from = offset;
    offset += bytesOf(tensor);
    return [tensor.name, { dtype: tensor.dtype ?? "BF16", shape: tensor.shape, data_offsets: [from, offset] }] as const;
  });
  const header = Buffer.from(JSON.stringify({ __metadata__: { format: "pt" }, ...Object.fromEntries(entries) }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return { beginning: Buffer.concat([length, header]), size: 8 + header.length + offset };
}

/** A safetensors file of zeros. Its hash is not that of the content, because no test reads the whole file. */
export function weightFile(tensors: readonly SampleTensor[]): Contents {
  const { beginning, size } = headerOf(tensors);
  return sparseContents(size, beginning, createHash("sha256").update(beginning).digest("hex"));
}

/** The tensors of `chatConfig`. */
export function chatTensors(): SampleTensor[] {
  const { hidden_size: hidden, intermediate_size: inner, vocab_size: vocab, num_hidden_layers: count } = chatConfig;
  const layers = Array.from({ length: count }, (_, index): SampleTensor[] => {
    const layer = `model.layers.${index}`;
    return [
      { name: `${layer}.self_attn.q_proj.weight`, shape: [hidden, hidden] },
      { name: `${layer}.self_attn.k_proj.weight`, shape: [1024, hidden] },
      { name: `${layer}.self_attn.v_proj.weight`, shape: [1024, hidden] },
      { name: `${layer}.self_attn.o_proj.weight`, shape: [hidden, hidden] },
      { name: `${layer}.mlp.gate_proj.weight`, shape: [inner, hidden] },
      { name: `${layer}.mlp.up_proj.weight`, shape: [inner, hidden] },
      { name: `${layer}.mlp.down_proj.weight`, shape: [hidden, inner] },
      { name: `${layer}.input_layernorm.weight`, shape: [hidden] },
      { name: `${layer}.post_attention_layernorm.weight`, shape: [hidden] },
    ];
  });
  return [
    { name: "model.embed_tokens.weight", shape: [vocab, hidden] },
    ...layers.flat(),
    { name: "model.norm.weight", shape: [hidden] },
    { name: "lm_head.weight", shape: [vocab, hidden] },
  ];
}

export const json = (value: unknown): Contents => bytesContents(`${JSON.stringify(value, undefined, 2)}\n`);

const shardNames = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;

/** The bytes of all tensors of `chatTensors`. */
export const chatBytes = chatTensors().reduce((sum, tensor) => sum + bytesOf(tensor), 0);

/** A chat model in two shards with an index, and copies of the weights that vLLM doesn't read. */
export function chatModel(id = "acme/chat-8b", changes: Partial<HubRepository> = {}): HubRepository {
  const tensors = chatTensors();
  const shards = [tensors.slice(0, 150), tensors.slice(150)];
  const map = Object.fromEntries(shards.flatMap((own, at) => own.map(({ name }) => [name, shardNames[at]])));
  return {
    id,
    commit,
    license: "llama3.1",
    files: {
      "config.json": json(chatConfig),
      [shardNames[0]]: weightFile(shards[0]!),
      [shardNames[1]]: weightFile(shards[1]!),
      "model.safetensors.index.json": json({ metadata: { total_size: chatBytes }, weight_map: map }),
      "consolidated.safetensors": weightFile(tensors),
      "original/consolidated.00.pth": sparseContents(16 << 20, Buffer.alloc(0), "c".repeat(64)),
      "adapter_model.safetensors": weightFile([{ name: "lora", shape: [8, 8] }]),
      "tokenizer.json": json({}),
    },
    ...changes,
  };
}

/** A sentence-transformers model in one file. */
export function embeddingModel(id = "acme/embed-small"): HubRepository {
  const config = {
    architectures: ["BertModel"],
    model_type: "bert",
    hidden_size: 384,
    intermediate_size: 1536,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    max_position_embeddings: 512,
    vocab_size: 30522,
  };
  return {
    ...{ id, commit, license: "mit", pipelineTag: "sentence-similarity" },
    files: {
      "config.json": json(config),
      "modules.json": json([{ idx: 0, name: "0", path: "", type: "sentence_transformers.models.Transformer" }]),
      "1_Pooling/config.json": json({ word_embedding_dimension: 384, pooling_mode_cls_token: true }),
      "model.safetensors": weightFile([{ name: "embeddings.word_embeddings.weight", shape: [30522, 384], dtype: "F32" }]),
    },
  };
}
