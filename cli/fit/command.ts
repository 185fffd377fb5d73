import type { Command } from "commander";
import type { FitOptions } from "./options";

const exitCodes = `
Exit code: 0 when the model fits; 1 when nothing fits or an option can't be right.
With --json, a model that doesn't fit is an answer too ("fits": false), with exit code 0; a question that can't be answered is
{"error": "..."}, with exit code 1.`;

/** Adds the verb `fit`; what it needs is loaded when it runs. */
export function addFit(program: Command): void {
  program
    .command("fit")
    .description("which size a model needs, with which flags, and why")
    .argument("<model>", "a Hugging Face id of the planner's table, or the path of a config.json or its folder")
    .option("--context <tokens>", "tokens of prompt and answer together, for instance 16k")
    .option("--concurrency <requests>", "requests of that context that one instance works on at once")
    .option("--region <region>", "Azure region whose sizes and list prices count")
    .option("--size <size>", "one Azure size instead of the cheapest that fits")
    .option("--kv-dtype <format>", "format of the KV cache, for instance fp8")
    .option("--output-tokens <tokens>", "tokens of an answer that must arrive in time")
    .option("--source <source>", "mirror, or hub: where the weights come from at start")
    .option("--compare", "show all sizes with the reason each lost")
    .option("--json", "one JSON document for machines")
    .option("--checkpoint-gib <GiB>", "size of the weights that vLLM loads, if better known")
    .option("--gpu-memory-gib <GiB>", "a GPU by numbers: memory that PyTorch sees, not the label's")
    .option("--compute-capability <number>", "of that GPU, for instance 8.9")
    .option("--gpus <count>", "GPUs of that machine")
    .option("--tensor-parallel-size <count>", "GPUs that one server spans")
    .option("--gpu-memory-utilization <part>", "part of the GPU's memory that vLLM may take")
    .option("--max-model-len <tokens>", "vLLM's own name for --context")
    .option("--max-num-seqs <count>", "sequences that vLLM runs at once")
    .option("--max-num-batched-tokens <count>", "tokens that vLLM computes in one step")
    .option("--enforce-eager", "without compilation and CUDA graphs")
    .option("--vllm-version <version>", "version of vLLM to plan for")
    .addHelpText("after", exitCodes)
    .action((model: string, options: FitOptions) => (require(".") as typeof import(".")).fitCommand(model, options));
}
