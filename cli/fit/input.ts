/** Converts command-line options to the planner's input. Each error is one sentence with the value and the allowed values. */
import { nearest } from "../../config/nearest";
import { gpus } from "../../facts/gpus";
import { otherSize } from "../../facts/otherSizes";
import { pricedRegions } from "../../facts/prices";
import { canonicalRegion } from "../../facts/regions";
import { isInstanceType, sizeOf, sizes } from "../../facts/sizes";
import { vllmFlag } from "../../facts/vllm";
import { PlanError } from "../../planner/codes";
import { isKvCacheDtype } from "../../planner/fit/kvCache";
import type { Link } from "../../planner/fit/memory/communication";
import type { Model } from "../../planner/fit/model";
import { taskProblem } from "../../planner/serving/task";
import type { FitInput } from "../../planner/size/fit";
import type { GpuByNumbers } from "../../planner/size/machine";
import { engineOptions } from "./engineOptions";
import { modelOf } from "./model";
import { mostGpus, mostSequences, number, tokens, whole } from "./numbers";
import type { FitOptions } from "./options";

/** The planner's input. The model can be on the Hub. */
export async function fitInput(named: string, options: FitOptions): Promise<FitInput & { readonly model: Model }> {
  const checkpointGiB = number("--checkpoint-gib", options.checkpointGib, { above: 0, most: 1_000_000 });
  const tensorParallelSize = whole("--tensor-parallel-size", options.tensorParallelSize, mostGpus);
  const instanceType = sizeNamed(options.size);
  const gpu = gpuOf(options, tensorParallelSize);
  checkSplit(tensorParallelSize, gpu, instanceType);
  // Last, because it can send requests.
  const model = await modelOf(named, checkpointGiB, options.revision);
  const engine = await engineOptions(options, (id) => modelOf(id, undefined, undefined));
  const unserved = engine.task && taskProblem(model, engine.task);
  if (unserved) throw new PlanError(unserved);
  return {
    model,
    checkpointGiB,
    region: regionOf(options.region),
    instanceType,
    gpu,
    maxModelLen: lengthOf(options, model),
    concurrency: whole("--concurrency", options.concurrency, mostSequences),
    outputTokens: tokens("--output-tokens", options.outputTokens),
    source: sourceOf(options.source),
    tensorParallelSize,
    gpuMemoryUtilization: number("--gpu-memory-utilization", options.gpuMemoryUtilization, { above: 0, most: 1 }),
    maxNumSeqs: whole("--max-num-seqs", options.maxNumSeqs, mostSequences),
    maxNumBatchedTokens: tokens("--max-num-batched-tokens", options.maxNumBatchedTokens),
    kvCacheDtype: kvDtypeOf(options),
    enforceEager: options.enforceEager,
    vllmVersion: versionOf(options.vllmVersion),
    ...engine,
  };
}

function regionOf(region: string | undefined): string | undefined {
  if (region === undefined) return undefined;
  const name = canonicalRegion(region);
  if (pricedRegions.includes(name)) return name;
  const close = nearest(name, pricedRegions, 3);
  const like = close.length > 0 ? `Similar regions: ${close.join(", ")}` : `Regions with prices: ${pricedRegions.join(", ")}`;
  throw new Error(`--region is ${region}; Azure lists no prices for GPU sizes in this region. ${like}.`);
}

function sizeNamed(size: string | undefined): string | undefined {
  if (size === undefined || isInstanceType(size) || otherSize(size)) return size;
  const close = nearest(size, Object.keys(sizes), 5);
  const like = close.length > 0 ? `Similar sizes: ${close.join(", ")}` : "--compare lists all sizes with a GPU";
  throw new Error(`--size is ${size}; managed online endpoints don't support a size with exactly this name. ${like}.`);
}

