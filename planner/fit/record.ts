/**
 * The record of a model: what the Hugging Face Hub says about one commit, in the form in which the Hub gives it. The cache of the Hub, the
 * test corpus and the generated table of models contain records. The planner reads its model from a record.
 */
import type { Config } from "./config/read";

/** Tensors of a checkpoint with the same name except for the numbers of layers and experts. */
export interface TensorGroup {
  /**
   * Name with `*` for the number of a layer or an expert. The number of a layer that the model doesn't have (`num_hidden_layers` or more)
   * stays: such layers are for multi-token prediction.
   */
  readonly name: string;
  /** As in safetensors: BF16, F8_E4M3, U8, I32, … */
  readonly dtype: string;
  /** Number of tensors. */
  readonly count: number;
  /** Bytes of all tensors of the group. */
  readonly bytes: number;
}

/** What is known of one commit of a model repository. A file that the repository doesn't have is absent. */
export interface ModelRecord {
  /** Model ID, as the Hub spells it. */
  readonly id: string;
  /** Commit, 40 hexadecimal digits. @default - the source doesn't specify it */
  readonly commit?: string;
  /** Content of `config.json`. */
  readonly config: Config;
  /** Content of `hf_quant_config.json`, in which NVIDIA's checkpoints describe their quantization. */
  readonly hfQuantConfig?: Config;
  /** Content of `modules.json`, which sentence-transformers models have. */
  readonly modules?: unknown;
  /** Content of `1_Pooling/config.json`. */
  readonly poolingConfig?: Config;
  /** The tensors in the headers of the safetensors files that vLLM reads. The most exact source of the size of the weights. */
  readonly tensors?: readonly TensorGroup[];
  /** Parameters by safetensors type, from the Hub's API. @default - not known */
  readonly parameters?: Readonly<Record<string, number>>;
  /** Bytes of the weight files that vLLM reads, without copies in other formats. @default - not known */
  readonly fileBytes?: number;
  /** Kind of the Hub's pipeline, such as `text-generation`, `feature-extraction`, `sentence-similarity` or `text-ranking`. */
  readonly pipelineTag?: string;
  /** License ID of the Hub. */
  readonly license?: string;
  /** Whether the files require an account that accepted the license. @default - not known */
  readonly gated?: boolean;
}
