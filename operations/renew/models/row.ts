/** Creates a row of the table of models from a recorded model. */
import type { ModelFacts, StateFacts } from "../../../facts/models";
import { withinBounds } from "../../../planner/fit/config/bounds";
import { type ModelDimensions, readDimensions } from "../../../planner/fit/config/dimensions";
import { modelFromConfig } from "../../../planner/fit/config/json";
import { cacheFromConfig } from "../../../planner/fit/config/layers";
import { number } from "../../../planner/fit/config/read";
import type { CacheLayers } from "../../../planner/fit/model";
import type { TableRecord } from "./records";

/** The row of a record: what its config.json states, and the values that the record adds or replaces. */
export function rowOf(record: TableRecord): ModelFacts {
  const read = record.config === undefined ? {} : withinBounds(`The configuration of ${record.id}`, () => rowOfConfig(record));
  // Without a config.json, the record contains all values: see readRecords.
  return sorted({ ...read, ...record.facts } as ModelFacts);
}

function rowOfConfig({ id, config = {}, hfQuantConfig }: TableRecord): Partial<ModelFacts> {
  const dimensions = readDimensions(id, config);
  const { cache, unmodelled } = cacheFromConfig(dimensions);
  const { architecture, layers, hidden, heads, kvHeads, headDim, intermediate, vocab, maxModelLen, tied } = dimensions;
  const { experts, quantization, vision } = modelFromConfig(id, config, { hfQuantConfig });
  return {
    ...{ architecture, layers, hidden, heads, kvHeads, headDim, intermediate, vocab, maxModelLen },
    ...layersOf(dimensions, cache),
    ...{ experts, tied: tied || undefined, quantization, vision: vision || undefined },
    unmodelled,
  };
}

/** The parts of a row that describe the layers by kind. */
function layersOf(dimensions: ModelDimensions, cache: readonly CacheLayers[]): Partial<ModelFacts> {
  const { text, layers, kvHeads, headDim } = dimensions;
  const row: { -readonly [Key in keyof ModelFacts]?: ModelFacts[Key] } = {};
  let attending = 0;
  let other = 0;
  for (const one of cache) {
    if (one.kind === "full") {
      attending = one.layers;
      if (one.kvHeads !== kvHeads || one.headDim !== headDim) row.global = { kvHeads: one.kvHeads, headDim: one.headDim };
    } else if (one.kind === "mla") {
      attending = one.layers;
      row.mla = { kvLoraRank: number(text, "kv_lora_rank") ?? 0, ropeHeadDim: number(text, "qk_rope_head_dim") ?? 64 };
    } else if (one.kind === "indexer") {
      row.indexer = number(text, "index_head_dim");
    } else if (one.kind === "state") {
      row.state = stateOf(dimensions, one.layers);
      other += one.layers;
    } else {
      row[one.kind] = { layers: one.layers, window: one.window };
      other += one.layers;
    }
  }
  if (cache.length > 0 && attending !== layers - other) row.attentionLayers = attending;
  return row;
}

/** @throws Error if the table has no form for this recurrent state */
function stateOf({ text, architecture }: ModelDimensions, layers: number): StateFacts {
  const read = (...names: string[]) => number(text, ...names) ?? missing(architecture);
  const kernel = read("linear_conv_kernel_dim", "conv_kernel", "mamba_d_conv");
  if (number(text, "linear_num_key_heads") !== undefined) {
    const [keyHeads, valueHeads] = [read("linear_num_key_heads"), read("linear_num_value_heads")];
    const [keyDim, valueDim] = [read("linear_key_head_dim"), read("linear_value_head_dim")];
    return { layers, kind: "gatedDeltaNet", keyHeads, valueHeads, keyDim, valueDim, kernel };
  }
  const [heads, headDim] = [read("mamba_num_heads", "mamba_n_heads"), read("mamba_head_dim", "mamba_d_head")];
  const [groups, stateSize] = [read("n_groups", "mamba_n_groups"), read("ssm_state_size", "mamba_d_state")];
  return { layers, kind: "mamba2", heads, headDim, groups, stateSize, kernel };
}

function missing(architecture: string): never {
  throw new Error(
    `The table of models has no form for the recurrent state of ${architecture}. Replace its values in \`facts\` of the record.`,
  );
}

/** Order of the values in a row. */
const order = [
  ...["architecture", "layers", "hidden", "heads", "mla", "kvHeads", "headDim", "indexer", "sliding", "chunked", "global", "state"],
  ...["attentionLayers", "unmodelled", "intermediate", "experts", "vocab", "maxModelLen", "tied", "quantization", "vision"],
  ...["paramsB", "activeB", "checkpointGiB", "unloadedGiB", "loadedGiB", "license", "gated", "pipelineTag"],
] as const satisfies readonly (keyof ModelFacts)[];

/** Fails to compile if `order` lacks a value of a row. */
type Unordered = Exclude<keyof ModelFacts, (typeof order)[number]>;
const complete: [Unordered] extends [never] ? true : never = true;

function sorted(row: ModelFacts): ModelFacts {
  const entries = complete && order.flatMap((key) => (row[key] === undefined || row[key] === null ? [] : [[key, row[key]] as const]));
  return Object.fromEntries(entries) as unknown as ModelFacts;
}
