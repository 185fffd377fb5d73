/** Converts command-line options to the planner's input. Each error is one sentence with the value and the allowed values. */
import * as fs from "node:fs";
import * as path from "node:path";
import { nearest } from "../../config/nearest";
import { gpus } from "../../facts/gpus";
import { models } from "../../facts/models";
import { pricedRegions } from "../../facts/prices";
import { canonicalRegion } from "../../facts/regions";
import { isInstanceType, sizeOf, sizes } from "../../facts/sizes";
import { vllmFlag } from "../../facts/vllm";
import type { Link } from "../../planner/fit/communication";
import { readModel } from "../../planner/fit/folder";
import { isKvCacheDtype } from "../../planner/fit/kvCache";
import { type Model, modelFromTable } from "../../planner/fit/model";
import type { FitInput } from "../../planner/size/fit";
import type { GpuByNumbers } from "../../planner/size/machine";
import type { FitOptions } from "./options";

/** The planner's input. */
export function fitInput(named: string, options: FitOptions): FitInput {
  const checkpointGiB = number("--checkpoint-gib", options.checkpointGib, { above: 0, most: 1_000_000 });
  const model = modelOf(named, checkpointGiB);
  const tensorParallelSize = whole("--tensor-parallel-size", options.tensorParallelSize, mostGpus);
  const instanceType = sizeNamed(options.size);
  const gpu = gpuOf(options, tensorParallelSize);
  checkSplit(tensorParallelSize, gpu, instanceType);
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
    kvCacheDtype: kvDtypeOf(options.kvDtype),
    enforceEager: options.enforceEager,
    vllmVersion: versionOf(options.vllmVersion),
  };
}

function modelOf(model: string, checkpointGiB: number | undefined): Model {
  if (model.trim() === "") throw new Error("The model is empty. Specify a Hugging Face ID, a config.json, or its folder.");
  const known = modelFromTable(model, checkpointGiB);
  if (known !== undefined) return known;
  // npm runs in the program's folder; INIT_CWD is the folder from which it was called.
  const there = path.resolve(process.env.INIT_CWD ?? ".", model);
  if (fs.existsSync(there)) return readModel(there, checkpointGiB);
  const isPath = model.endsWith(".json") || model.startsWith(".") || path.isAbsolute(model);
  if (isPath) throw new Error(`There is no file or folder ${model}. Specify a config.json, its folder, or a Hugging Face ID.`);
  const close = nearest(model, Object.keys(models), 3);
  const like = close.length > 0 ? ` Similar IDs: ${close.join(", ")}.` : "";
  const other =
    "For other models, specify the path of the config.json, and --checkpoint-gib if the weight files are not in the same folder.";
  throw new Error(`${model} is not one of the ${Object.keys(models).length} models in the planner's table.${like} ${other}`);
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
  if (size === undefined || isInstanceType(size)) return size;
  const close = nearest(size, Object.keys(sizes), 5);
  const like = close.length > 0 ? `Similar sizes: ${close.join(", ")}` : "--compare lists all sizes with a GPU";
  throw new Error(`--size is ${size}; managed online endpoints don't support a size with exactly this name. ${like}.`);
}

function kvDtypeOf(format: string | undefined): string | undefined {
  if (format === undefined || isKvCacheDtype(format)) return format;
  const formats = (vllmFlag("--kv-cache-dtype")?.choices ?? []).map(String).filter(isKvCacheDtype);
  throw new Error(`--kv-dtype is ${format}; it must be a format that vLLM and the planner support: ${formats.join(", ")}.`);
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

/** Limits of options: above any real machine and load, and low enough for a quick result. */
const mostGpus = 1024;
const mostSequences = 1_000_000;
const mostTokens = 1_000_000_000;
/** Smallest fraction of a GiB or of a GPU's memory that is accepted. */
const leastPart = 0.001;

const grouped = (value: number) => value.toLocaleString("en-US");

/** A whole number, or thousands such as `16k` (16,384) and millions such as `1M`. */
function tokens(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+)([kKmM]?)$/.exec(text);
  const value =
    match === null ? Number.NaN : Number(match[1]) * { "": 1, k: 1024, m: 1024 ** 2 }[match[2]!.toLowerCase() as "" | "k" | "m"];
  if (value >= 1 && value <= mostTokens) return value;
  throw new Error(`${option} is ${text}; it must be a number of tokens from 1 to ${grouped(mostTokens)}, such as 16384 or 16k.`);
}

function whole(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
  if (value <= most) return value;
  throw new Error(`${option} is ${text}; it must be a whole number from 1 to ${grouped(most)}.`);
}

function number(option: string, text: string | undefined, { above, most }: { above: number; most: number }): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= above + leastPart && value <= most) return value;
  throw new Error(`${option} is ${text}; it must be a number from ${above + leastPart} to ${grouped(most)}.`);
}
