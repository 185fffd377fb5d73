import { type Command, CommanderError } from "commander";
import { type FitOptions, invalidExitCode } from "./options";

const exitCodes = `
Exit codes, with and without --json:
  0  the model fits
  1  the model doesn't fit
  2  not known: the planner can't compute the memory of the model, so it says neither
  3  no answer: an option or the model is not valid. With --json, the output is {"error": "..."}.
With --json, "verdict" is "fits", "doesntFit" or "notKnown", and "fits" is true, false or null.`;

/** Adds the verb `fit`. Its modules are loaded when it runs. */
export function addFit(program: Command): void {
  const fit = program
    .command("fit")
    .description("choose a VM size and vLLM flags for a model")
    .argument("<model>", "Hugging Face ID, or path of a config.json or its folder")
    .option("--revision <commit>", "commit of a model on Hugging Face (default: the newest one)")
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
    .option("--gpus <count>", "number of GPUs in the custom machine")
    .option("--tensor-parallel-size <count>", "number of GPUs that the model is split across")
    .option("--gpu-memory-utilization <part>", "fraction of the GPU's memory that vLLM can use")
    .option("--max-model-len <tokens>", "same as --context (vLLM's name)")
    .option("--max-num-seqs <count>", "maximum number of concurrent sequences in vLLM")
    .option("--max-num-batched-tokens <count>", "maximum number of tokens that vLLM computes in one step")
    .option("--enforce-eager", "run without compilation and CUDA graphs")
    .option("--task <task>", "what the deployment does: chat, embed or rerank")
    .option("--quantization <method>", "format to which vLLM converts 16-bit weights when it loads them, for example fp8")
    .option("--kv-cache-dtype <format>", "same as --kv-dtype (vLLM's name)")
    .option("--block-size <tokens>", "tokens per block of the KV cache")
    .option("--pipeline-parallel-size <stages>", "number of groups of GPUs that each have a part of the layers")
    .option("--data-parallel-size <count>", "number of servers in one container, each with its own GPUs and KV cache")
    .option("--enable-expert-parallel", "assign whole experts to each GPU")
    .option("--spec-method <method>", "speculative decoding: draft_model, eagle, eagle3, mtp or ngram")
    .option("--spec-model <model>", "model that proposes tokens: an ID in the planner's table, or path of a config.json")
    .option("--spec-tokens <count>", "number of tokens that are proposed in one step")
    .option("--max-loras <count>", "number of LoRA adapters that are active at the same time")
    .option("--max-lora-rank <rank>", "largest rank of the LoRA adapters")
    .option("--limit-mm-per-prompt <json>", 'most items in one request, for example {"image": 2, "video": 0}')
    .option("--vllm-version <version>", "vLLM version to plan for")
    .addHelpText("after", exitCodes)
    .action((model: string, options: FitOptions) => (require(".") as typeof import(".")).fitCommand(model, options));
  // A wrong option is not an answer.
  fit.exitOverride(({ exitCode, code, message }) => {
    throw new CommanderError(exitCode === 0 ? 0 : invalidExitCode, code, message);
  });
}
