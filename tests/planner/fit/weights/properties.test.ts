// Proves, for random dimensions and quantizations, that more modules in 16 bits never result in smaller weights, that a quantized checkpoint
// is never larger than the same in 16 bits, and that all sizes are finite. Does not prove that they are right: see loaded.test.ts.
import fc from "fast-check";
import { modelFromConfig } from "../../../../planner/fit/config/json";
import type { Config } from "../../../../planner/fit/config/read";
import { estimate } from "../../../../planner/fit/estimate";
import { dims } from "./dimensions";

const h100 = { visibleGiB: 79.18, computeCapability: 9, a100: false };

const moe = { num_experts: 16, num_experts_per_tok: 2, moe_intermediate_size: 256, shared_expert_intermediate_size: 128 };
const latent = { kv_lora_rank: 64, q_lora_rank: 96, qk_nope_head_dim: 32, qk_rope_head_dim: 16, v_head_dim: 32 };

const config = fc
  .record({
    architecture: fc.constantFrom("LlamaForCausalLM", "Qwen3MoeForCausalLM", "DeepseekV3ForCausalLM", "NemotronForCausalLM"),
    layers: fc.integer({ min: 1, max: 4 }),
    hidden: fc.integer({ min: 64, max: 2048 }),
    heads: fc.constantFrom(4, 8, 16),
    intermediate: fc.integer({ min: 1, max: 4096 }),
    vocab: fc.integer({ min: 1, max: 50_000 }),
  })
  .map(({ architecture, layers, hidden, heads, intermediate, vocab }) =>
    dims(architecture, [layers, hidden, heads, 2, 64, intermediate, vocab], {
      ...(architecture.startsWith("Qwen3Moe") ? moe : {}),
      ...(architecture.startsWith("Deepseek") ? { ...latent, ...moe } : {}),
    }),
  );

/** A quantization, and the name of its list of modules in 16 bits. */
const quantization = fc.constantFrom<readonly [string, Config]>(
  ["modules_to_not_convert", { quant_method: "fp8", weight_block_size: [128, 128] }],
  ["ignored_layers", { quant_method: "fp8" }],
  ["modules_to_not_convert", { quant_method: "awq", bits: 4, group_size: 32, zero_point: true }],
  ["modules_to_not_convert", { quant_method: "gptq", bits: 8, group_size: 128 }],
  ["modules_to_not_convert", { quant_method: "mxfp4" }],
  ["ignore", { quant_method: "modelopt", quant_algo: "NVFP4" }],
  ["exclude_modules", { quant_method: "modelopt", quant_algo: "FP8" }],
  ["exclude", { quant_method: "quark", global_quant_config: { weight: { dtype: "fp4" } } }],
  [
    "ignore",
    {
      quant_method: "compressed-tensors",
      config_groups: {
        group_0: { targets: ["re:.*mlp.*"], weights: { num_bits: 4, type: "float", group_size: 16 } },
        group_1: { targets: ["Linear"], weights: { num_bits: 4, type: "int", strategy: "group", group_size: 32 } },
      },
    },
  ],
);

const modules = fc.subarray([
  ...["lm_head", "model.layers.0.self_attn.q_proj", "model.layers.1.mlp", "layers.0.mlp.down_proj", "mlp.gate_proj", "mlp.experts"],
  ...["self_attn", "kv_b_proj", "up_proj", "shared_expert", "model.layers.2", "q_a_proj"],
]);

const bytesOf = (value: Config, quantization_config?: Config) =>
  modelFromConfig("a model", quantization_config ? { ...value, quantization_config } : value).weightBytes;

test("more modules in 16 bits never result in smaller weights", () => {
  fc.assert(
    fc.property(config, quantization, modules, modules, (value, [list, own], some, others) => {
      const few = bytesOf(value, { ...own, [list]: some });
      const more = bytesOf(value, { ...own, [list]: [...some, ...others] });
      expect(more).toBeGreaterThanOrEqual(few);
    }),
  );
});

test("a quantized checkpoint is never larger than the same in 16 bits", () => {
  fc.assert(
    fc.property(config, quantization, modules, (value, [list, own], some) => {
      expect(bytesOf(value, { ...own, [list]: some })).toBeLessThanOrEqual(bytesOf(value));
    }),
  );
});

test("all sizes are finite and positive, and more GPUs never have more weights each", () => {
  fc.assert(
    fc.property(config, quantization, (value, [, own]) => {
      const model = modelFromConfig("a model", { ...value, quantization_config: own });
      for (const size of [model.weightBytes, model.activeBytes, model.activeParameters]) {
        expect(Number.isFinite(size)).toBe(true);
        expect(size).toBeGreaterThan(0);
      }
      expect(model.activeBytes).toBeLessThanOrEqual(model.weightBytes);
      const perGpu = [1, 2, 4, 8].map((tensorParallelSize) => estimate(model, h100, { tensorParallelSize }).weightsGiBPerGpu);
      expect([...perGpu].sort((a, b) => b - a)).toEqual(perGpu);
    }),
  );
});
