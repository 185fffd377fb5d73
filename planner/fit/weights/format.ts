/** Formats of quantized matrices, and the bytes that a matrix takes in each, including scales and zero points. */
import type { Quantization } from "../../../facts/models";
import type { Part } from "./part";

/** How a matrix is stored. */
export interface Format {
  readonly quantization: Quantization;
  /** Bits per parameter. */
  readonly bits: 4 | 8;
  readonly scales: Scales;
}

export type Scales =
  /** One scale for the matrix. */
  | { readonly per: "tensor" }
  /** One scale of `bytes` for each row. */
  | { readonly per: "channel"; readonly bytes: number }
  /** One scale for `size` parameters of a row, and a zero point of `zeroBits`. */
  | { readonly per: "group"; readonly size: number; readonly bytes: number; readonly zeroBits: number }
  /** One 32-bit scale for each block. */
  | { readonly per: "block"; readonly rows: number; readonly columns: number };

const sixteenBit = 2;

/** Bytes of a part; `format` is undefined for 16 bits. A quantized part is never counted as larger than the same part in 16 bits. */
export function partBytes(part: Part, format?: Format): number {
  const count = part.rows * part.columns;
  const plain = sixteenBit * count;
  if (!format) return part.copies * plain;
  return part.copies * Math.min(plain, (count * format.bits) / 8 + scaleBytes(part.rows, part.columns, format.scales));
}

function scaleBytes(rows: number, columns: number, scales: Scales): number {
  switch (scales.per) {
    case "tensor":
      return 4;
    case "channel":
      return rows * scales.bytes;
    case "group":
      return rows * Math.ceil(columns / scales.size) * (scales.bytes + scales.zeroBits / 8);
    case "block":
      return 4 * Math.ceil(rows / scales.rows) * Math.ceil(columns / scales.columns);
    default:
      return scales satisfies never;
  }
}

const group = (size: number, bytes: number, zeroBits = 0): Scales => ({ per: "group", size, bytes, zeroBits });

/** FP8 with one scale for each block of 128 × 128, or for other blocks that `config.json` specifies. */
export const fp8Blocks = (rows: number, columns: number): Format => ({
  ...{ quantization: "fp8-block128", bits: 8, scales: { per: "block", rows, columns } },
});
export const fp8Tensor: Format = { quantization: "fp8", bits: 8, scales: { per: "tensor" } };
export const fp8Channel: Format = { quantization: "fp8", bits: 8, scales: { per: "channel", bytes: 4 } };
export const modeloptFp8: Format = { quantization: "modelopt-fp8", bits: 8, scales: { per: "tensor" } };
/** 8 bits with one 8-bit scale for 32 parameters. */
export const mxfp8: Format = { quantization: "fp8", bits: 8, scales: group(32, 1) };
export const mxfp4: Format = { quantization: "mxfp4", bits: 4, scales: group(32, 1) };
export const nvfp4: Format = { quantization: "nvfp4", bits: 4, scales: group(16, 1) };
/** bitsandbytes: one 32-bit maximum for 64 parameters. */
export const nf4: Format = { quantization: "nf4", bits: 4, scales: group(64, 4) };

/** Integers with 16-bit scales. `size` is the number of parameters with one scale; without it, one for each row. */
export function integers(quantization: Quantization, bits: 4 | 8, size: number | undefined, hasZeros: boolean): Format {
  const zeroBits = hasZeros ? bits : 0;
  return { quantization, bits, scales: size === undefined ? { per: "channel", bytes: 2 } : group(size, 2, zeroBits) };
}
