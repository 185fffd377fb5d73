// Proves how tensors are grouped, which headers are valid, and which files have the weights. Doesn't prove what vLLM loads of them.
import fc from "fast-check";
import { dataBytes, groupTensors, headerFrom, type SafetensorsHeader } from "../../../planner/fit/tensors";
import { weightFileNames } from "../../../planner/fit/weightFiles";

const tensor = (bytes: number, dtype = "BF16") => ({ dtype, data_offsets: [0, bytes] as const });

test.each([
  ["model.layers.0.mlp.experts.17.up_proj.weight", "model.layers.*.mlp.experts.*.up_proj.weight"],
  // Layer 61 of 61 is for multi-token prediction.
  ["model.layers.61.mlp.experts.17.up_proj.weight", "model.layers.61.mlp.experts.*.up_proj.weight"],
  ["model.layers.60.mlp.down_proj.weight", "model.layers.*.mlp.down_proj.weight"],
  ["vision_tower.encoder.layers.70.mlp.fc1.weight", "vision_tower.encoder.layers.*.mlp.fc1.weight"],
  ["encoder.layer.5.output.dense.weight", "encoder.layer.*.output.dense.weight"],
  ["visual.merger.mlp.0.weight", "visual.merger.mlp.*.weight"],
  ["model.embed_tokens.weight", "model.embed_tokens.weight"],
  ["backbone.layers.12.mixer.A_log", "backbone.layers.*.mixer.A_log"],
])("%s belongs to the group %s", (name, group) => {
  expect(groupTensors([{ [name]: tensor(6) }], 61)).toEqual([{ name: group, dtype: "BF16", count: 1, bytes: 6 }]);
});

test("without a number of layers, each number is replaced", () => {
  expect(groupTensors([{ "model.layers.99.norm.weight": tensor(2) }])[0]!.name).toBe("model.layers.*.norm.weight");
});

test("types form separate groups", () => {
  const headers: SafetensorsHeader[] = [
    { "layers.0.w": tensor(4) },
    { "layers.1.w": tensor(2, "F8_E4M3"), "layers.2.w": tensor(2, "F8_E4M3") },
  ];
  expect(groupTensors(headers, 3)).toEqual([
    { name: "layers.*.w", dtype: "BF16", count: 1, bytes: 4 },
    { name: "layers.*.w", dtype: "F8_E4M3", count: 2, bytes: 4 },
  ]);
});

test("groups have all tensors and bytes, regardless of the order and of the split into files", () => {
  const names = fc.tuple(fc.nat(70), fc.nat(9), fc.constantFrom("q_proj", "experts.3.w1", "norm"));
  const entry = fc.tuple(names, fc.nat(1000), fc.constantFrom("BF16", "U8"), fc.boolean());
  fc.assert(
    fc.property(fc.uniqueArray(entry, { selector: ([[layer, part, kind]]) => `${layer} ${part} ${kind}` }), (entries) => {
      const header = (chosen: typeof entries): SafetensorsHeader =>
        Object.fromEntries(
          chosen.map(([[layer, part, kind], bytes, dtype]) => [`model.layers.${layer}.p.${part}.${kind}`, tensor(bytes, dtype)]),
        );
      const whole = groupTensors([header(entries)], 61);
      expect(whole.reduce((sum, { count }) => sum + count, 0)).toBe(entries.length);
      expect(whole.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(entries.reduce((sum, [, bytes]) => sum + bytes, 0));
      const [first, second] = [true, false].map((side) => entries.filter(([, , , left]) => left === side));
      expect(groupTensors([header(second!.reverse()), header(first!)], 61)).toEqual(whole);
    }),
  );
});

test("a header is an object of tensors with types and offsets", () => {
  const valid = {
    __metadata__: { format: "pt" },
    a: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
    b: { dtype: "F32", data_offsets: [4, 4] },
  };
  expect(Object.keys(headerFrom(valid)!)).toEqual(["a", "b"]);
  expect(dataBytes(headerFrom(valid)!)).toBe(4);
  expect(dataBytes({})).toBe(0);
  const places = [undefined, [0], [4, 0], [0, 1.5], [-1, 1], ["0", "4"], [0, 4, 8]];
  for (const value of [
    null,
    [],
    "x",
    { a: null },
    { a: { data_offsets: [0, 4] } },
    ...places.map((place) => ({ a: { dtype: "F32", data_offsets: place } })),
  ])
    expect(headerFrom(value)).toBeUndefined();
});

const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];

test.each<[name: string, files: string[], expected: string[]]>([
  ["without subfolders", [...shards, "original/model.safetensors", "metal/model.bin"], shards],
  ["without the second copy", [...shards, "consolidated-00001-of-00002.safetensors", "consolidated.safetensors"], shards],
  ["of Mistral alone", ["consolidated.safetensors", "params.json"], ["consolidated.safetensors"]],
  ["of PyTorch only without safetensors", ["model.safetensors", "pytorch_model.bin"], ["model.safetensors"]],
  ["of PyTorch", ["pytorch_model.bin", "training_args.bin", "optimizer.bin", "config.json"], ["pytorch_model.bin"]],
  ["none", ["config.json", "model.gguf"], []],
])("weight files %s", (_, files, expected) => {
  expect(weightFileNames(files)).toEqual(expected);
});

test("an index chooses the weight files", () => {
  expect(weightFileNames([...shards, "adapter_model.safetensors"], new Set(shards))).toEqual(shards);
  expect(weightFileNames(["model.safetensors"], new Set(shards))).toEqual(["model.safetensors"]);
});
