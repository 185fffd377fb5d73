// Proves that a number out of range in a model's description is reported immediately, with its bounds. Does not prove that the bounds are
// realistic: they are wider than all published values.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readModel } from "../../../planner/fit/folder";

const folder = mkdtempSync(join(tmpdir(), "moor-bounds-"));
afterAll(() => rmSync(folder, { recursive: true }));

const llama = {
  architectures: ["LlamaForCausalLM"],
  ...{ hidden_size: 512, num_hidden_layers: 4, num_attention_heads: 8, num_key_value_heads: 2, intermediate_size: 1024 },
  ...{ vocab_size: 1000, max_position_embeddings: 4096 },
};

function read(changes: object, files: Readonly<Record<string, string | Buffer>> = {}) {
  writeFileSync(join(folder, "config.json"), JSON.stringify({ ...llama, ...changes }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  try {
    return readModel(folder);
  } finally {
    for (const name of Object.keys(files)) rmSync(join(folder, name));
  }
}

/** A weight file with this header. */
function weightFile(header: object): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text]);
}

test.each([
  [{ hidden_size: 1e308 }, "hidden_size is 1e+308. Allowed: a whole number from 1 to 1,000,000."],
  [{ num_hidden_layers: 1e9 }, "num_hidden_layers is 1000000000. Allowed: a whole number from 1 to 10,000."],
  [{ hidden_size: [1e308, 1e308] }, "hidden_size is 1e+308. Allowed: a whole number from 1 to 1,000,000."],
  [{ num_experts: -4 }, "num_experts is -4. Allowed: a whole number from 0 to 1,000,000,000."],
  [{ num_experts: 2.5 }, "num_experts is 2.5. Allowed: a whole number from 0 to 1,000,000,000."],
  [{ num_experts: 4, decoder_sparse_step: 0 }, "decoder_sparse_step is 0. Allowed: a whole number from 1 to 10,000."],
  [{ vocab_size: Number("9".repeat(200)) }, "vocab_size is 1e+200. Allowed: a whole number from 1 to 100,000,000."],
  [{ rope_scaling: { rope_type: "yarn", factor: 1e308 } }, "factor is 1e+308. Allowed: a number from 0 to 100,000."],
  [{ partial_rotary_factor: -1 }, "partial_rotary_factor is -1. Allowed: a number from 0 to 100,000."],
  [{ max_position_embeddings: 1e12 }, "max_position_embeddings is 1000000000000. Allowed: a whole number from 1 to 1,000,000,000."],
])("%j is an error with its bounds", (changes, message) => {
  expect(() => read(changes)).toThrow(`MOOR120: The configuration of ${folder} is not valid: ${message}`);
});

test("the experts per token are at most the number of experts", () => {
  expect(() => read({ num_experts: 4, num_experts_per_tok: 8 })).toThrow(
    "num_experts_per_tok is 8. Allowed: at most the number of experts, 4.",
  );
});

test.each(["constructor", "__proto__", "toString", "new_kind"])("a layer of the kind %s is not supported", (kind) => {
  expect(read({ layer_types: Array(4).fill(kind) }).unmodelled).toBe(
    "config.json contains layers of a kind that the planner doesn't support",
  );
});

test.each([[[{}]], [[null]], [[7]], ["LlamaForCausalLM"]])("architectures %j result in no architecture", (architectures) => {
  expect(read({ architectures }).architecture).toBe("");
});

test.each([
  [{ a: { dtype: "BF16" } }, "no data_offsets"],
  [{ a: { data_offsets: [0] } }, "data_offsets [0]"],
  [{ a: { data_offsets: [5, 1] } }, "data_offsets [5,1]"],
  [{ a: { data_offsets: [0, 1e308] } }, "data_offsets [0,1e+308]"],
  [{ a: null }, "no data_offsets"],
])("a weight file whose tensor has the place %j is refused", (header, shown) => {
  const message = `model.safetensors is not valid: the tensor "a" has ${shown}. Allowed: two whole numbers, the first not greater than the second.`;
  expect(() => read({}, { "model.safetensors": weightFile(header) })).toThrow(message);
});

test.each([-5, 1e308, 0.5])("an index whose total_size is %d is an error", (total_size) => {
  const index = JSON.stringify({ metadata: { total_size }, weight_map: {} });
  expect(() => read({}, { "model.safetensors.index.json": index })).toThrow("total_size is");
});
