/** Experts in 4-bit formats, whose kernels round their dimensions up. */
import type { Quantization } from "../../facts/models";
import type { GpuNumbers } from "./engine";
import { atLeast } from "./version";

/** Experts whose kernel rounds their dimensions up: the hidden width, and the width of an expert on one GPU. */
export interface PaddedExperts {
  /** Matrices of `hidden` × `intermediate`. */
  readonly matrices: number;
  readonly hidden: number;
  readonly intermediate: number;
  /** Multiples to which the kernel rounds both. */
  readonly hiddenMultiple: number;
  readonly intermediateMultiple: number;
  readonly bytesPerParameter: number;
}

/** The properties of a model that this file reads. */
interface WithExperts {
  readonly quantization?: Quantization;
  readonly paddedExperts?: PaddedExperts;
}

/** Bytes that the rounded dimensions of the experts add on each GPU. */
export function paddingBytes({ paddedExperts }: Pick<WithExperts, "paddedExperts">, tensorParallelSize: number): number {
  if (paddedExperts === undefined) return 0;
  const { matrices, hidden, intermediate, bytesPerParameter, hiddenMultiple, intermediateMultiple } = paddedExperts;
  const up = (value: number, multiple: number) => multiple * Math.ceil(value / multiple);
  const own = intermediate / tensorParallelSize;
  return matrices * bytesPerParameter * (up(hidden, hiddenMultiple) * up(own, intermediateMultiple) - hidden * own);
}

/** Until this version, the kernel for MXFP4 on Hopper rounded only the hidden width. Two logs of 0.11.0 on an H100 show it. */
const roundsBothSince = "0.11.1";

/** The model with the rounding of the kernel that the version of vLLM uses on the GPU. */
export function withKernelOf<M extends WithExperts>(model: M, { computeCapability }: GpuNumbers, vllmVersion: string): M {
  const isHopper = computeCapability >= 9 && computeCapability < 10;
  if (!model.paddedExperts || model.quantization !== "mxfp4" || !isHopper || atLeast(vllmVersion, roundsBothSince)) return model;
  return { ...model, paddedExperts: { ...model.paddedExperts, intermediateMultiple: 1 } };
}

/** Multiples to which the kernels round, and bytes per parameter with scales. Source: vLLM, `Mxfp4MoEMethod.create_weights` (Marlin). */
export const mxfp4Rounding = { hiddenMultiple: 256, intermediateMultiple: 128, bytesPerParameter: 0.5 + 1 / 32 } as const satisfies Omit<
  PaddedExperts,
  "matrices" | "hidden" | "intermediate"
>;
