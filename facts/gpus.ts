/**
 * GPUs of Azure's sizes, one row each, with the memory that vLLM can use. It is less than the nominal size.
 */

/** One GPU. */
export interface Gpu {
  /** Total memory that PyTorch reports, GiB. Less than the nominal size because of ECC, the driver and decimal gigabytes. */
  readonly visibleGiB: number;
  /** Source of `visibleGiB`. `log`: vLLM start-up logs. `derived`: the nominal size and a similar GPU, not yet confirmed by a log. */
  readonly visibleFrom: "log" | "derived";
  /** Memory bandwidth, GB/s. */
  readonly bandwidthGBps: number;
  /** CUDA compute capability. */
  readonly computeCapability: number;
  /** Dense half-precision TFLOPS. */
  readonly tflops: number;
  /** Connection between the GPUs of one machine. It determines the cost of tensor parallelism. */
  readonly link: "nvlink" | "pcie";
  /** Whether vLLM's device name of this GPU contains "a100", which determines its default batch size. */
  readonly a100: boolean;
}

/** Lowest compute capability that vLLM's official image supports. Source: vLLM, docker/Dockerfile. */
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
