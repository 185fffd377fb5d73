/** The parts of a checkpoint: matrices with the names of their modules, so that a quantization can be applied to each. */

/** What a part is. Determines which quantizations apply to it, and whether one token uses all of it. */
export type PartKind =
  /** A matrix of a linear layer. */
  | "linear"
  /** The matrices of routed experts, of which one token uses some. */
  | "experts"
  /** The token embeddings, or other tables. */
  | "embedding"
  /** The output head. */
  | "head"
  /** Norms, biases, routers, convolutions and other weights that quantizations leave unchanged. */
  | "plain"
  /** A matrix in an image or audio tower. */
  | "tower";

/** Equal matrices of one module. */
export interface Part {
  /** Module name without the prefix of the family, such as `layers.3.self_attn.q_proj`. */
  readonly module: string;
  readonly kind: PartKind;
  /** Rows (outputs) and columns (inputs) of one matrix. */
  readonly rows: number;
  readonly columns: number;
  /** Number of matrices. */
  readonly copies: number;
  /** Whether each GPU has all of it, regardless of the tensor parallel size. */
  readonly replicated?: true;
}

export const matrix = (module: string, rows: number, columns: number, kind: PartKind = "linear", copies = 1): Part => ({
  ...{ module, kind, rows, columns, copies },
});

/** A matrix that each GPU has completely. */
export const replicated = (module: string, rows: number, columns: number): Part => ({ ...matrix(module, rows, columns), replicated: true });

/** Weights that no quantization changes. Each GPU has all of them. */
export const plain = (module: string, count: number): Part => ({ ...matrix(module, 1, count, "plain"), replicated: true });

/** Number of parameters. */
export function parametersOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + part.rows * part.columns * part.copies, 0);
}
