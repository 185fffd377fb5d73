/** Reads a model from a local folder: its `config.json` and, if the weights exist, the exact number of bytes that vLLM will load. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createProblem, PlanError } from "../codes";
import { withinBounds } from "./config/bounds";
import { type Config, number, object, parseJson } from "./config/read";
import { modelFromRecord, withCheckpoint } from "./fromRecord";
import type { Model } from "./model";
import type { ModelRecord } from "./record";
import { groupTensors, headerFrom, longestHeader, type SafetensorsHeader } from "./tensors";
import { weightFileNames } from "./weightFiles";

/**
 * Reads a model.
 * @param path A `config.json` or its folder.
 * @param checkpointGiB Size of the weights that vLLM loads, GiB. @default from the weight files
 * @throws PlanError MOOR120 if there is no readable config.json
 */
export function readModel(path: string, checkpointGiB?: number): Model {
  return withCheckpoint(modelFromRecord(readRecord(path)), checkpointGiB);
}

/**
 * Reads what a folder says about a model, in the form in which the Hub says it.
 * @param path A `config.json` or its folder.
 * @throws PlanError MOOR120 if there is no readable config.json
 */
export function readRecord(path: string): ModelRecord {
  const file = path.endsWith(".json") ? path : join(path, "config.json");
  const folder = dirname(file);
  const config = readJson(file);
  if (!config) throw new PlanError(createProblem("MOOR120", `${file} doesn't exist.`));
  const hfQuantConfig = readJson(join(folder, "hf_quant_config.json"));
  const poolingConfig = readJson(join(folder, "1_Pooling", "config.json"));
  const modules = readText(join(folder, "modules.json"));
  const id = basename(file) === "config.json" ? folder : file;
  const named = typeof config._name_or_path === "string" && config._name_or_path !== "" ? config._name_or_path : id;
  return {
    ...{ id: named, config, ...sizeOf(folder, config) },
    ...(hfQuantConfig && { hfQuantConfig }),
    ...(poolingConfig && { poolingConfig }),
    ...(modules === undefined ? {} : { modules: parse(modules) }),
  };
}

function sizeOf(folder: string, config: Config): Pick<ModelRecord, "tensors" | "fileBytes"> {
  const files = weightFiles(folder);
  if (files.length > 0) {
    const text = object(config, "text_config") ?? config;
    const layers = withinBounds(`The configuration in ${folder}`, () => number(text, "num_hidden_layers"));
    return {
      tensors: groupTensors(
        files.map((file) => header(join(folder, file))),
        layers,
      ),
    };
  }
  const index = readJson(join(folder, "model.safetensors.index.json"));
  const metadata = (index && object(index, "metadata")) ?? {};
  const fileBytes = withinBounds(join(folder, "model.safetensors.index.json"), () => number(metadata, "total_size"));
  return fileBytes === undefined ? {} : { fileBytes };
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

/** Reads the JSON header of a safetensors file. The file starts with the header's length as a 64-bit little-endian integer. */
function header(file: string): SafetensorsHeader {
  const length = readBytes(file, 0, 8).readBigUInt64LE();
  const text = length <= longestHeader && length < statSync(file).size ? readBytes(file, 8, Number(length)).toString("utf8") : "";
  const parsed = text.startsWith("{") ? parse(text) : undefined;
  if (typeof parsed !== "object" || parsed === null)
    throw new PlanError(createProblem("MOOR120", `${file} is not a complete safetensors file: its header can't be read.`));
  const found = headerFrom(parsed);
  if (found) return found;
  const [name, tensor] = Object.entries(parsed).find(([key, value]) => key !== "__metadata__" && !headerFrom({ [key]: value })) ?? [];
  throw new PlanError(createProblem("MOOR120", notATensor(file, String(name), tensor)));
}

function notATensor(file: string, name: string, tensor: unknown): string {
  const { dtype, data_offsets: place } = (typeof tensor === "object" && tensor !== null ? tensor : {}) as Config;
  const start = `${file} is not valid: the tensor ${JSON.stringify(name)} has`;
  if (typeof dtype !== "string" && headerFrom({ [name]: { dtype: "BF16", data_offsets: place } }))
    return `${start} no dtype. Allowed: a name such as BF16.`;
  const shown = place === undefined ? "no data_offsets" : `data_offsets ${JSON.stringify(place)}`;
  return `${start} ${shown}. Allowed: two whole numbers, the first not greater than the second.`;
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
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** The text of a file; undefined if it doesn't exist. */
function readText(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  if (!statSync(file).isFile()) throw new PlanError(createProblem("MOOR120", `${file} is a folder, not a file.`));
  return readFileSync(file, "utf8");
}

/** The object in a JSON file; undefined if the file doesn't exist. */
function readJson(file: string): Config | undefined {
  const text = readText(file);
  if (text === undefined) return undefined;
  if (text.trim() === "") throw new PlanError(createProblem("MOOR120", `${file} is empty.`));
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new PlanError(createProblem("MOOR120", `${file} is not valid JSON: ${(error as Error).message}.`));
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Config;
  const type = value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
  throw new PlanError(createProblem("MOOR120", `${file} contains ${type}; it must contain a JSON object.`));
}
