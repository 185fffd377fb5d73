/**
 * GPUs of Azure's sizes, one row each: what vLLM can use, which is less than what the label says.
 */

/** One GPU. */
export interface Gpu {
  /** Memory that PyTorch reports as total, GiB. Less than the label: ECC, the driver and decimal gigabytes take their part. */
  readonly visibleGiB: number;
  /** How `visibleGiB` is known: `log` from vLLM start-up logs, `derived` from the label and a like GPU, to be confirmed on the first machine. */
  readonly visibleFrom: "log" | "derived";
  /** Memory bandwidth, GB/s. */
  readonly bandwidthGBps: number;
  /** CUDA compute capability. */
  readonly computeCapability: number;
  /** Dense half-precision TFLOPS. */
  readonly tflops: number;
  /** How GPUs of one machine talk; decides what tensor parallelism costs. */
  readonly link: "nvlink" | "pcie";
  /** Whether vLLM's device name of this GPU contains "a100", which alone decides its default batch. */
  readonly a100: boolean;
}

/** Compute capability below which vLLM's official image carries no code. Source: vLLM, docker/Dockerfile. */
export const leastComputeCapability = 7.5;

export const gpusSource = {
  source: "vLLM start-up logs (visible memory); NVIDIA data sheets and aiconfigurator systems tables (bandwidth, TFLOPS)",
  asOf: "2026-10-15",
} as const;

export const gpus = {
  T4: { visibleGiB: 14.56, visibleFrom: "log", bandwidthGBps: 320, computeCapability: 7.5, tflops: 65, link: "pcie", a100: false },
  P100: { visibleGiB: 15.9, visibleFrom: "derived", bandwidthGBps: 732, computeCapability: 6.0, tflops: 18.7, link: "pcie", a100: false },
  "V100-16GB": {
    visibleGiB: 15.77,
    visibleFrom: "derived",
    bandwidthGBps: 900,
    computeCapability: 7.0,
    tflops: 112,
    link: "pcie",
    a100: false,
  },
  "V100-32GB": {
    visibleGiB: 31.74,
    visibleFrom: "derived",
    bandwidthGBps: 900,
    computeCapability: 7.0,
    tflops: 125,
    link: "nvlink",
    a100: false,
  },
  A10: { visibleGiB: 22.06, visibleFrom: "log", bandwidthGBps: 600, computeCapability: 8.6, tflops: 125, link: "pcie", a100: false },
  "A100-40GB": {
    visibleGiB: 39.4,
    visibleFrom: "log",
    bandwidthGBps: 1555,
    computeCapability: 8.0,
    tflops: 312,
    link: "nvlink",
    a100: true,
  },
  "A100-80GB": {
    visibleGiB: 79.14,
    visibleFrom: "log",
    bandwidthGBps: 2039,
    computeCapability: 8.0,
    tflops: 312,
    link: "nvlink",
    a100: true,
  },
  "A100-80GB-PCIe": {
    visibleGiB: 79.14,
    visibleFrom: "log",
    bandwidthGBps: 1935,
    computeCapability: 8.0,
    tflops: 312,
    link: "nvlink",
    a100: true,
  },
  "H100-80GB": {
    visibleGiB: 79.18,
    visibleFrom: "log",
    bandwidthGBps: 3350,
    computeCapability: 9.0,
    tflops: 989,
    link: "nvlink",
    a100: false,
  },
  "H100-NVL": {
    visibleGiB: 93.1,
    visibleFrom: "derived",
    bandwidthGBps: 3900,
    computeCapability: 9.0,
    tflops: 835,
    link: "nvlink",
    a100: false,
  },
} as const satisfies Record<string, Gpu>;

export type GpuModel = keyof typeof gpus;
