/** The parts of image and audio encoders ("towers") and of the projectors behind them. */
import type { ModelDimensions } from "../config/dimensions";
import { type Config, list, number, object } from "../config/read";
import type { TowerDimensions } from "../model";
import { matrix, type Part, plain } from "./part";

const towers = ["vision_config", "audio_config", "vit_config", "vision_encoder"];

/** The object that contains the towers' configurations. */
const outerOf = (config: Config) => object(config, "thinker_config") ?? config;

/** The tower of Phi-3 and Phi-3.5 Vision, whose dimensions aren't in config.json. Source: CLIP ViT-L/14 with 336 pixels. */
const phiTower: Config = { hidden_size: 1024, num_hidden_layers: 24, intermediate_size: 4096, patch_size: 14, image_size: 336 };

/** A tower's configuration; undefined if the model doesn't have it. */
function towerOf(config: Config, key: string): Config | undefined {
  const isPhi = key === "vision_config" && object(config, "img_processor") !== undefined;
  return object(outerOf(config), key) ?? (isPhi ? phiTower : undefined);
}

/** Whether the model accepts input other than text. */
export function hasTower(config: Config): boolean {
  return towers.some((key) => towerOf(config, key) !== undefined);
}

/** The parts of all towers whose dimensions are specified. */
export function towerParts(config: Config, dimensions: ModelDimensions): Part[] {
  return towers.flatMap((key) => {
    const tower = towerOf(config, key);
    return tower ? partsOf(tower, key, config, dimensions) : [];
  });
}

/** How a family's tower differs from the usual one. */
interface Shape {
  /** Whether the MLP has a gate. */
  readonly gated: boolean;
  /** Rows of the table of positions. */
  readonly positions: number;
  /** Matrices of the projector, as rows and columns. */
  readonly projector: readonly (readonly [number, number])[];
}

/** Parameters of MobileNet V5, Gemma 3n's image encoder. Source: Google's description of Gemma 3n. */
const mobileNet = 300_000_000;

function partsOf(tower: Config, key: string, config: Config, dimensions: ModelDimensions): Part[] {
  if (key === "vision_config" && /^Gemma3n/.test(dimensions.architecture)) return [plain("vision_tower", mobileNet)];
  const width = number(tower, "embed_dim", "vt_hidden_size", "hidden_size", "d_model", "width") ?? 0;
  // Qwen2-VL names the text's width hidden_size.
  const layers =
    number(tower, "depth", "vt_num_hidden_layers", "num_hidden_layers", "conf_num_hidden_layers", "encoder_layers", "layers") ?? 0;
  const inner =
    number(tower, "vt_intermediate_size", "intermediate_size", "encoder_ffn_dim") ?? Math.floor((number(tower, "mlp_ratio") ?? 4) * width);
  if (width === 0 || layers === 0) return [];
  const shape = key === "audio_config" ? audioShape(width, dimensions) : imageShape(tower, width, config, dimensions);
  const module = key === "audio_config" ? "audio_tower" : "vision_tower";
  const each = (name: string, rows: number, columns: number, times = 1) =>
    matrix(`${module}.layers.0.${name}`, rows, columns, "tower", times * layers);
  // A conformer has two MLPs, a convolution and a projection of relative positions.
  const isConformer = key === "audio_config" && /^Gemma[34]/.test(dimensions.architecture);
  const patch = number(tower, "patch_size") ?? 14;
  const channels = number(tower, "in_channels", "in_chans", "num_channels") ?? 3;
  const frames = number(tower, "temporal_patch_size") ?? 1;
  return [
    each("qkv_proj", 3 * width, width),
    each("out_proj", width, width),
    each("fc1", shape.gated ? 2 * inner : inner, width, isConformer ? 2 : 1),
    each("fc2", width, inner, isConformer ? 2 : 1),
    ...(isConformer ? [each("conv", 4 * width, width)] : []),
    plain(`${module}.layers.0.norms`, layers * (shape.gated ? 2 * width : 9 * width + inner)),
    plain(`${module}.embeddings`, key === "audio_config" ? 3 * width * width : channels * frames * patch * patch * width),
    matrix(`${module}.positions`, shape.positions, width, "tower"),
    ...shape.projector.map(([rows, columns], index) => matrix(`multi_modal_projector.${index}`, rows, columns, "tower")),
  ];
}

function audioShape(width: number, { hidden }: ModelDimensions): Shape {
  return { gated: false, positions: 1500, projector: [[hidden, width]] };
}

function imageShape(tower: Config, width: number, config: Config, { hidden, architecture }: ModelDimensions): Shape {
  const merged = width * (number(tower, "spatial_merge_size") ?? 2) ** 2;
  const out = number(tower, "out_hidden_size") ?? hidden;
  const patches = squares(tower);
  if (/^(Qwen2_?VL|Qwen2VL)/.test(architecture)) return { gated: false, positions: 0, projector: square(merged, hidden) };
  if (/^Qwen2_5/.test(architecture)) return { gated: true, positions: 0, projector: square(merged, out) };
  if (/^Qwen3/.test(architecture)) {
    const levels = 1 + (list(tower, "deepstack_visual_indexes")?.length ?? 0);
    const projector = Array.from({ length: levels }, () => square(merged, out)).flat();
    return { gated: false, positions: number(tower, "num_position_embeddings") ?? 2304, projector };
  }
  if (/^Gemma3/.test(architecture)) return { gated: false, positions: patches, projector: [[width, hidden]] };
  if (/^Gemma4/.test(architecture))
    return { gated: true, positions: 2 * (number(tower, "position_embedding_size") ?? 10_240), projector: [[hidden, width]] };
  if (/^(Mistral3|Pixtral|LightOnOCR)/.test(architecture) || tower.model_type === "pixtral") {
    const merge = number(config, "spatial_merge_size");
    const merger: readonly (readonly [number, number])[] = merge && merge > 1 ? [[width, width * merge * merge]] : [];
    return { gated: true, positions: 0, projector: [...merger, [hidden, width], [hidden, hidden]] };
  }
  if (/^Llama4/.test(architecture)) {
    const output = number(tower, "vision_output_dim", "projector_output_dim") ?? 4096;
    return {
      gated: false,
      positions: patches + 1,
      projector: [
        [output, merged],
        [output, output],
        [hidden, output],
      ],
    };
  }
  if (/^(InternVL|InternS1)/.test(architecture))
    return {
      gated: false,
      positions: patches + 1,
      projector: [
        [hidden, 4 * width],
        [hidden, hidden],
      ],
    };
  if (/^Kimi/.test(architecture)) return { gated: false, positions: 4096, projector: square(merged, hidden) };
  return {
    gated: false,
    positions: patches + 1,
    projector: [
      [hidden, width],
      [hidden, hidden],
    ],
  };
}

/** A projector of two matrices: one that keeps the width, one to the text's. */
const square = (merged: number, out: number): [number, number][] => [
  [merged, merged],
  [out, merged],
];

/** Patches of the largest square image. */
function squares(tower: Config): number {
  const patch = number(tower, "patch_size") ?? 14;
  const image = number(tower, "image_size", "init_pos_emb_height") ?? 336;
  return patch > 0 ? Math.floor(image / patch) ** 2 : 0;
}

/** Dimensions of the image encoder that determine the memory of its profile; undefined if they aren't specified. */
export function towerDimensions(config: Config): TowerDimensions | undefined {
  const tower = towerOf(config, "vision_config");
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
