/** Image and audio encoders ("towers") of a model, which have 16-bit weights. */
import { type Config, number, object } from "./configRead";
import type { TowerDimensions } from "./model";

const towers = ["vision_config", "audio_config", "vit_config", "vision_encoder"];

/** The object that contains the towers' configurations. */
const outerOf = (config: Config) => object(config, "thinker_config") ?? config;

/** Whether the model accepts input other than text. */
export function hasTower(config: Config): boolean {
  return towers.some((key) => object(outerOf(config), key) !== undefined);
}

/** Parameters of all towers whose dimensions are specified: attention and MLP of each layer. */
export function towerParameters(config: Config): number {
  return towers.reduce((sum, key) => sum + parametersOf(object(outerOf(config), key) ?? {}), 0);
}

function parametersOf(tower: Config): number {
  const width = number(tower, "embed_dim", "hidden_size", "d_model", "width") ?? 0;
  const layers = number(tower, "depth", "num_hidden_layers", "encoder_layers", "layers") ?? 0;
  const inner = number(tower, "intermediate_size", "encoder_ffn_dim") ?? (number(tower, "mlp_ratio") ?? 4) * width;
  return layers * (4 * width * width + 2 * width * inner);
}

/** Dimensions of the image encoder; undefined if they aren't specified. */
export function towerDimensions(config: Config): TowerDimensions | undefined {
  const tower = object(outerOf(config), "vision_config");
  if (!tower) return undefined;
  // Qwen2-VL calls its own width `embed_dim`, and the width of the text model `hidden_size`.
  const hidden = number(tower, "embed_dim", "hidden_size");
  const intermediate = number(tower, "intermediate_size") ?? (hidden && (number(tower, "mlp_ratio") ?? 4) * hidden);
  if (!hidden || !intermediate) return undefined;
  const patch = number(tower, "patch_size", "spatial_patch_size") ?? 14;
  const merged = number(tower, "spatial_merge_size") ?? 2;
  const gated = number(tower, "embed_dim") === undefined;
  const patchInputs = 3 * (number(tower, "temporal_patch_size") ?? 2) * patch ** 2;
  return { hidden, intermediate, matrices: gated ? 3 : 2, patchInputs, patchesPerToken: merged ** 2 };
}
