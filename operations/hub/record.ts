/** Reads the record of a model from the Hub: what it says about one commit, and the tensors in the headers of the weight files. */
import { type Config, number, object, parseJson } from "../../planner/fit/config/read";
import type { ModelRecord } from "../../planner/fit/record";
import { dataBytes, groupTensors, headerFrom, longestHeader, type SafetensorsHeader } from "../../planner/fit/tensors";
import { weightFileNames } from "../../planner/fit/weightFiles";
import { inParallel } from "../parallel";
import { HubError } from "./error";
import { type HubFile, HubModel, type HubModelInfo, isPointer } from "./model";
import type { HubTransport } from "./transport";

/** A record of the Hub, which always has the commit. */
export type HubRecord = ModelRecord & { readonly commit: string };

/** Bytes that are read from each weight file first. Most headers are shorter. */
const firstPart = 128 * 1024;

/** Headers that are read in parallel. */
const parallelHeaders = 8;

/** Number of weight files from which the command reports that it reads them. */
const manyFiles = 8;

/**
 * Reads the record of a model at the commit that `info` names.
 * @param report Receives a line before a slow step.
 * @throws HubError
 */
export async function readRecord(transport: HubTransport, info: HubModelInfo, report: (line: string) => void): Promise<HubRecord> {
  const { id, commit, gated, licenses, pipelineTag, parameters } = info;
  const model = new HubModel(transport, id, commit, info.refusesEurope);
  const files = new Map((await model.files()).map((file) => [file.path, file]));
  const read = (path: string) => readJson(model, files.get(path));
  const config = configOf(id, commit, await read("config.json"), [...files.keys()]);
  const hfQuantConfig = asConfig(await read("hf_quant_config.json"));
  const modules = await read("modules.json");
  const poolingConfig = asConfig(await read("1_Pooling/config.json"));
  const weights = await weightFiles(model, files, read);
  const tensors = await readTensors(model, weights, config, report);
  const fileBytes = weights.reduce((sum, { size }) => sum + size, 0);
  return {
    ...{ id, commit, config, gated },
    ...defined({ hfQuantConfig, modules, poolingConfig, tensors, parameters, pipelineTag, license: licenses[0] }),
    ...(fileBytes === 0 ? {} : { fileBytes }),
  };
}

/** Drops the properties without a value. */
function defined<Value extends object>(value: Value): { [Key in keyof Value]?: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof Value]?: Exclude<Value[Key], undefined>;
  };
}

/** The value in a JSON file. Undefined if the commit has no such file. */
async function readJson(model: HubModel, file: HubFile | undefined): Promise<unknown> {
  if (file === undefined) return undefined;
  const text = (await model.content(file)).toString("utf8");
  try {
    return parseJson(text);
  } catch {
    throw new HubError("format", `${file.path} of ${model.id} at ${model.revision} is not valid JSON. Choose another commit or model.`);
  }
}

function asConfig(value: unknown): Config | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Config) : undefined;
}

/** @throws HubError that says what the repository contains instead, if it has no configuration */
function configOf(id: string, commit: string, value: unknown, paths: readonly string[]): Config {
  const config = asConfig(value);
  if (config !== undefined) return config;
  const has = (end: string) => paths.some((path) => path.endsWith(end));
  const because =
    value !== undefined
      ? "its config.json is not a JSON object"
      : has("adapter_config.json")
        ? "it is an adapter. Specify its base model"
        : has(".gguf")
          ? "it contains GGUF files. Specify the model that they were made from"
          : has("params.json")
            ? "it has only the configuration of Mistral (params.json). Choose a repository in the format of transformers"
            : "it has no config.json. Choose a repository in the format of transformers";
  throw new HubError("format", `${id} at ${commit} can't be planned: ${because}.`);
}

/** The weight files that vLLM reads: those in the index, if there is one. */
async function weightFiles(
  model: HubModel,
  files: ReadonlyMap<string, HubFile>,
  read: (path: string) => Promise<unknown>,
): Promise<HubFile[]> {
  const index = asConfig(await read("model.safetensors.index.json"));
  const map = index && object(index, "weight_map");
  const shards = map && new Set(Object.values(map).filter((shard) => typeof shard === "string"));
  const missing = [...(shards ?? [])].find((shard) => !files.has(shard));
  if (missing !== undefined) {
    throw new HubError(
      "content",
      `The index of ${model.id} at ${model.revision} lists ${JSON.stringify(missing)}, but the commit has no such file. Choose another commit.`,
    );
  }
  return weightFileNames([...files.keys()], shards).map((path) => files.get(path)!);
}

/** The tensors of all safetensors files. Undefined if there are none, or if the source returns no parts of files. */
async function readTensors(model: HubModel, weights: readonly HubFile[], config: Config, report: (line: string) => void) {
  const files = weights.filter(({ path }) => path.endsWith(".safetensors"));
  if (files.length === 0) return undefined;
  if (files.length >= manyFiles) report(`Reading the headers of ${files.length} weight files of ${model.id}.`);
  const headers: SafetensorsHeader[] = [];
  try {
    await inParallel(files, parallelHeaders, new AbortController().signal, async (file) => {
      headers.push(await readHeader(model, file));
    });
  } catch (error) {
    if (!(error instanceof HubError) || error.problem !== "range") throw error;
    report(`${error.message} The size of the weights is taken from the list of files.`);
    return undefined;
  }
  return groupTensors(headers, layersOf(config));
}

function layersOf(config: Config): number | undefined {
  try {
    return number(object(config, "text_config") ?? config, "num_hidden_layers");
  } catch {
    // The planner reports the number.
    return undefined;
  }
}

/**
 * Reads the header of a safetensors file with one or two range requests. The file starts with the header's length as a 64-bit little-endian
 * integer.
 * @throws HubError if the file is a pointer, or shorter than its header says
 */
async function readHeader(model: HubModel, file: HubFile): Promise<SafetensorsHeader> {
  if (file.size < 8) throw incomplete(model, file);
  const source = await model.locate(file);
  const first = await model.part(source, file, { offset: 0, size: Math.min(firstPart, file.size) });
  if (isPointer(first)) throw model.pointer(file);
  const length = Number(first.readBigUInt64LE());
  if (length > longestHeader || 8 + length > file.size) throw incomplete(model, file);
  const rest = 8 + length - first.length;
  const more = rest > 0 ? await model.part(source, file, { offset: first.length, size: rest }) : Buffer.alloc(0);
  const header = headerFrom(parsed(Buffer.concat([first, more]).subarray(8, 8 + length)));
  if (header === undefined || 8 + length + dataBytes(header) > file.size) throw incomplete(model, file);
  return header;
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

function incomplete({ id, revision }: HubModel, { path }: HubFile): HubError {
  return new HubError(
    "content",
    `${path} of ${id} at ${revision} is not a complete safetensors file: its header can't be read, or the file is shorter than the header says. ` +
      "Check that HF_ENDPOINT is a Hub or a complete mirror of it, or choose another commit.",
  );
}
