// Proves that `npm run fit` handles any arguments within a second, with finite numbers, with JSON if requested, and without a stack trace.
// Doesn't prove that an answer is right: tests/planner does.
import fc from "fast-check";
import { checkFit, runFit } from "./fitAnswer";
import { fuzz } from "./fuzz";

const models = ["Qwen/Qwen2.5-7B-Instruct", "openai/gpt-oss-120b", "deepseek-ai/DeepSeek-V3", "qwen/qwen2.5-7b-instruct", "none/such"];
const awkward = [
  "",
  " ",
  "0",
  "-1",
  "1e308",
  "-1e308",
  "1e-308",
  "NaN",
  "Infinity",
  "0x10",
  "9".repeat(200),
  "1.5",
  "constructor",
  "__proto__",
];
const tokens = ["1", "16k", "128k", "1M", "999999999999k", "9999999M"];
const counts = ["1", "2", "3", "8", "64", "1024", "999999999"];
const rightful: Readonly<Record<string, readonly string[]>> = {
  "--context": tokens,
  "--max-model-len": tokens,
  "--max-num-batched-tokens": tokens,
  "--output-tokens": tokens,
  "--revision": ["main", "a".repeat(40)],
  "--concurrency": counts,
  "--max-num-seqs": counts,
  "--gpus": counts,
  "--tensor-parallel-size": counts,
  "--region": ["swedencentral", "Sweden Central", "mars"],
  "--size": ["Standard_NC24ads_A100_v4", "Standard_NC4as_T4_v3", "Standard_DS3_v2"],
  "--kv-dtype": ["fp8", "auto", "nvfp4", "fp8_ds_mla"],
  "--source": ["mirror", "hub"],
  "--checkpoint-gib": ["0.001", "14", "1000000"],
  "--gpu-memory-gib": ["0.001", "14.5", "79.18", "1000000"],
  "--compute-capability": ["0.1", "7.5", "8", "9", "20"],
  "--gpu-memory-utilization": ["0.001", "0.5", "1"],
  "--vllm-version": ["0.31.0", "v0.6.0", "0.0", `${"9".repeat(300)}.1`],
};
const option = fc
  .constantFrom(...Object.keys(rightful))
  .chain((name) =>
    fc.tuple(fc.constant(name), fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...rightful[name]!) }, fc.constantFrom(...awkward))),
  );
const flags = fc.subarray(["--json", "--json", "--enforce-eager"]);
// One size, because an answer for all sizes takes thirty times as long.
const machine = fc.constantFrom<string[]>(["--size", "Standard_NC24ads_A100_v4"], ["--gpu-memory-gib", "79.18"]);

const input = fc.record({
  model: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...models) }, fc.string({ maxLength: 20 }), fc.constantFrom(...awkward)),
  machine,
  options: fc.array(option, { maxLength: 5 }),
  flags,
});

// No address, so that a model outside of the table is an error before a request.
process.env.HF_ENDPOINT = "none";

fuzz("arguments of fit", input, async ({ model, machine, options, flags }) => {
  const args = [...machine, ...options.flat(), ...flags, "--", model];
  checkFit(await runFit(...args), flags.includes("--json"), args.join(" "));
});
