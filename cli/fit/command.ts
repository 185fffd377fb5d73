import type { Command } from "commander";
import type { FitOptions } from "./options";

const exitCodes = `
Exit codes: 0 if the model fits; 1 if no size fits or an option is not valid.
With --json, the exit code is also 0 if the model doesn't fit ("fits": false). An option that is not valid results in
{"error": "..."} and exit code 1.`;

/** Adds the verb `fit`. Its modules are loaded when it runs. */
export function addFit(program: Command): void {
  program
    .command("fit")
    .description("choose a VM size and vLLM flags for a model")
    .argument("<model>", "Hugging Face ID of a model in the planner's table, or path of a config.json or its folder")
    .option("--context <tokens>", "maximum tokens of prompt and answer combined, for example 16k")
    .option("--concurrency <requests>", "concurrent requests per instance, each with the full context")
    .option("--region <region>", "Azure region whose sizes and list prices are compared")
    .option("--size <size>", "use this VM size instead of the cheapest one that fits")
    .option("--kv-dtype <format>", "format of the KV cache, for example fp8")
    .option("--output-tokens <tokens>", "tokens of the longest answer that must arrive within the request timeout")
    .option("--source <source>", "source of the weights at each start: mirror or hub")
    .option("--compare", "list all VM sizes, and for those that don't fit, the reason")
    .option("--json", "print one JSON document")
    .option("--checkpoint-gib <GiB>", "size of the weights that vLLM loads; overrides the known size")
    .option("--gpu-memory-gib <GiB>", "custom GPU instead of --size: total memory that PyTorch reports, not the nominal size")
    .option("--compute-capability <number>", "compute capability of the custom GPU, for example 8.9")
    .option("--gpu-link <link>", "connection between the custom GPUs: nvlink or pcie (default: the usual one of the compute capability)")
    .option("--gpus <count>", "number of GPUs in the custom machine")
    .option("--tensor-parallel-size <count>", "number of GPUs that the model is split across")
    .option("--gpu-memory-utilization <part>", "fraction of the GPU's memory that vLLM can use")
    .option("--max-model-len <tokens>", "same as --context (vLLM's name)")
    .option("--max-num-seqs <count>", "maximum number of concurrent sequences in vLLM")
    .option("--max-num-batched-tokens <count>", "maximum number of tokens that vLLM computes in one step")
    .option("--enforce-eager", "run without compilation and CUDA graphs")
    .option("--vllm-version <version>", "vLLM version to plan for")
    .addHelpText("after", exitCodes)
    .action((model: string, options: FitOptions) => (require(".") as typeof import(".")).fitCommand(model, options));
}
