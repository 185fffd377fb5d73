/** GPU memory outside PyTorch: CUDA's memory and, with two or more GPUs, the buffers of the collective communication library (NCCL). */

import { atLeast } from "../version";
import type { Batch } from "./batch";

/** Connection between the GPUs of one machine. */
export type Link = "nvlink" | "pcie";

/** The usual connection of GPUs of this compute capability in data centers, if it isn't specified. */
export const usualLink = (computeCapability: number): Link =>
  computeCapability === 8 || (computeCapability >= 9 && computeCapability < 12) ? "nvlink" : "pcie";

/**
 * GiB on each GPU. `fast`: NVLink on Hopper and later, where NCCL has the most channels and multicast buffers. `nvlink`: on earlier GPUs.
 * Since 0.11.1, vLLM has PyTorch 2.9 and its NCCL, which needs more memory with NVLink on Hopper. Since 0.17.1, the initial memory of NCCL
 * is included. Four L40S over PCIe needed 0.3 GiB with 0.19. Since 0.27, vLLM measures the memory
 * that the driver reports: two RTX PRO 6000 over PCIe needed 0.8 GiB, four of them 1.7 GiB. No log shows earlier GPUs with NVLink, so the
 * less favorable value is used.
 */
const nonTorch = [
  { upTo: 1, since: "0.17.1", fast: 0.25, nvlink: 0.25, pcie: 0.25 },
  { upTo: 1, since: "0.6.0", fast: 0.13, nvlink: 0.1, pcie: 0.1 },
  { upTo: 1, since: "0.0.0", fast: 1.8, nvlink: 1.8, pcie: 1.8 },
  { upTo: 2, since: "0.27.0", fast: 2.07, nvlink: 1.7, pcie: 0.8 },
  { upTo: 2, since: "0.17.1", fast: 2.07, nvlink: 1.7, pcie: 0.35 },
  { upTo: 2, since: "0.11.1", fast: 2.07, nvlink: 0.3, pcie: 0.3 },
  { upTo: 2, since: "0.6.0", fast: 0.55, nvlink: 0.3, pcie: 0.3 },
  { upTo: 2, since: "0.0.0", fast: 3.6, nvlink: 3.6, pcie: 3.6 },
  { upTo: Number.POSITIVE_INFINITY, since: "0.27.0", fast: 2.17, nvlink: 1.7, pcie: 1.7 },
  { upTo: Number.POSITIVE_INFINITY, since: "0.17.1", fast: 2.17, nvlink: 1.7, pcie: 0.35 },
  { upTo: Number.POSITIVE_INFINITY, since: "0.11.1", fast: 2.17, nvlink: 0.3, pcie: 0.3 },
  { upTo: Number.POSITIVE_INFINITY, since: "0.10.0", fast: 0.65, nvlink: 0.3, pcie: 0.3 },
  { upTo: Number.POSITIVE_INFINITY, since: "0.0.0", fast: 2.1, nvlink: 1.7, pcie: 1.7 },
] as const;

/** Memory outside PyTorch on each GPU, GiB. */
export function nonTorchGiB(batch: Batch, computeCapability: number, link: Link = usualLink(computeCapability)): number {
  const tp = batch.tensorParallelSize;
  const entry = nonTorch.find((row) => tp <= row.upTo && atLeast(batch.vllmVersion, row.since))!;
  const fast = computeCapability >= 9 && computeCapability < 12;
  if (tp === 1) return fast ? entry.fast : entry.pcie;
  return link === "pcie" ? entry.pcie : fast ? entry.fast : entry.nvlink;
}
