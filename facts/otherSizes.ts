/**
 * GPU sizes that exist in Azure as virtual machines but that managed online endpoints don't support. They are named where a model doesn't fit
 * on a supported size, and where one is required.
 */
import type { Gpu } from "./gpus";

/** One VM size that managed online endpoints don't support. */
export interface OtherSize {
  /** Name of the GPU. */
  readonly gpu: string;
  readonly gpus: number;
  /** The GPU's numbers. Absent if vLLM's CUDA image doesn't run on it. */
  readonly numbers?: Gpu;
}

export const otherSizesSource = {
  source:
    "Azure's list of VM sizes for managed online endpoints; sizes/gpu-accelerated in Azure's documentation; vLLM start-up logs (visible memory)",
  asOf: "2026-10-15",
} as const;

const h200: Gpu = {
  visibleGiB: 139.8,
  visibleFrom: "log",
  bandwidthGBps: 4800,
  computeCapability: 9,
  tflops: 989,
  link: "nvlink",
  a100: false,
};

/** The TFLOPS of the RTX PRO 6000 are not in its source; those of the L40S are a lower bound. */
const rtxPro6000: Gpu = {
  visibleGiB: 94.97,
  visibleFrom: "log",
  bandwidthGBps: 1597,
  computeCapability: 12,
  tflops: 362,
  link: "pcie",
  a100: false,
};

const rtx = "RTX PRO 6000 Blackwell Server Edition";

export const otherSizes: Readonly<Record<string, OtherSize>> = {
  Standard_NC128ds_xl_RTXPRO6000BSE_v6: { gpu: rtx, gpus: 1, numbers: rtxPro6000 },
  Standard_NC256ds_xl_RTXPRO6000BSE_v6: { gpu: rtx, gpus: 2, numbers: rtxPro6000 },
  Standard_NC320ds_xl_RTXPRO6000BSE_v6: { gpu: rtx, gpus: 2, numbers: rtxPro6000 },
  Standard_ND96isr_H200_v5: { gpu: "H200", gpus: 8, numbers: h200 },
  Standard_ND96isr_MI300X_v5: { gpu: "MI300X", gpus: 8 },
};

/** The size with this name; undefined if it is not in the table. */
export function otherSize(name: string): OtherSize | undefined {
  return Object.hasOwn(otherSizes, name) ? otherSizes[name] : undefined;
}
