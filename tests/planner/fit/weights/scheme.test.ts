// Proves which modules the variants of quantization_config and hf_quant_config.json leave in 16 bits, and the format of the others. Does not
// prove that a published checkpoint was quantized as its configuration says.
import { PlanError } from "../../../../planner/codes";
import { modelFromConfig } from "../../../../planner/fit/config/json";
import { quantizationOf } from "../../../../planner/fit/config/quantization";
import type { Config } from "../../../../planner/fit/config/read";
import { modelFromRecord } from "../../../../planner/fit/fromRecord";
import { GiB } from "../../../../planner/fit/model";
import { matrix, type PartKind } from "../../../../planner/fit/weights/part";
import { recordedModels } from "../recordedModels";
import { dims } from "./dimensions";

const parts: Readonly<Record<string, readonly [module: string, kind: PartKind]>> = {
  query: ["layers.3.self_attn.q_proj", "linear"],
  gate: ["layers.3.mlp.gate_proj", "linear"],
  experts: ["layers.3.mlp.experts.0.down_proj", "experts"],
  shared: ["layers.3.mlp.shared_expert.up_proj", "linear"],
  linear: ["layers.2.linear_attn.in_proj_qkv", "linear"],
  tenth: ["layers.10.self_attn.o_proj", "linear"],
  head: ["lm_head", "head"],
  embedding: ["embed_tokens", "embedding"],
  tower: ["vision_tower.layers.0.fc1", "tower"],
};

/** The quantized parts, with their formats. */
function formats(own: Config | undefined, separate?: Config): Record<string, string> {
  const scheme = quantizationOf("a model", own ? { quantization_config: own } : {}, {}, separate);
  const found = Object.entries(parts).map(([name, [module, kind]]) => [name, scheme?.(matrix(module, 1024, 1024, kind))?.quantization]);
  return Object.fromEntries(found.filter(([, quantization]) => quantization !== undefined));
}

const all = (quantization: string) =>
  Object.fromEntries(["query", "gate", "experts", "shared", "linear", "tenth"].map((name) => [name, quantization]));
const without = (quantization: string, ...names: string[]) =>
  Object.fromEntries(Object.entries(all(quantization)).filter(([name]) => !names.includes(name)));

const nvfp4 = { num_bits: 4, type: "float", strategy: "tensor_group", group_size: 16 };
const fp8 = { num_bits: 8, type: "float", strategy: "channel" };
const tensors = (ignore: readonly string[], ...groups: readonly (readonly [readonly string[], Config | null])[]) => ({
  ...{ quant_method: "compressed-tensors", ignore },
  config_groups: Object.fromEntries(groups.map(([targets, weights], index) => [`group_${index}`, { targets, weights }])),
});

