// Proves that `npm run fit` reads any folder of a model: config.json, quantisation, index and headers of weight files. It answers with
// finite numbers or with an error of one sentence, within a second. Doesn't prove that an answer is right: tests/planner does.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { checkFit, runFit } from "./fitAnswer";
import { fuzz } from "./fuzz";
import { anyJson, mutated } from "./mutate";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-fuzz-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

type Tree = Readonly<Record<string, unknown>>;

const dense = {
  architectures: ["LlamaForCausalLM"],
  ...{ hidden_size: 512, num_hidden_layers: 4, num_attention_heads: 8, num_key_value_heads: 2, intermediate_size: 1024 },
  ...{ vocab_size: 1000, max_position_embeddings: 4096, tie_word_embeddings: true, rope_scaling: { rope_type: "yarn", factor: 2 } },
};
const samples: readonly Tree[] = [
  dense,
  {
    ...dense,
    architectures: ["Qwen3MoeForCausalLM"],
    num_experts: 8,
    num_experts_per_tok: 2,
    moe_intermediate_size: 64,
    decoder_sparse_step: 1,
  },
  { ...dense, layer_types: ["full_attention", "sliding_attention", "linear_attention", "full_attention"], sliding_window: 128 },
  { ...dense, architectures: ["DeepseekV3ForCausalLM"], kv_lora_rank: 64, qk_rope_head_dim: 16, index_head_dim: 32, n_routed_experts: 4 },
  { ...dense, architectures: ["NemotronHForCausalLM"], hybrid_override_pattern: "M-*E", mamba_num_heads: 8, mamba_head_dim: 16 },
  { ...dense, architectures: ["BambaForCausalLM"], attn_layer_period: 2, attn_layer_offset: 1, mamba_n_heads: 8, mamba_d_head: 8 },
  {
    architectures: ["Gemma3ForConditionalGeneration"],
    text_config: { ...dense, sliding_window_pattern: 2, sliding_window: 64 },
    vision_config: { depth: 2, hidden_size: 64, mlp_ratio: 4 },
  },
  {
    ...dense,
    quantization_config: { quant_method: "compressed-tensors", config_groups: { group_0: { weights: { num_bits: 4, type: "int" } } } },
  },
];

const names = [...new Set(samples.flatMap((sample) => [...Object.keys(sample), ...Object.keys((sample.text_config ?? {}) as Tree)]))];
const others = [
  "full_attention_interval",
  "linear_num_key_heads",
  "linear_num_value_heads",
  "num_kv_shared_layers",
  "num_nextn_predict_layers",
];
const rest = [
  "first_k_dense_replace",
  "n_shared_experts",
  "attention_chunk_size",
  "no_rope_layers",
  "max_window_layers",
  "head_dim",
  "conv_L_cache",
];
const key = fc.constantFrom(...names, ...others, ...rest, "model_type", "linear_attn_config", "mamba_expand", "mamba_d_state");
const values = fc.oneof(
  fc.constantFrom<unknown>(0, 1, 2, 3, -1, -4, 0.5, 1e6, 1e9, 1e12, 1e21, 1e308, -1e308, 5e-324, 2 ** 31, Number.MAX_SAFE_INTEGER),
  fc.constantFrom<unknown>([{}], ["constructor"], ["__proto__"], "constructor", "64", [1e308, 1e308], [4, 4], {}, [], null, true, [null]),
  anyJson(["hidden_size", "factor"]),
);
const changed = fc
  .tuple(fc.constantFrom(...samples), fc.array(fc.tuple(key, values), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([sample, changes, nested]) => {
    const inner = nested && "text_config" in sample ? (sample.text_config as Tree) : sample;
    const next = { ...inner, ...Object.fromEntries(changes) };
    return JSON.stringify(inner === sample ? next : { ...sample, text_config: next });
  });
const words = ["1e999", "1e308", "-1", "9".repeat(200), "null", "{}", "[]", '"constructor"', '"__proto__":', "NaN", "Infinity", ","];
const config = fc.oneof(
  { weight: 4, arbitrary: changed },
  mutated(
    samples.map((sample) => JSON.stringify(sample)),
    words,
  ),
  anyJson().map((value) => JSON.stringify(value)),
);

const offsets = fc.oneof(
  fc.tuple(fc.nat(1000), fc.nat(1000)),
  fc.constantFrom<unknown>(undefined, null, [], [0], [5, 1], [-1, 4], [0, 1e308], ["0", "9"], [0, 1, 2], {}, [0.5, 1]),
);
const tensors = fc.dictionary(
  fc.constantFrom("model.embed_tokens.weight", "model.layers.0.mlp.weight", "lm_head.weight", "__metadata__", "__proto__", "mtp.fc", ""),
  fc.oneof(
    offsets.map((data_offsets) => ({ dtype: "BF16", data_offsets })),
    anyJson(["data_offsets"]),
  ),
  { maxKeys: 4 },
);
const weights = fc.record({
  tensors,
  length: fc.option(fc.constantFrom(0n, 1n, 8n, 2n ** 40n, 2n ** 63n, 2n ** 64n - 1n)),
  cut: fc.nat(20),
});
const index = fc.oneof(
  fc.constantFrom<unknown>(0, -5, 1e308, 123_456, "9", null, {}).map((total_size) => ({ metadata: { total_size }, weight_map: {} })),
  anyJson(["metadata", "total_size"]),
);
const quantization = anyJson(["quantization", "quant_algo"]);
const input = fc.record({
  config,
  weights: fc.option(weights),
  index: fc.option(index),
  quantization: fc.option(quantization, { freq: 9 }),
  json: fc.boolean(),
});

fuzz("folders of a model", input, async ({ config, weights, index, quantization, json }) => {
  write("config.json", config);
  write("model.safetensors.index.json", index === null ? undefined : JSON.stringify(index));
  write("hf_quant_config.json", quantization === null ? undefined : JSON.stringify(quantization));
  write("model.safetensors", weights === null ? undefined : safetensors(weights));
  checkFit(
    await runFit(folder, "--size", "Standard_NC24ads_A100_v4", ...(json ? ["--json"] : [])),
    json,
    config + JSON.stringify([index, quantization]),
  );
});

function write(name: string, content: string | Buffer | undefined): void {
  const file = path.join(folder, name);
  if (content === undefined) fs.rmSync(file, { force: true });
  else fs.writeFileSync(file, content);
}

/** A weight file: the length of its header, and the header, which is sometimes truncated. */
function safetensors({ tensors, length, cut }: { tensors: object; length: bigint | null; cut: number }): Buffer {
  const header = Buffer.from(JSON.stringify(tensors));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(length ?? BigInt(header.length));
  const whole = Buffer.concat([size, header, Buffer.alloc(10)]);
  return whole.subarray(0, whole.length - cut);
}
