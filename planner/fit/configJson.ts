/**
 * A model from its own `config.json`. The names vary by family and age: text models nested below `text_config`, head dimensions left out,
 * layer kinds as lists, intervals or letters, quantisation in a file of its own.
 */
import { withinBounds } from "./configBounds";
import { cacheFromConfig } from "./configLayers";
import { quantizationOf } from "./configQuantization";
import { type Config, number } from "./configRead";
import { shapeOf } from "./configShape";
import { bytesFromParameters, GiB, type Model, rotaryBytes, type WeightsFrom } from "./model";
import { countParameters } from "./parameters";
import { hasTower, towerParameters } from "./towers";

/** What lies beside `config.json`. */
export interface Checkpoint {
  /** Bytes of the weights that vLLM loads. @default computed from the shapes */
  readonly loadedBytes?: number;
  /** Bytes of all weights in the files, of which vLLM leaves multi-token prediction layers on disk. */
  readonly fileBytes?: number;
  /** Content of `hf_quant_config.json`, where NVIDIA's checkpoints describe their quantisation. */
  readonly hfQuantConfig?: Config;
}

/**
 * The model that `config` describes.
 * @throws PlanError MOOR120 where a number that nothing can replace is missing, or a number is out of its bound
 */
export function modelFromConfig(id: string, config: Config, checkpoint: Checkpoint = {}): Model {
  return withinBounds(`The configuration of ${id}`, () => read(id, config, checkpoint));
}

function read(id: string, config: Config, checkpoint: Checkpoint): Model {
  const shape = shapeOf(id, config);
  const { text } = shape;
  const assumptions = [...shape.assumptions];
  const quantization = quantizationOf(id, config, text, checkpoint.hfQuantConfig);
  const layers = cacheFromConfig(shape);
  const count = countParameters(shape, layers.cache);
  const size = (parameters: number) => bytesFromParameters(parameters, shape.vocab, shape.hidden, shape.tied, quantization);
  let weightBytes = checkpoint.loadedBytes;
  let weightsFrom: WeightsFrom = "checkpoint";
  if (weightBytes === undefined && checkpoint.fileBytes !== undefined) {
    weightBytes = checkpoint.fileBytes - (size(count.total + count.unloaded) - size(count.total));
  }
  if (weightBytes === undefined) {
    weightBytes = size(count.total) + 2 * towerParameters(config);
    weightsFrom = "parameters";
    assumptions.push(`weights computed as ${(weightBytes / GiB).toFixed(1)} GiB from the shapes: no file size is known`);
  }
  const latent = layers.cache.some((layer) => layer.kind === "mla");
  const rotaryDim = (number(text, "qk_rope_head_dim") ?? shape.headDim) * (number(text, "partial_rotary_factor") ?? 1);
  return {
    id,
    architecture: shape.architecture,
    hidden: shape.hidden,
    heads: shape.heads,
    kvHeads: latent ? undefined : shape.kvHeads,
    headDim: shape.headDim,
    layers: shape.layers,
    cache: layers.cache,
    intermediate: shape.intermediate,
    experts: count.experts,
    vocab: shape.vocab,
    maxModelLen: shape.maxModelLen,
    quantization,
    vision: hasTower(config),
    weightBytes,
    replicatedBytes: rotaryBytes(shape.maxModelLen, rotaryDim),
    weightsFrom,
    activeBytes: weightBytes * (count.active / count.total),
    activeParameters: count.active,
    assumptions,
    unmodelled: layers.unmodelled,
  };
}