test.each<[string, Config, Record<string, string>]>([
  ["without a list", { quant_method: "fp8" }, all("fp8")],
  ["full names", { quant_method: "fp8", modules_to_not_convert: ["model.layers.3.self_attn.q_proj"] }, without("fp8", "query")],
  ["names with another prefix", { quant_method: "fp8", ignored_layers: ["model.language_model.layers.10"] }, without("fp8", "tenth")],
  ["names of fused matrices", { quant_method: "fp8", ignored_layers: ["model.layers.3.mlp.gate_up_proj"] }, without("fp8", "gate")],
  ["a module and those in it", { quant_method: "fp8", ignored_layers: ["layers.3.mlp"] }, without("fp8", "gate", "experts", "shared")],
  ["a layer, not those with a longer number", { quant_method: "fp8", ignored_layers: ["model.layers.1"] }, all("fp8")],
  ["parts of names (AWQ)", { quant_method: "awq", modules_to_not_convert: ["self_attn", "visual"] }, without("awq", "query", "tenth")],
  ["MXFP4, only experts", { quant_method: "mxfp4", modules_to_not_convert: ["lm_head"] }, { experts: "mxfp4" }],
  [
    "wildcards (Model Optimizer)",
    { quant_method: "modelopt", quant_algo: "NVFP4", ignore: ["lm_head", "model.layers.1*", "*.mlp.shared_expert.*"] },
    without("nvfp4", "tenth", "shared"),
  ],
  [
    "wildcards with sets of characters",
    {
      quant_method: "modelopt",
      quant_algo: "NVFP4",
      ignore: ["lm_head", "*.self_attn.[p-r]_proj", "*[z-a]*", "*layers.1[!1-9].self_attn*"],
    },
    without("nvfp4", "query", "tenth"),
  ],
  [
    "a wildcard that a regular expression would take very long for",
    { quant_method: "modelopt", quant_algo: "NVFP4", ignore: ["lm_head", `${"*?".repeat(200)}~`, `${"*[a-z._]".repeat(50)}~`] },
    all("nvfp4"),
  ],
  [
    "expressions (compressed-tensors)",
    tensors(["lm_head", "re:.*linear_attn.*", "re:model[.]layers[.]3[.]self_attn"], [["Linear"], nvfp4]),
    without("nvfp4", "linear", "query"),
  ],
  ["a head that isn't in the list (compressed-tensors)", tensors([], [["Linear"], nvfp4]), { ...all("nvfp4"), head: "nvfp4" }],
  [
    "several groups: a name takes precedence over a class",
    tensors(["lm_head"], [["Linear"], nvfp4], [["re:.*self_attn.*"], fp8]),
    { ...all("nvfp4"), query: "fp8", tenth: "fp8" },
  ],
  ["groups without the class", tensors([], [["re:.*experts.*"], nvfp4], [["lm_head"], fp8]), { experts: "nvfp4", head: "fp8" }],
  ["a group for the cache only", tensors(["lm_head"], [["LlamaAttention"], null], [["Linear"], fp8]), all("fp8")],
  [
    "layers with a format each",
    {
      ...{ quant_method: "modelopt", quant_algo: "MIXED_PRECISION" },
      quantized_layers: {
        "model.language_model.layers.2.linear_attn.in_proj_qkv": { quant_algo: "FP8" },
        "model.language_model.layers.3.mlp.experts": { quant_algo: "W4A16_NVFP4", group_size: 16 },
        lm_head: { quant_algo: "NVFP4", group_size: 16 },
      },
    },
    { linear: "modelopt-fp8", experts: "nvfp4", head: "nvfp4" },
  ],
  ["GPTQ with its head", { quant_method: "gptq", bits: 4, lm_head: true }, { ...all("gptq"), head: "gptq" }],
  [
    "GPTQ's rules",
    { quant_method: "gptq", bits: 4, dynamic: { "-:.*self_attn.*": {}, "+:.*shared_expert.*": { bits: 8 } } },
    { ...without("gptq", "query", "tenth"), shared: "int8" },
  ],
  [
    "AutoRound's exceptions",
    {
      quant_method: "auto-round",
      bits: 4,
      extra_config: { "model.layers.2.linear_attn.in_proj_qkv": { bits: 16 }, ".*gate_proj": { bits: 8 } },
    },
    { ...without("gptq", "linear"), gate: "int8" },
  ],
  [
    "Quark",
    {
      ...{ quant_method: "quark", exclude: ["lm_head", "*self_attn*"], global_quant_config: { weight: { dtype: "fp4" } } },
      layer_quant_config: { "*shared_expert*": { weight: { dtype: "fp8_e4m3" } } },
    },
    { ...without("mxfp4", "query", "tenth"), shared: "fp8" },
  ],
  ["torchao", { quant_method: "torchao", quant_type: { default: { _type: "Float8DynamicActivationFloat8WeightConfig" } } }, all("fp8")],
  ["Model Optimizer without a method", { quant_algo: "FP8", ignore: ["lm_head"] }, all("modelopt-fp8")],
])("%s", (_, own, expected) => {
  expect(formats(own)).toEqual(expected);
});

test("hf_quant_config.json is read alone, and adds its lists to those of config.json", () => {
  const separate = { quantization: { quant_algo: "NVFP4", exclude_modules: ["model.layers.3.self_attn*"] } };
  expect(formats(undefined, separate)).toEqual(without("nvfp4", "query"));
  expect(formats({ quant_method: "modelopt", quant_algo: "NVFP4" }, separate)).toEqual(without("nvfp4", "query"));
});

