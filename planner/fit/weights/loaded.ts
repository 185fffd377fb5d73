/** The bytes of weights that vLLM loads: measured where tensors or files are known, otherwise computed from the parts. */
import type { ModelDimensions } from "../config/dimensions";
import type { ModelRecord, TensorGroup } from "../record";
import { latentDimensions } from "./attentionParts";
import { partBytes } from "./format";
import { matrix, type Part } from "./part";
import type { Scheme } from "./scheme";

export const bytesOf = (parts: readonly Part[], scheme?: Scheme): number =>
  parts.reduce((sum, part) => sum + partBytes(part, scheme?.(part)), 0);

/** What is known about the size of a checkpoint. */
export type KnownSize = Pick<ModelRecord, "tensors" | "parameters" | "fileBytes">;

/** The size of the checkpoint as computed from the dimensions, and the parts that files can contain in addition. */
export interface Computed {
  readonly bytes: number;
  readonly unloadedBytes: number;
  /** Bytes of an output head that is the embeddings, which some files contain a second time. */
  readonly tiedBytes: number;
  /** Whether the files contain 32-bit weights, which vLLM reads in 16 bits. */
  readonly isWide: boolean;
}

/** Bytes that vLLM loads from the files. Undefined if no size is known. */
export function measuredBytes(known: KnownSize, dimensions: ModelDimensions, computed: Computed): number | undefined {
  if (known.tensors && known.tensors.length > 0) return tensorBytes(known.tensors, dimensions);
  if (known.fileBytes === undefined) return known.parameters && parameterBytes(known.parameters);
  const isWide = computed.isWide && Math.abs(known.fileBytes / 2 - computed.bytes) < Math.abs(known.fileBytes - computed.bytes);
  const bytes = isWide ? known.fileBytes / 2 : known.fileBytes;
  return bytes - additionalBytes(bytes, computed);
}

/** Largest difference between the files and the dimensions at which the files are known to contain exactly these parts. */
const exact = 0.005;

/** Which additional parts the files contain. None, unless the files are larger than the loaded parts, and with the additional parts equal. */
function additionalBytes(inFiles: number, { bytes, unloadedBytes, tiedBytes }: Computed): number {
  const distance = (additional: number) => Math.abs(inFiles / (bytes + additional) - 1);
  const candidates = [0, unloadedBytes, tiedBytes, unloadedBytes + tiedBytes];
  const best = candidates.reduce((least, one) => (distance(one) < distance(least) ? one : least), 0);
  return distance(best) < exact ? best : 0;
}

const widths: Readonly<Record<string, number>> = {
  ...{ F64: 8, I64: 8, U64: 8, I32: 4, U32: 4, F16: 2, BF16: 2, I16: 2, U16: 2, I8: 1, U8: 1, BOOL: 1 },
  ...{ F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1, F4: 0.5 },
  // vLLM reads 32-bit weights in 16 bits.
  F32: 2,
};

/** Undefined if the width of a type is not known. */
function parameterBytes(parameters: Readonly<Record<string, number>>): number | undefined {
  let bytes = 0;
  for (const [type, count] of Object.entries(parameters)) {
    if (!Object.hasOwn(widths, type) || !Number.isFinite(count) || count < 0) return undefined;
    bytes += count * widths[type]!;
  }
  return bytes;
}

/** Tensors that vLLM doesn't load: prediction layers, speech output, and tables that it computes. */
const notLoaded = /(^|\.)(mtp|talker|token2wav|code2wav)\.|rotary_emb\.inv_freq$|\.masked_bias$/;

/** 32-bit values that vLLM keeps in 32 bits. */
const staysWide = /scale|A_log|correction_bias|dt_bias|\.D$|zero|amax/;

function tensorBytes(tensors: readonly TensorGroup[], { layers, tied }: ModelDimensions): number {
  return tensors.reduce((sum, { name, dtype, bytes }) => {
    if (notLoaded.test(name) || (tied && /(^|\.)lm_head\.weight$/.test(name))) return sum;
    const layer = /(^|\.)layers\.(\d+)\./.exec(name);
    const language = !/vision|visual|audio|encoder/.test(name);
    if (layer && language && Number(layer[2]) >= layers) return sum;
    return sum + (dtype === "F32" && !staysWide.test(name) ? bytes / 2 : bytes);
  }, 0);
}

/** Bytes that vLLM derives from the weights and keeps in addition to them: 16-bit copies of latent attention's projection. */
export function derivedBytes(dimensions: ModelDimensions, latentLayers: number): number {
  if (latentLayers === 0) return 0;
  const { rank, nope, value } = latentDimensions(dimensions);
  return 2 * latentLayers * rank * dimensions.heads * (nope + value);
}

/**
 * Bytes that vLLM needs while it loads 4-bit integers, and counts as weights: it rearranges them for its kernel matrix by matrix, and the log
 * states the peak. Bytes per parameter of the largest matrix, from the logs of seven models.
 */
const rearranged = { linear: 1.3, experts: 0.7 } as const;
const integers = new Set<string | undefined>(["awq", "gptq", "int4"]);

export function rearrangingBytes(parts: readonly Part[], scheme: Scheme | undefined): number {
  if (!scheme) return 0;
  const own = parts.filter((part) => integers.has(scheme(part)?.quantization));
  const largest = (kind: Part["kind"]) =>
    own.reduce((most, part) => (part.kind === kind ? Math.max(most, part.rows * part.columns * part.copies) : most), 0);
  const saved = bytesOf(own) - bytesOf(own, scheme);
  return Math.min(saved, Math.max(rearranged.linear * largest("linear"), rearranged.experts * largest("experts")));
}

/** Copy of the embeddings that files of a model with tied embeddings can contain. */
export const tiedHead = ({ vocab, hidden, tied }: ModelDimensions): Part[] => (tied ? [matrix("lm_head", vocab, hidden, "head")] : []);
