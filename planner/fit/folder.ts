/** Reads a model from a local folder: its `config.json` and, if the weights exist, the exact number of bytes that vLLM will load. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createProblem, PlanError } from "../codes";
import { withinBounds } from "./configBounds";
import { type Checkpoint, modelFromConfig } from "./configJson";
import { type Config, number, object } from "./configRead";
import { GiB, type Model } from "./model";
import { weightFileNames } from "./weightFiles";

/**
 * Reads a model.
 * @param path A `config.json` or its folder.
 * @param checkpointGiB Size of the weights that vLLM loads, GiB. @default from the weight files
 * @throws PlanError MOOR120 if there is no readable config.json
 */
export function readModel(path: string, checkpointGiB?: number): Model {
  const file = path.endsWith(".json") ? path : join(path, "config.json");
  const folder = dirname(file);
  const config = readJson(file);
  if (!config) throw new PlanError(createProblem("MOOR120", `${file} doesn't exist.`));
  const hfQuantConfig = readJson(join(folder, "hf_quant_config.json"));
  const size: Checkpoint = checkpointGiB !== undefined ? { loadedBytes: checkpointGiB * GiB } : checkpointSize(folder, config);
  const id = basename(file) === "config.json" ? folder : file;
  const named = typeof config._name_or_path === "string" && config._name_or_path !== "" ? config._name_or_path : id;
  const purpose = { modules: readList(join(folder, "modules.json")), poolingConfig: readJson(join(folder, "1_Pooling", "config.json")) };
  return modelFromConfig(named, config, { ...size, hfQuantConfig, purpose });
}

function checkpointSize(folder: string, config: Config): Checkpoint {
  const files = weightFiles(folder);
  if (files.length > 0) return { loadedBytes: files.reduce((sum, file) => sum + loadedBytes(join(folder, file), config), 0) };
  const index = readJson(join(folder, "model.safetensors.index.json"));
  const metadata = (index && object(index, "metadata")) ?? {};
  return { fileBytes: withinBounds(join(folder, "model.safetensors.index.json"), () => number(metadata, "total_size")) };
}

/** The safetensors files in a folder. Empty if some files are missing, because the size can't be derived from a part of the weights. */
function weightFiles(folder: string): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".safetensors") && statSync(join(folder, name)).size > 8);
  const weights = weightFileNames(files);
  const shards = Math.max(0, ...weights.map((name) => Number(/-of-(\d+)\.safetensors$/.exec(name)?.[1] ?? 0)));
  const incomplete = weights.length < shards || weights.some((name) => isPointer(join(folder, name)));
  return incomplete ? [] : weights;
}

/** Whether a file is a Git LFS pointer. */
function isPointer(file: string): boolean {
  const start = "version https://git-lfs";
  return readBytes(file, 0, start.length).toString("latin1") === start;
}

/** Bytes of the tensors in one file that vLLM loads, from the file's header. */
function loadedBytes(file: string, config: Config): number {
  const text = object(config, "text_config") ?? config;
  const layers = withinBounds(`The configuration of ${file}`, () => number(text, "num_hidden_layers")) ?? Number.POSITIVE_INFINITY;
  const tied = (text.tie_word_embeddings ?? config.tie_word_embeddings) === true;
  return Object.entries(header(file)).reduce((sum, [name, tensor]) => {
    if (name === "__metadata__" || /(^|\.)mtp\./.test(name) || (tied && /(^|\.)lm_head\.weight$/.test(name))) return sum;
    const layer = /(^|\.)layers\.(\d+)\./.exec(name);
    const language = !/vision|visual|audio|encoder/.test(name);
    if (layer && language && Number(layer[2]) >= layers) return sum;
    return sum + bytesOf(file, name, tensor);
  }, 0);
}

/** Bytes of one tensor, from its offsets in the header. */
function bytesOf(file: string, name: string, tensor: unknown): number {
  const place: unknown = typeof tensor === "object" && tensor !== null ? (tensor as Config).data_offsets : undefined;
  const [from, to, ...others]: unknown[] = Array.isArray(place) ? place : [];
  const isPlace = isOffset(from) && isOffset(to) && from <= to && others.length === 0;
  if (isPlace) return to - from;
  const problem = `the tensor ${JSON.stringify(name)} has ${place === undefined ? "no data_offsets" : `data_offsets ${JSON.stringify(place)}`}`;
  throw new PlanError(
    createProblem("MOOR120", `${file} is not valid: ${problem}. Allowed: two whole numbers, the first not greater than the second.`),
  );
}

function isOffset(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Maximum length of the header, bytes. Source: the safetensors format. */
const longestHeader = 100_000_000;

/** Reads the JSON header of a safetensors file. The file starts with the header's length as a 64-bit little-endian integer. */
function header(file: string): Config {
  const length = readBytes(file, 0, 8).readBigUInt64LE();
  const text = length <= longestHeader && length < statSync(file).size ? readBytes(file, 8, Number(length)).toString("utf8") : "";
  const parsed = text.startsWith("{") ? parse(text) : undefined;
  if (typeof parsed === "object" && parsed !== null) return parsed as Config;
  throw new PlanError(createProblem("MOOR120", `${file} is not a complete safetensors file: its header can't be read.`));
}

function readBytes(file: string, from: number, length: number): Buffer {
  const handle = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(length);
    readSync(handle, bytes, 0, length, from);
    return bytes;
  } finally {
    closeSync(handle);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The list in a JSON file; undefined if there is none. */
function readList(file: string): readonly unknown[] | undefined {
  const value = existsSync(file) && statSync(file).isFile() ? parse(readFileSync(file, "utf8")) : undefined;
  return Array.isArray(value) ? value : undefined;
}

/** The object in a JSON file; undefined if the file doesn't exist. */
function readJson(file: string): Config | undefined {
  if (!existsSync(file)) return undefined;
  if (!statSync(file).isFile()) throw new PlanError(createProblem("MOOR120", `${file} is a folder, not a file.`));
  const text = readFileSync(file, "utf8");
  if (text.trim() === "") throw new PlanError(createProblem("MOOR120", `${file} is empty.`));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PlanError(createProblem("MOOR120", `${file} is not valid JSON: ${(error as Error).message}.`));
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Config;
  const type = value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
  throw new PlanError(createProblem("MOOR120", `${file} contains ${type}; it must contain a JSON object.`));
}