test.each<[string, Config]>([
  ["another number of bits", { quant_method: "gptq", bits: 4, dynamic: { "+:.*": { bits: 3 } } }],
  ["an unknown algorithm", { quant_method: "modelopt", quant_algo: "MIXED_PRECISION", quantized_layers: { a: { quant_algo: "INT2" } } }],
  ["6 bits", tensors([], [["Linear"], { num_bits: 6, type: "float" }])],
  ["a slow expression", tensors(["re:(a+)+$"], [["Linear"], nvfp4])],
  ["many optional characters", tensors([`re:${"a?".repeat(200)}z`], [["Linear"], nvfp4])],
  ["many optional groups", tensors([`re:${"(a|a)?".repeat(70)}z`], [["Linear"], nvfp4])],
  ["many alternatives", tensors([`re:${"(.|.)".repeat(90)}~`], [["Linear"], nvfp4])],
  ["many quantifiers", tensors(["re:.*.*.*.*.*.*.*.*~"], [["Linear"], nvfp4])],
  [
    "many expressions",
    tensors(
      Array.from({ length: 100_000 }, (_, layer) => `re:.*layers.${layer}.*proj`),
      [["Linear"], nvfp4],
    ),
  ],
  [
    "many wildcards",
    tensors(
      Array.from({ length: 100_000 }, (_, layer) => `*layers.${layer}.*proj`),
      [["Linear"], nvfp4],
    ),
  ],
  ["an invalid expression", tensors(["re:("], [["Linear"], nvfp4])],
  ["a very long name", tensors(["x".repeat(501)], [["Linear"], nvfp4])],
])("%s is refused", (_, own) => {
  expect(() => formats(own)).toThrow(PlanError);
});

test("C3: Qwen3.8-27B in NVFP4 without its recurrent layers and tower loads 24.18 GiB", () => {
  const { config } = recordedModels().find(({ id }) => id === "Qwen/Qwen3.5-27B")!;
  const quantization_config = tensors(["re:.*linear_attn.*", "re:.*visual.*"], [["Linear"], nvfp4]);
  const model = modelFromConfig("a model", { ...config, quantization_config });
  expect(Math.abs((model.weightBytes + model.replicatedBytes) / GiB / 24.18 - 1)).toBeLessThan(0.01);
  expect(model.quantization).toBe("nvfp4");
});

const config = dims("LlamaForCausalLM", [2, 64, 4, 2, 16, 128, 256]);
const size = (more: Config, known: object) => modelFromRecord({ id: "a model", config: { ...config, ...more }, ...known });
const own = modelFromConfig("a model", config).weightBytes;

test("the size is that of the tensors, then of the files, then of the parameters by type, then computed", () => {
  const tensorGroups = [{ name: "model.layers.*.mlp.up_proj.weight", dtype: "BF16", count: 2, bytes: 1000 }];
  const known = { tensors: tensorGroups, fileBytes: 2000, parameters: { BF16: 1500 } };
  expect(size({}, known).weightBytes).toBe(1000);
  expect(size({}, { ...known, tensors: undefined }).weightBytes).toBe(2000);
  expect(size({}, { parameters: { BF16: 1500, F8_E4M3: 10 } }).weightBytes).toBe(3010);
  expect(size({}, { parameters: { Q9: 1500 } })).toMatchObject({ weightBytes: own, weightsFrom: "parameters" });
});

test("32-bit weights count as 16-bit ones, except scales", () => {
  const group = (name: string) => ({ name, dtype: "F32", count: 1, bytes: 1000 });
  expect(size({}, { tensors: [group("model.norm.weight"), group("model.layers.*.mlp.up_proj.weight_scale_inv")] }).weightBytes).toBe(1500);
  expect(size({ torch_dtype: "float32" }, { fileBytes: 2 * own }).weightBytes).toBe(own);
  expect(size({ torch_dtype: "float32" }, { fileBytes: own }).weightBytes).toBe(own);
});

test("files that contain the weights in several formats don't count, and the assumptions say so", () => {
  const { weightBytes, weightsFrom, assumptions } = size({}, { fileBytes: 2 * own });
  expect([weightBytes, weightsFrom]).toEqual([own, "parameters"]);
  expect(assumptions.join()).toContain("contain more than the weights");
});

test("files of another size than the dimensions count, and the assumptions say so", () => {
  const { weightBytes, assumptions } = size({}, { fileBytes: 1.3 * own });
  expect(weightBytes).toBe(1.3 * own);
  expect(assumptions.join()).toContain("although the dimensions result in");
});

test("a copy of the embeddings and prediction layers in the files are not loaded", () => {
  const tied = { tie_word_embeddings: true };
  const least = modelFromConfig("a model", { ...config, ...tied }).weightBytes;
  expect(size(tied, { fileBytes: own }).weightBytes).toBe(least);
  const deepseek = recordedModels().find(({ id }) => id === "deepseek-ai/DeepSeek-R1")!;
  const { fileBytes: _, ...alone } = deepseek;
  const files = modelFromRecord({ ...deepseek, fileBytes: 641.3 * GiB });
  expect(Math.abs(files.weightBytes / modelFromRecord(alone).weightBytes - 1)).toBeLessThan(0.002);
});
