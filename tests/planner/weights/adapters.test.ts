// Proves the folder, name, flags and memory settings of LoRA adapters, and which adapters are refused. Doesn't prove that vLLM loads them.
import * as fc from "fast-check";
import type { AdapterDecision } from "../../../planner/decision";
import { modelKey, modelName, weightsPath } from "../../../planner/names";
import { baseRelation, loraFlags, loraSettings, modelDecision, readAdapterConfig } from "../../../planner/weights";

const id = "Qwen/Qwen2.5-7B-Instruct";
const revision = "a".repeat(40);
const support: AdapterDecision = { name: "support", id: "acme/support", revision: "b".repeat(40), rank: 16 };
const legal: AdapterDecision = { name: "legal", revision: "c".repeat(64), rank: 24 };

const adapter = fc.record({
  name: fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,8}$/),
  revision: fc.stringMatching(/^[0-9a-f]{40}$/),
  rank: fc.integer({ min: 1, max: 512 }),
});
const adapters = fc.uniqueArray(adapter, { selector: ({ name }) => name, minLength: 1, maxLength: 5 });

describe("folder and names", () => {
  const decided = (all: readonly AdapterDecision[], withCode = false) =>
    modelDecision(id, { source: "mirror", revision, withCode, adapters: all });

  test("without adapters, folder and decision are those of the model alone", () => {
    expect(decided([])).toEqual({ id, revision, source: "mirror", path: `models/Qwen--Qwen2.5-7B-Instruct/${revision}`, staged: false });
  });

  test("with adapters, the folder ends with a hash of their names and commits", () => {
    expect(decided([support, legal])).toEqual({
      ...{ id, revision, source: "mirror", staged: false, adapters: [legal, support] },
      path: expect.stringMatching(new RegExp(`^models/Qwen--Qwen2\\.5-7B-Instruct/${revision}-lora-[0-9a-f]{8}$`)),
    });
    expect(decided([support], true)).toMatchObject({ path: expect.stringMatching(/-code-lora-[0-9a-f]{8}$/) });
  });

  test("the order of the adapters changes nothing", () => {
    fc.assert(
      fc.property(adapters, (all) => {
        expect(decided([...all].reverse())).toEqual(decided(all));
        expect(loraFlags([...all].reverse())).toEqual(loraFlags(all));
      }),
    );
  });

  test("another name, commit or number of adapters is another folder, model name and key", () => {
    fc.assert(
      fc.property(adapters, adapters, (one, other) => {
        const identity = (all: readonly AdapterDecision[]) =>
          JSON.stringify(all.map(({ name, revision: commit }) => [name, commit]).sort());
        const weights = (all: readonly AdapterDecision[]) => ({ id, revision, path: weightsPath(id, revision, { adapters: all }) });
        const isSame = identity(one) === identity(other);
        expect(weights(one).path === weights(other).path).toBe(isSame);
        expect(modelName("prod", weights(one)) === modelName("prod", weights(other))).toBe(isSame);
        expect(modelKey(weights(one)) === modelKey(weights(other))).toBe(isSame);
        expect(modelKey(weights(one))).not.toBe(modelKey(weights([])));
      }),
    );
  });
});

describe("flags", () => {
  test("none without adapters", () => {
    expect(loraFlags([])).toEqual([]);
    expect(loraSettings([])).toBeUndefined();
  });

  test("the rank is the next of vLLM's values, and all adapters are loaded", () => {
    expect(loraFlags([support, legal])).toEqual(["--lora-modules", "legal=adapters/legal", "support=adapters/support"]);
    expect(loraSettings([support, legal])).toEqual({ maxLoras: 2, maxRank: 32 });
  });

  test.each([
    [1, 1],
    [2, 8],
    [8, 8],
    [9, 16],
    [129, 256],
    [257, 320],
    [321, 512],
    [512, 512],
  ])("for the rank %d, --max-lora-rank is %d", (rank, maxRank) => {
    expect(loraSettings([{ ...support, rank }])).toEqual({ maxLoras: 1, maxRank });
  });
});

const config = { peft_type: "LORA", r: 16, lora_alpha: 32, target_modules: ["q_proj"], base_model_name_or_path: id, bias: "none" };
const read = (changes: object) => readAdapterConfig(JSON.stringify({ ...config, ...changes }));

describe("adapter_config.json", () => {
  test("rank and base model", () => {
    expect(read({})).toEqual({ rank: 16, base: id });
    expect(read({ base_model_name_or_path: null, modules_to_save: null, rank_pattern: {}, use_rslora: true })).toEqual({
      rank: 16,
      base: undefined,
    });
    expect(read({ target_modules: "all-linear" })).toEqual({ rank: 16, base: id });
  });

  test.each<[object, string]>([
    [{ peft_type: "IA3" }, '`peft_type` in adapter_config.json is "IA3".'],
    [{ peft_type: undefined }, "`peft_type` in adapter_config.json is not set."],
    [{ r: 0 }, "The rank `r` in adapter_config.json is 0."],
    [{ r: 513 }, "The rank `r` in adapter_config.json is 513."],
    [{ r: "16" }, 'The rank `r` in adapter_config.json is "16".'],
    [{ target_modules: [] }, "`target_modules` in adapter_config.json is []."],
    [{ use_dora: true }, "`use_dora` in adapter_config.json is true: vLLM doesn't support DoRA."],
    [
      { modules_to_save: ["lm_head"] },
      '`modules_to_save` in adapter_config.json is ["lm_head"]: vLLM serves only the LoRA matrices, not whole modules that were trained.',
    ],
    [{ bias: "all" }, '`bias` in adapter_config.json is "all": vLLM doesn\'t support biases of adapters.'],
    [{ rank_pattern: { q_proj: 8 } }, '`rank_pattern` in adapter_config.json is {"q_proj":8}: vLLM uses one rank for all modules.'],
    [
      { alpha_pattern: { q_proj: 8 } },
      '`alpha_pattern` in adapter_config.json is {"q_proj":8}: vLLM uses one scaling factor for all modules.',
    ],
  ])("%j is refused", (changes, problem) => {
    expect(read(changes)).toMatchObject({ problem });
  });

  test.each(["", "[]", "null", "{", "1"])("the text %j is refused", (text) => {
    expect(readAdapterConfig(text)).toMatchObject({ problem: "adapter_config.json is not a JSON map." });
  });

  test("any JSON is read without an error", () => {
    fc.assert(fc.property(fc.json(), (text) => void readAdapterConfig(text)));
  });
});

test.each<[string | undefined, string, string]>([
  [id, id, "same"],
  ["qwen/qwen2.5-7b-instruct", id, "same"],
  [id, "Qwen/Qwen2.5-7B-Instruct-AWQ", "related"],
  ["Qwen/Qwen2.5-7B", id, "related"],
  ["unsloth/qwen2.5-7b-instruct-unsloth-bnb-4bit", id, "related"],
  ["/data/models/Qwen2.5-7B-Instruct/", id, "related"],
  ["Qwen/Qwen2.5-14B-Instruct", id, "other"],
  ["meta-llama/Llama-3.1-8B-Instruct", id, "other"],
  ["meta-llama/Meta-Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-8B-Instruct", "related"],
  ["/data/checkpoints/step-1000", id, "unknown"],
  ["./base", id, "unknown"],
  [undefined, id, "unknown"],
])("an adapter of %s is for %s: %s", (base, served, relation) => {
  expect(baseRelation(base, served)).toBe(relation);
});
