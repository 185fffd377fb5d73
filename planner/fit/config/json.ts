/**
 * Reads a model from its `config.json`. The format varies by family and version: text models are nested below `text_config`, head
 * dimensions are omitted, layer kinds are lists, intervals or letters, and quantization is in a separate file.
 */

import type { Quantization } from "../../../facts/models";
import { GiB, type Model, type WeightsFrom } from "../model";
import { labelsOf, modelTaskOf } from "../modelTask";
import type { PaddedExperts } from "../paddedExperts";
import type { ModelRecord } from "../record";
import { encoderParts, hasNoCache, isEncoder } from "../weights/encoderParts";
import { languageParts } from "../weights/languageParts";
import { bytesOf, type Computed, derivedBytes, measuredBytes, rearrangingBytes, tiedHead } from "../weights/loaded";
import { type Part, parametersOf } from "../weights/part";
import { rotaryTableBytes } from "../weights/rotary";
import type { Scheme } from "../weights/scheme";
import { hasTower, towerDimensions, towerParts } from "../weights/towerParts";
import { withinBounds } from "./bounds";
import { cacheDtypeOf } from "./cacheScheme";
import { type ModelDimensions, readDimensions } from "./dimensions";
import { cacheFromConfig } from "./layers";
import { mainQuantization, quantizationOf } from "./quantization";
import { type Config, number } from "./read";

/** Data from other files in the folder of `config.json`. */
export type Checkpoint = Pick<
  ModelRecord,
  "tensors" | "parameters" | "fileBytes" | "hfQuantConfig" | "modules" | "poolingConfig" | "pipelineTag"
>;

/**
 * The model that `config` describes.
 * @throws PlanError MOOR120 if a required number is missing or a number is out of bounds
 */
export function modelFromConfig(id: string, config: Config, checkpoint: Checkpoint = {}): Model {
  return withinBounds(`The configuration of ${id}`, () => read(id, config, checkpoint));
}

function read(id: string, config: Config, checkpoint: Checkpoint): Model {
  const dimensions = readDimensions(id, config);
  const { architecture, text } = dimensions;
  const encoder = hasNoCache(dimensions);
  const scheme = quantizationOf(id, config, text, checkpoint.hfQuantConfig);
  const layers = encoder ? { cache: [] } : cacheFromConfig(dimensions);
  const language: Language = isEncoder(dimensions) ? { parts: encoderParts(dimensions), unloaded: [] } : languageParts(dimensions);
  const parts = [...language.parts, ...towerParts(config, dimensions)];
  const latentLayers = layers.cache.reduce((sum, layer) => sum + (layer.kind === "mla" ? layer.layers : 0), 0);
  const size = sizeOf(config, checkpoint, dimensions, parts, language, scheme);
  const weightBytes = size.bytes + derivedBytes(dimensions, latentLayers) + rearrangingBytes(language.parts, scheme);
  const idle = idleParts(language.parts, language.experts);
  const computed = bytesOf(parts, scheme);
  return {
    id,
    architecture,
    hidden: dimensions.hidden,
    heads: dimensions.heads,
    kvHeads: latentLayers > 0 ? undefined : dimensions.kvHeads,
    headDim: dimensions.headDim,
    layers: dimensions.layers,
    cache: layers.cache,
    intermediate: dimensions.intermediate,
    experts: language.experts,
    vocab: dimensions.vocab,
    maxModelLen: dimensions.maxModelLen,
    quantization: mainQuantization(parts, scheme),
    vision: hasTower(config),
    tower: towerDimensions(config),
    ...(encoder ? { encoder } : {}),
    tied: dimensions.tied,
    kvCacheDtype: cacheDtypeOf(config, text, checkpoint.hfQuantConfig),
    ...prediction(dimensions, language.unloaded, scheme),
    labels: architecture.endsWith("ForSequenceClassification") ? labelsOf(config) : undefined,
    task: modelTaskOf(architecture, { ...checkpoint, config }),
    weightBytes,
    replicatedBytes: rotaryTableBytes(dimensions),
    ...unsplit(parts, scheme),
    ...padded(language.parts, scheme),
    weightsFrom: size.from,
    activeBytes: weightBytes * (1 - idle.share * (bytesOf(idle.parts, scheme) / computed)),
    activeParameters: parametersOf(parts) - idle.share * parametersOf(idle.parts),
    assumptions: [...dimensions.assumptions, ...size.assumptions],
    unmodelled: layers.unmodelled,
  };
}

