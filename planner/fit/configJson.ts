/**
 * Reads a model from its `config.json`. The format varies by family and version: text models are nested below `text_config`, head
 * dimensions are omitted, layer kinds are lists, intervals or letters, and quantization is in a separate file.
 */
import { withinBounds } from "./configBounds";
import { readDimensions } from "./configDimensions";
import { cacheFromConfig } from "./configLayers";
import { quantizationOf } from "./configQuantization";
import { type Config, number } from "./configRead";
import { bytesFromParameters, GiB, type Model, rotaryBytes, type WeightsFrom } from "./model";
import { countParameters } from "./parameters";
import { hasTower, towerDimensions, towerParameters } from "./towers";

/** Data from other files in the folder of `config.json`. */
export interface Checkpoint {
  /** Bytes of the weights that vLLM loads. @default computed from the dimensions */
  readonly loadedBytes?: number;
  /** Bytes of all weights in the files, including multi-token prediction layers, which vLLM doesn't load. */
  readonly fileBytes?: number;
  /** Content of `hf_quant_config.json`, in which NVIDIA's checkpoints describe their quantization. */
  readonly hfQuantConfig?: Config;
}

/**
 * The model that `config` describes.
 * @throws PlanError MOOR120 if a required number is missing or a number is out of bounds
 */
export function modelFromConfig(id: string, config: Config, checkpoint: Checkpoint = {}): Model {
  return withinBounds(`The configuration of ${id}`, () => read(id, config, checkpoint));
}

function read(id: string, config: Config, checkpoint: Checkpoint): Model {
  const dimensions = readDimensions(id, config);
  const { text } = dimensions;
  const assumptions = [...dimensions.assumptions];
  const quantization = quantizationOf(id, config, text, checkpoint.hfQuantConfig);
  const layers = cacheFromConfig(dimensions);
  const count = countParameters(dimensions, layers.cache);
  const size = (parameters: number) => bytesFromParameters(parameters, dimensions.vocab, dimensions.hidden, dimensions.tied, quantization);
  let weightBytes = checkpoint.loadedBytes;
  let weightsFrom: WeightsFrom = "checkpoint";
  if (weightBytes === undefined && checkpoint.fileBytes !== undefined) {
    weightBytes = checkpoint.fileBytes - (size(count.total + count.unloaded) - size(count.total));
  }
  if (weightBytes === undefined) {
    weightBytes = size(count.total) + 2 * towerParameters(config);
    weightsFrom = "parameters";
    assumptions.push(
      `the size of the weights (${(weightBytes / GiB).toFixed(1)} GiB) is computed from the dimensions, because no file size is known`,
    );
  }
  const latent = layers.cache.some((layer) => layer.kind === "mla");
  const rotaryDim = (number(text, "qk_rope_head_dim") ?? dimensions.headDim) * (number(text, "partial_rotary_factor") ?? 1);
  return {
    id,
    architecture: dimensions.architecture,
    hidden: dimensions.hidden,
    heads: dimensions.heads,
    kvHeads: latent ? undefined : dimensions.kvHeads,
    headDim: dimensions.headDim,
    layers: dimensions.layers,
    cache: layers.cache,
    intermediate: dimensions.intermediate,
    experts: count.experts,
    vocab: dimensions.vocab,
    maxModelLen: dimensions.maxModelLen,
    quantization,
    vision: hasTower(config),
    tower: towerDimensions(config),
    weightBytes,
    replicatedBytes: rotaryBytes(dimensions.maxModelLen, rotaryDim),
    weightsFrom,
    activeBytes: weightBytes * (count.active / count.total),
    activeParameters: count.active,
    assumptions,
    unmodelled: layers.unmodelled,
  };
}
