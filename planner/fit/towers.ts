/** Image and audio encoders ("towers") of a model, which have 16-bit weights. */
import { type Config, number, object } from "./configRead";

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
