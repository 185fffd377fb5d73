// Proves which bytes of files on disk count as loaded. Does not prove that vLLM loads the same for every family.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readModel } from "../../../planner/fit/folder";
import { GiB } from "../../../planner/fit/model";

const config = {
  architectures: ["LlamaForCausalLM"],
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 128,
  vocab_size: 256,
  max_position_embeddings: 512,
  tie_word_embeddings: true,
};

/** A folder with these files: JSON, or a safetensors header of tensors by their bytes. */
function folderOf(json: Record<string, unknown>, tensors: Record<string, Record<string, number>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "moor-model-"));
  for (const [name, content] of Object.entries(json)) writeFileSync(join(folder, name), JSON.stringify(content));
  for (const [name, sizes] of Object.entries(tensors)) {
    let at = 0;
    const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
    for (const [tensor, bytes] of Object.entries(sizes)) {
      header[tensor] = { dtype: "BF16", data_offsets: [at, at + bytes] };
      at += bytes;
    }
    const text = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), Buffer.concat([length, text]));
  }
  return folder;
}

test("the tensors' own bytes count, without the tied head, prediction layers and copies", () => {
  const tensors = {
    "model-00001-of-00002.safetensors": { "model.embed_tokens.weight": 1000, "model.layers.0.mlp.weight": 200, "lm_head.weight": 1000 },
    "model-00002-of-00002.safetensors": { "model.layers.1.mlp.weight": 30, "model.layers.2.mlp.weight": 500, "mtp.fc.weight": 700 },
    "consolidated.safetensors": { everything: 9000 },
    "original/model.safetensors": { everything: 9000 },
  };
  expect(readModel(folderOf({ "config.json": config }, tensors)).weightBytes).toBe(1230);
});

test("a vision tower deeper than the language model is loaded whole", () => {
  const tensors = { "model.safetensors": { "visual.layers.9.weight": 40, "model.layers.1.weight": 2 } };
  expect(readModel(folderOf({ "config.json": config }, tensors)).weightBytes).toBe(42);
});

test("without weight files the index says how large they are", () => {
  const folder = folderOf({ "config.json": config, "model.safetensors.index.json": { metadata: { total_size: 123_456 }, weight_map: {} } });
  expect(readModel(folder)).toMatchObject({ weightBytes: 123_456, weightsFrom: "checkpoint" });
});

test("without either the shapes do", () => {
  expect(readModel(folderOf({ "config.json": config })).weightsFrom).toBe("parameters");
});

test("a model is named after its folder, or after a file that isn't called config.json", () => {
  const folder = folderOf({ "config.json": config, "x.json": config, "named.json": { ...config, _name_or_path: "org/model" } });
  expect(readModel(folder).id).toBe(folder);
  expect(readModel(join(folder, "x.json")).id).toBe(join(folder, "x.json"));
  expect(readModel(join(folder, "named.json")).id).toBe("org/model");
});

test("a size given by hand wins over the files", () => {
  const folder = folderOf({ "config.json": config }, { "model.safetensors": { a: 5 } });
  expect(readModel(join(folder, "config.json"), 3).weightBytes).toBe(3 * GiB);
});

test("a separate quantisation file beside config.json is read", () => {
  const folder = folderOf({ "config.json": config, "hf_quant_config.json": { quantization: { quant_algo: "NVFP4" } } });
  expect(readModel(folder).quantization).toBe("nvfp4");
});

test("a folder without config.json, and one that is no JSON, are named", () => {
  const folder = folderOf({});
  expect(() => readModel(folder)).toThrow(`MOOR120: There is no readable ${join(folder, "config.json")}.`);
  writeFileSync(join(folder, "config.json"), "{");
  expect(() => readModel(folder)).toThrow("config.json is no JSON");
});

test.each([
  ["", "is empty."],
  ["[]", "holds a list; it has to be a JSON object."],
  ["null", "holds null; it has to be a JSON object."],
  ['"x"', "holds a string; it has to be a JSON object."],
])("a file that holds %j is said to", (text, message) => {
  for (const name of ["config.json", "hf_quant_config.json", "model.safetensors.index.json"]) {
    const folder = folderOf({ "config.json": config });
    writeFileSync(join(folder, name), text);
    expect(() => readModel(folder)).toThrow(`MOOR120: ${join(folder, name)} ${message}`);
  }
});

test("a folder of that name is no config.json", () => {
  const folder = folderOf({});
  mkdirSync(join(folder, "config.json"));
  expect(() => readModel(folder)).toThrow(`${join(folder, "config.json")} is a folder, not a file.`);
});

const index = { "model.safetensors.index.json": { metadata: { total_size: 123_456 } } };

test("Git's notes in place of the weights are not taken for them", () => {
  const folder = folderOf({ "config.json": config, ...index });
  writeFileSync(join(folder, "model.safetensors"), "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 15231233024\n");
  expect(readModel(folder)).toMatchObject({ weightBytes: 123_456, weightsFrom: "checkpoint" });
});

test("a share of the weight files is not taken for all of them", () => {
  const one = { "model-00001-of-00002.safetensors": { a: 5 } };
  expect(readModel(folderOf({ "config.json": config, ...index }, one)).weightBytes).toBe(123_456);
  expect(readModel(folderOf({ "config.json": config }, one)).weightsFrom).toBe("parameters");
});

test("weights that are no safetensors, or not whole, are named", () => {
  for (const text of ["this is not a safetensors file at all", '\x09\0\0\0\0\0\0\0{"a": 12345']) {
    const folder = folderOf({ "config.json": config });
    writeFileSync(join(folder, "model.safetensors"), text);
    expect(() => readModel(folder)).toThrow(`MOOR120: ${join(folder, "model.safetensors")} is no whole safetensors file`);
  }
});