function unsplit(parts: readonly Part[], scheme: Scheme | undefined): Pick<Model, "unsplitBytes"> {
  const unsplitBytes = bytesOf(
    parts.filter(({ replicated }) => replicated),
    scheme,
  );
  return unsplitBytes > 0 ? { unsplitBytes } : {};
}

/** Layers for multi-token prediction. */
function prediction({ text }: ModelDimensions, parts: readonly Part[], scheme: Scheme | undefined): Pick<Model, "predictionLayers"> {
  const layers = number(text, "num_nextn_predict_layers", "mtp_num_hidden_layers") ?? 0;
  return layers > 0 ? { predictionLayers: { layers, bytes: bytesOf(parts, scheme) } } : {};
}

/**
 * Multiples to which kernels round the dimensions of 4-bit experts. Source: vLLM, `Mxfp4MoEMethod.create_weights` (Marlin), and for NVFP4 the
 * logs of Nemotron 3 Nano on one and two GPUs.
 */
const multiples: Partial<Record<Quantization, Pick<PaddedExperts, "hiddenMultiple" | "intermediateMultiple">>> = {
  mxfp4: { hiddenMultiple: 256, intermediateMultiple: 128 },
  nvfp4: { hiddenMultiple: 128, intermediateMultiple: 128 },
};

/** The experts whose kernel rounds their dimensions up. */
function padded(parts: readonly Part[], scheme: Scheme | undefined): Pick<Model, "paddedExperts"> {
  const first = parts.find(({ kind }) => kind === "experts");
  const quantization = first && scheme?.(first)?.quantization;
  const rounded = quantization && multiples[quantization];
  if (!first || !rounded) return {};
  const experts = parts.filter((part) => part.kind === "experts" && scheme?.(part)?.quantization === quantization);
  const [hidden, intermediate] = first.module.endsWith("down_proj") ? [first.rows, first.columns] : [first.columns, first.rows];
  const matrices = experts.reduce((sum, { copies }) => sum + copies, 0);
  const bytesPerParameter = bytesOf(experts, scheme) / parametersOf(experts);
  return { paddedExperts: { matrices, hidden, intermediate, bytesPerParameter, ...rounded } };
}

type Language = ReturnType<typeof languageParts>;

/** Routed experts, and the share of them that one token doesn't use. */
function idleParts(parts: readonly Part[], experts: Language["experts"]): { readonly parts: readonly Part[]; readonly share: number } {
  if (!experts) return { parts: [], share: 0 };
  return { parts: parts.filter(({ kind }) => kind === "experts"), share: 1 - experts.perToken / experts.count };
}

interface Size {
  readonly bytes: number;
  readonly from: WeightsFrom;
  readonly assumptions: readonly string[];
}

/** Files that are this many times as large as the weights contain them in several formats. */
const copies = 1.6;

/** Difference between the files and the dimensions above which the description says so. */
const notable = 0.1;

function sizeOf(
  config: Config,
  checkpoint: Checkpoint,
  dimensions: ModelDimensions,
  parts: readonly Part[],
  { unloaded, inexact }: Pick<Language, "unloaded" | "inexact">,
  scheme: Scheme | undefined,
): Size {
  const dtype = dimensions.text.torch_dtype ?? dimensions.text.dtype ?? config.torch_dtype ?? config.dtype;
  const computed: Computed = {
    bytes: bytesOf(parts, scheme),
    unloadedBytes: bytesOf(unloaded, scheme),
    tiedBytes: bytesOf(tiedHead(dimensions)),
    isWide: dtype === "float32",
  };
  const measured = measuredBytes(checkpoint, dimensions, computed);
  const gib = (bytes: number) => `${(bytes / GiB).toFixed(1)} GiB`;
  const hasCopies = measured !== undefined && !inexact && checkpoint.tensors === undefined && measured > copies * computed.bytes;
  if (measured === undefined || hasCopies) {
    const because = hasCopies ? `its files (${gib(measured)}) contain more than the weights` : "no file size is known";
    const approximately = inexact ? `; ${inexact}` : "";
    const assumption = `the size of the weights (${gib(computed.bytes)}) is computed from the dimensions, because ${because}${approximately}`;
    return { bytes: computed.bytes, from: "parameters", assumptions: [assumption] };
  }
  const differs = Math.abs(measured / computed.bytes - 1) > notable && !inexact;
  const assumption = `the size of the weights (${gib(measured)}) is that of the files, although the dimensions result in ${gib(computed.bytes)}`;
  return { bytes: measured, from: "checkpoint", assumptions: differs ? [assumption] : [] };
}