function kvDtypeOf({ kvDtype, kvCacheDtype }: FitOptions): string | undefined {
  if (kvDtype !== undefined && kvCacheDtype !== undefined && kvDtype !== kvCacheDtype)
    throw new Error(
      `--kv-dtype is ${kvDtype} and --kv-cache-dtype is ${kvCacheDtype}, but both options set the same value. Use one of them.`,
    );
  const format = kvDtype ?? kvCacheDtype;
  if (format === undefined || isKvCacheDtype(format)) return format;
  const formats = (vllmFlag("--kv-cache-dtype")?.choices ?? []).map(String).filter(isKvCacheDtype);
  const option = kvDtype === undefined ? "--kv-cache-dtype" : "--kv-dtype";
  throw new Error(`${option} is ${format}; it must be a format that vLLM and the planner support: ${formats.join(", ")}.`);
}

/** @throws Error if the tensor parallel size exceeds the GPUs of the specified machine */
function checkSplit(over: number | undefined, gpu: GpuByNumbers | undefined, instanceType: string | undefined): void {
  const size = instanceType !== undefined && isInstanceType(instanceType) ? sizeOf(instanceType) : undefined;
  const has = gpu?.gpus ?? (size?.gpu === undefined ? undefined : size.gpus);
  if (over === undefined || has === undefined || over <= has) return;
  const where = gpu === undefined ? `${instanceType} has ${has}` : `--gpus is ${has}`;
  throw new Error(`--tensor-parallel-size is ${over}; it must not exceed the number of GPUs. ${where}.`);
}

function gpuOf(options: FitOptions, tensorParallelSize: number | undefined): GpuByNumbers | undefined {
  const visibleGiB = number("--gpu-memory-gib", options.gpuMemoryGib, { above: 0, most: 100_000 });
  const computeCapability = number("--compute-capability", options.computeCapability, { above: 0, most: 20 });
  const count = whole("--gpus", options.gpus, mostGpus);
  const link = linkOf(options.gpuLink);
  if (visibleGiB !== undefined) return { visibleGiB, computeCapability, gpus: count ?? tensorParallelSize, link };
  const given = { "--compute-capability": computeCapability, "--gpus": count, "--gpu-link": link };
  const alone = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (alone === undefined) return undefined;
  const known = `an H100 has ${gpus["H100-80GB"].visibleGiB}`;
  throw new Error(`${alone} requires --gpu-memory-gib, the total GPU memory as reported by PyTorch (${known}). Add it.`);
}

function linkOf(link: string | undefined): Link | undefined {
  if (link === undefined || link === "nvlink" || link === "pcie") return link;
  throw new Error(`--gpu-link is ${link}; it must be nvlink or pcie.`);
}

function lengthOf(options: FitOptions, model: Model): number | undefined {
  const context = tokens("--context", options.context);
  const maxModelLen = tokens("--max-model-len", options.maxModelLen);
  if (context !== undefined && maxModelLen !== undefined && context !== maxModelLen) {
    throw new Error(`--context is ${context} and --max-model-len is ${maxModelLen}, but both options set the same value. Use one of them.`);
  }
  const asked = context ?? maxModelLen;
  if (asked === undefined || asked <= model.maxModelLen) return asked;
  const option = context === undefined ? "--max-model-len" : "--context";
  throw new Error(`${option} is ${asked} tokens; it must be at most ${model.maxModelLen}, the maximum context of ${model.id}.`);
}

function sourceOf(source: string | undefined): FitInput["source"] {
  if (source === undefined || source === "mirror" || source === "hub") return source;
  throw new Error(`--source is ${source}; it must be mirror (staged in the region) or hub (downloaded from Hugging Face at each start).`);
}

function versionOf(version: string | undefined): string | undefined {
  if (version === undefined || /^v?\d{1,4}\.\d{1,4}(\.\d{1,4})?([^\s\d]\S{0,40})?$/.test(version)) return version?.replace(/^v/, "");
  throw new Error(`--vllm-version is ${version}; it must be a version such as 0.31.0.`);
}
