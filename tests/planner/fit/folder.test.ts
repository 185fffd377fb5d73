// Proves which bytes of files on disk count as loaded. Does not prove that vLLM loads the same bytes for every family.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readModel, readRecord } from "../../../planner/fit/folder";
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

/** A folder with these files: JSON, or safetensors headers with the given bytes per tensor. */
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

test("the bytes of the tensors count, except the tied head, prediction layers and copies", () => {
  const tensors = {
    "model-00001-of-00002.safetensors": { "model.embed_tokens.weight": 1000, "model.layers.0.mlp.weight": 200, "lm_head.weight": 1000 },
    "model-00002-of-00002.safetensors": { "model.layers.1.mlp.weight": 30, "model.layers.2.mlp.weight": 500, "mtp.fc.weight": 700 },
    "consolidated.safetensors": { everything: 9000 },
    "original/model.safetensors": { everything: 9000 },
  };
  expect(readModel(folderOf({ "config.json": config }, tensors)).weightBytes).toBe(1230);
});

test("a vision tower with more layers than the language model is loaded completely", () => {
  const tensors = { "model.safetensors": { "visual.layers.9.weight": 40, "model.layers.1.weight": 2 } };
  expect(readModel(folderOf({ "config.json": config }, tensors)).weightBytes).toBe(42);
});

test("without weight files, the size is read from the index", () => {
  const folder = folderOf({ "config.json": config, "model.safetensors.index.json": { metadata: { total_size: 123_456 }, weight_map: {} } });
  expect(readModel(folder)).toMatchObject({ weightBytes: 123_456, weightsFrom: "checkpoint" });
});

test("without an index, the size is computed from the dimensions", () => {
  expect(readModel(folderOf({ "config.json": config })).weightsFrom).toBe("parameters");
});

test("a model is named after its folder, or after a file that isn't called config.json", () => {
  const folder = folderOf({ "config.json": config, "x.json": config, "named.json": { ...config, _name_or_path: "org/model" } });
  expect(readModel(folder).id).toBe(folder);
  expect(readModel(join(folder, "x.json")).id).toBe(join(folder, "x.json"));
  expect(readModel(join(folder, "named.json")).id).toBe("org/model");
});

test("an explicit size overrides the files", () => {
  const folder = folderOf({ "config.json": config }, { "model.safetensors": { a: 5 } });
  expect(readModel(join(folder, "config.json"), 3).weightBytes).toBe(3 * GiB);
});

test("a separate quantization file in the same folder is read", () => {
  const folder = folderOf({ "config.json": config, "hf_quant_config.json": { quantization: { quant_algo: "NVFP4" } } });
  expect(readModel(folder).quantization).toBe("nvfp4");
});

test("a missing config.json, and one that is not valid JSON, are errors that name it", () => {
  const folder = folderOf({});
  expect(() => readModel(folder)).toThrow(`MOOR120: ${join(folder, "config.json")} doesn't exist.`);
  writeFileSync(join(folder, "config.json"), "{");
  expect(() => readModel(folder)).toThrow("config.json is not valid JSON");
});

test.each([
  ["", "is empty."],
  ["[]", "contains a list; it must contain a JSON object."],
  ["null", "contains null; it must contain a JSON object."],
  ['"x"', "contains a string; it must contain a JSON object."],
])("a file that contains %j is an error", (text, message) => {
  for (const name of ["config.json", "hf_quant_config.json", "model.safetensors.index.json"]) {
    const folder = folderOf({ "config.json": config });
    writeFileSync(join(folder, name), text);
    expect(() => readModel(folder)).toThrow(`MOOR120: ${join(folder, name)} ${message}`);
  }
});

test("a folder named config.json is an error", () => {
  const folder = folderOf({});
  mkdirSync(join(folder, "config.json"));
  expect(() => readModel(folder)).toThrow(`${join(folder, "config.json")} is a folder, not a file.`);
});

const index = { "model.safetensors.index.json": { metadata: { total_size: 123_456 } } };

test("Git LFS pointers don't count as weights", () => {
  const folder = folderOf({ "config.json": config, ...index });
  writeFileSync(join(folder, "model.safetensors"), "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 15231233024\n");
  expect(readModel(folder)).toMatchObject({ weightBytes: 123_456, weightsFrom: "checkpoint" });
});

test("a part of the weight files doesn't count as all weights", () => {
  const one = { "model-00001-of-00002.safetensors": { a: 5 } };
  expect(readModel(folderOf({ "config.json": config, ...index }, one)).weightBytes).toBe(123_456);
  expect(readModel(folderOf({ "config.json": config }, one)).weightsFrom).toBe("parameters");
});

test("invalid or incomplete safetensors files are errors that name them", () => {
  for (const text of ["this is not a safetensors file at all", '\x09\0\0\0\0\0\0\0{"a": 12345']) {
    const folder = folderOf({ "config.json": config });
    writeFileSync(join(folder, "model.safetensors"), text);
    expect(() => readModel(folder)).toThrow(`MOOR120: ${join(folder, "model.safetensors")} is not a complete safetensors file`);
  }
});

test("a config.json of Python with Infinity and NaN is read", () => {
  const folder = folderOf({});
  const text = JSON.stringify({ ...config, note: "Infinity, NaN" }).replace(
    "{",
    '{"time_step_limit": [0.0, Infinity], "x": -Infinity, "y": NaN,',
  );
  writeFileSync(join(folder, "config.json"), text);
  expect(readRecord(folder).config).toMatchObject({ time_step_limit: [0, null], x: null, y: null, note: "Infinity, NaN" });
});

test("a folder is read as a record of the Hub, with the groups of its tensors", () => {
  const files = { "config.json": config, "hf_quant_config.json": { quantization: { quant_algo: "FP8" } }, "modules.json": [{ idx: 0 }] };
  const folder = folderOf(files, { "model.safetensors": { "model.layers.0.a": 3, "model.layers.1.a": 4, "model.layers.2.a": 5 } });
  mkdirSync(join(folder, "1_Pooling"));
  writeFileSync(join(folder, "1_Pooling", "config.json"), '{"pooling_mode_mean_tokens": true}');
  expect(readRecord(folder)).toEqual({
    ...{ id: folder, config, hfQuantConfig: files["hf_quant_config.json"], modules: [{ idx: 0 }] },
    poolingConfig: { pooling_mode_mean_tokens: true },
    tensors: [
      { name: "model.layers.*.a", dtype: "BF16", count: 2, bytes: 7 },
      { name: "model.layers.2.a", dtype: "BF16", count: 1, bytes: 5 },
    ],
  });
});

test("a tensor without a type is an error", () => {
  const folder = folderOf({ "config.json": config });
  const header = Buffer.from('{"a":{"data_offsets":[0,4]}}');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(join(folder, "model.safetensors"), Buffer.concat([length, header, Buffer.alloc(4)]));
  expect(() => readModel(folder)).toThrow('the tensor "a" has no dtype. Allowed: a name such as BF16.');
});
