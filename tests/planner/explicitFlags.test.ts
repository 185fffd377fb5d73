// Proves which settings the planner reads from flags in the stack file, and which values are problems. tests/planner/fit proves the memory of
// the settings.
import { type ExplicitFlags, engineSettings, joinFlags } from "../../planner/explicitFlags";
import type { EngineSettings } from "../../planner/fit/estimate";
import { modelFromTable } from "../../planner/fit/model";

const read = (flags: ExplicitFlags) => {
  const { settings, problems } = engineSettings(flags);
  expect(problems).toEqual([]);
  return settings;
};
const draft = "Qwen/Qwen2.5-0.5B-Instruct";

test.each<[ExplicitFlags, EngineSettings]>([
  [{}, {}],
  [
    { "tensor-parallel-size": 2, "pipeline-parallel-size": "3" },
    { tensorParallelSize: 2, pipelineParallelSize: 3 },
  ],
  [
    { "data-parallel-size": 2, "enable-expert-parallel": true },
    { dataParallelSize: 2, expertParallel: true },
  ],
  [{ "no-enable-expert-parallel": true }, { expertParallel: false }],
  [{ "device-memory-utilization": 0.8 }, { gpuMemoryUtilization: 0.8 }],
  [{ quantization: "fp8" }, { quantization: "fp8" }],
  [
    { "kv-cache-memory-bytes": 1e9, "num-gpu-blocks-override": 100, "block-size": 32 },
    { kvCacheBytes: 1e9, gpuBlocks: 100, blockSize: 32 },
  ],
  [{ "cpu-offload-gb": 4.5 }, { cpuOffloadGiB: 4.5 }],
  [{ "enable-lora": true }, { lora: { maxLoras: 1, maxRank: 16 } }],
  [{ "enable-lora": true, "max-loras": 4, "max-lora-rank": 64 }, { lora: { maxLoras: 4, maxRank: 64 } }],
  [{ "max-loras": 4 }, {}],
  [{ "limit-mm-per-prompt": '{"image": 2, "video": {"count": 0, "num_frames": 8}}' }, { limitMmPerPrompt: { image: 2, video: 0 } }],
  [{ "language-model-only": true }, { limitMmPerPrompt: { image: 0, video: 0, audio: 0 } }],
  [{ "spec-method": "ngram", "spec-tokens": 4 }, { speculative: { method: "ngram", name: "ngram", tokens: 4 } }],
  [{ "spec-method": "qwen3_next_mtp" }, { speculative: { method: "mtp", name: "qwen3_next_mtp", tokens: 1 } }],
  [
    { "spec-model": draft, "spec-tokens": 4 },
    { speculative: { method: "draft", name: "draft_model", tokens: 4, modelId: draft, model: modelFromTable(draft) } },
  ],
  [
    { "speculative-config": '{"method": "eagle3", "model": "a/head", "num_speculative_tokens": 3, "draft_tensor_parallel_size": 1}' },
    { speculative: { method: "eagle", name: "eagle3", tokens: 3, modelId: "a/head", model: undefined, draftTensorParallelSize: 1 } },
  ],
])("%j", (flags, settings) => {
  expect(read(flags)).toEqual(settings);
});

test.each<[ExplicitFlags, string]>([
  [{ "pipeline-parallel-size": 0 }, "MOOR119 --pipeline-parallel-size is 0; it must be a whole number of 1 or more, in digits."],
  [{ "kv-cache-memory-bytes": "25G" }, 'MOOR119 --kv-cache-memory-bytes is "25G"; it must be a whole number of 1 or more, in digits.'],
  [{ "cpu-offload-gb": -1 }, "MOOR119 --cpu-offload-gb is -1; it must be a number of 0 or more."],
  [{ "enable-lora": true, "max-lora-rank": 24 }, "MOOR119 --max-lora-rank is 24; it must be one of 1, 8, 16, 32, 64, 128, 256, 320, 512."],
  [{ "limit-mm-per-prompt": "image=2" }, 'MOOR119 --limit-mm-per-prompt is "image=2"; it must be JSON such as {"image": 2, "video": 0}.'],
  [{ "speculative-config": "ngram" }, 'MOOR119 --speculative-config is "ngram"; it must be a JSON object.'],
  [{ "speculative-config": "[1]" }, 'MOOR119 --speculative-config is "[1]"; it must be a JSON object.'],
  [{ "spec-method": "ngram" }, "MOOR119 The number of speculative tokens is missing; it must be a whole number from 1 to 1000."],
  [{ "spec-method": "draft_model", "spec-tokens": 2 }, "MOOR119 The speculative method draft_model requires a draft model."],
  [{ "spec-method": "medusa", "spec-tokens": 2 }, "MOOR142 The planner doesn't know the memory of the speculative method medusa."],
  [
    { "speculative-config": '{"method": "constructor", "num_speculative_tokens": 1}' },
    "MOOR142 The planner doesn't know the memory of the speculative method constructor.",
  ],
  [
    { "decode-context-parallel-size": 2 },
    "MOOR143 --decode-context-parallel-size 2 changes memory in a way that the estimate doesn't include. Set tensor-parallel-size or pipeline-parallel-size.",
  ],
])("%j is a problem", (flags, message) => {
  expect(engineSettings(flags).problems.map((problem) => `${problem.code} ${problem.message}`)).toEqual([message]);
});

test("an explicit flag replaces derived flags with the same values, and a flag is derived once", () => {
  const derived = ["--enable-lora", "--max-loras", "2", "--spec-method", "ngram", "--spec-tokens", "4", "--enable-lora"];
  expect(joinFlags(derived, { "max-loras": 3 }).join(" ")).toBe("--enable-lora --max-loras 3 --spec-method ngram --spec-tokens 4");
  const config = '{"method": "ngram", "num_speculative_tokens": 4}';
  expect(joinFlags(derived, { "speculative-config": config })).toEqual([
    "--enable-lora",
    "--max-loras",
    "2",
    "--speculative-config",
    config,
  ]);
});
