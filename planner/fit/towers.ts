/** The towers beside the language model: encoders of images and sound, which stay in 16 bit. */
import { type Config, number, object } from "./configRead";

const towers = ["vision_config", "audio_config", "vit_config", "vision_encoder"];

/** Where the towers' configurations stand. */
const outerOf = (config: Config) => object(config, "thinker_config") ?? config;

/** Whether the model takes more than text. */
export function hasTower(config: Config): boolean {
  return towers.some((key) => object(outerOf(config), key) !== undefined);
}

/** Parameters of all towers, as far as their shapes are named: attention and MLP of each layer. */
export function towerParameters(config: Config): number {
  return towers.reduce((sum, key) => sum + parametersOf(object(outerOf(config), key) ?? {}), 0);
}

function parametersOf(tower: Config): number {
  const width = number(tower, "embed_dim", "hidden_size", "d_model", "width") ?? 0;
  const layers = number(tower, "depth", "num_hidden_layers", "encoder_layers", "layers") ?? 0;
  const inner = number(tower, "intermediate_size", "encoder_ffn_dim") ?? (number(tower, "mlp_ratio") ?? 4) * width;
  return layers * (4 * width * width + 2 * width * inner);
}
