/**
 * Bounds of the numbers in a model's description. They are far above all published values, and low enough that all computations with them
 * are finite and quick.
 */
import { createProblem, PlanError } from "../../codes";

interface Bound {
  readonly least: number;
  readonly most: number;
  /** Whether the number can have a fraction. */
  readonly fraction?: true;
}

const upTo = (most: number, least = 1): Bound => ({ least, most });

/** Bounds by field name. Several names are synonyms that families use. */
const bounds: readonly (readonly [Bound, string])[] = [
  [upTo(1_000_000), "hidden_size n_embd d_model"],
  [upTo(10_000), "num_hidden_layers n_layer num_layers n_layers"],
  [upTo(1_000_000), "num_attention_heads n_head n_heads"],
  [upTo(1_000_000), "num_key_value_heads num_kv_heads multi_query_group_num num_attention_groups kv_n_heads"],
  [upTo(1_000_000), "head_dim kv_channels attention_head_dim"],
  [upTo(1_000_000, 0), "kv_lora_rank q_lora_rank"],
  [upTo(100_000_000), "vocab_size padded_vocab_size"],
  [upTo(1_000_000_000), "max_position_embeddings"],
  [upTo(10_000), "interleave_moe_layer_step decoder_sparse_step moe_layer_freq expert_layer_period moe_layer_interval"],
  [upTo(10_000, 0), "first_k_dense_replace moe_layer_start_index num_kv_shared_layers num_nextn_predict_layers mtp_num_hidden_layers"],
  [upTo(10_000, 0), "depth encoder_layers layers"],
  [{ least: 0, most: 100_000, fraction: true }, "factor partial_rotary_factor mlp_ratio mamba_expand"],
  // Bytes of all weight files.
  [upTo(1e16), "total_size"],
];

const byName = new Map(bounds.flatMap(([bound, names]) => names.split(" ").map((name) => [name, bound] as const)));

const otherBound: Bound = { least: 0, most: 1_000_000_000 };

/** @throws OutOfBounds */
export function checkBound(name: string, value: number): void {
  const { least, most, fraction } = byName.get(name) ?? otherBound;
  if (value >= least && value <= most && (fraction || Number.isInteger(value))) return;
  const kind = fraction ? "a number" : "a whole number";
  throw outOfBounds(name, value, `${kind} from ${least.toLocaleString("en-US")} to ${most.toLocaleString("en-US")}`);
}

/** Creates the error for a number that is out of bounds. The reader of the description adds the file name. */
export function outOfBounds(name: string, value: number, allowed: string): OutOfBounds {
  return new OutOfBounds(`${name} is ${value}. Allowed: ${allowed}.`);
}

export class OutOfBounds extends Error {}

/** Returns the result of `read`. @throws PlanError MOOR120 with `what` as the subject if a number is out of bounds */
export function withinBounds<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof OutOfBounds ? new PlanError(createProblem("MOOR120", `${what} is not valid: ${error.message}`)) : error;
  }
}
