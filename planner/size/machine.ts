/** The machine that a server runs on: an Azure size, or a GPU given by numbers. */
import { type Gpu, gpus, leastComputeCapability } from "../../facts/gpus";
import { otherSize, otherSizes } from "../../facts/otherSizes";
import { isInstanceType, type Size, sizeOf } from "../../facts/sizes";
import { createProblem, type Problem } from "../codes";
import { type Link, usualLink } from "../fit/memory/communication";

export interface Machine {
  /** Azure's name; undefined for a GPU given by numbers. */
  readonly instanceType?: string;
  readonly size?: Size;
  readonly gpu: Gpu;
  readonly gpus: number;
}

/** A GPU given by numbers, which Azure doesn't have to offer. */
export interface GpuByNumbers {
  /** Total memory that PyTorch reports, GiB; not the nominal size. */
  readonly visibleGiB: number;
  /** @default 8.0 */
  readonly computeCapability?: number;
  /** @default 1 */
  readonly gpus?: number;
  /** Connection between the GPUs. @default the usual one of the compute capability */
  readonly link?: Link;
}

/** A typical GPU of each generation, for the speed only. */
const generations: readonly { readonly from: number; readonly like: Gpu }[] = [
  { from: 9, like: gpus["H100-80GB"] },
  { from: 8.1, like: gpus.A10 },
  { from: 8, like: gpus["A100-40GB"] },
  { from: 0, like: gpus.T4 },
];

/** The machine with GPUs given by numbers. */
export function machineByNumbers(given: GpuByNumbers): Machine {
  const computeCapability = given.computeCapability ?? 8;
  const { like } = generations.find(({ from }) => computeCapability >= from)!;
  const link = given.link ?? usualLink(computeCapability);
  const gpu: Gpu = { ...like, visibleGiB: given.visibleGiB, visibleFrom: "log", computeCapability, link, a100: computeCapability === 8 };
  return { gpu, gpus: given.gpus ?? 1 };
}

/** The machine of an Azure size, or the problem that prevents its use. */
export function machineOf(instanceType: string): Machine | Problem {
  if (!isInstanceType(instanceType)) {
    const other = otherSize(instanceType);
    if (other)
      return createProblem(
        "MOOR102",
        `${instanceType} (${other.gpus} × ${other.gpu}) exists in Azure, but managed online endpoints don't support it.`,
      );
    return createProblem("MOOR102", `${instanceType} is not a size that managed online endpoints support. Names are case-sensitive.`);
  }
  const size = sizeOf(instanceType);
  if (!size.gpu) return createProblem("MOOR101", `${instanceType} has ${size.vCpu} vCPUs and no GPU; vLLM's image requires a GPU.`);
  if (size.retired) return createProblem("MOOR103", `Azure retired ${instanceType} on ${size.retired}.`);
  const gpu = gpus[size.gpu];
  if (gpu.computeCapability < leastComputeCapability) {
    return createProblem(
      "MOOR104",
      `${instanceType} has ${size.gpu} GPUs with compute capability ${gpu.computeCapability.toFixed(1)}; vLLM's image requires ${leastComputeCapability}.`,
    );
  }
  if (size.gpuShare !== undefined) {
    return createProblem("MOOR105", `${instanceType} has 1/${Math.round(1 / size.gpuShare)} of an ${size.gpu}.`);
  }
  return { instanceType, size, gpu, gpus: size.gpus };
}

/** Machines that exist in Azure but that managed online endpoints don't support, with the fewest GPUs first. */
export function unsupportedMachines(): { readonly name: string; readonly machine: Machine; readonly what: string }[] {
  return Object.entries(otherSizes)
    .flatMap(([name, { gpu, gpus: count, numbers }]) =>
      numbers === undefined ? [] : [{ name, machine: { gpu: numbers, gpus: count }, what: `${count} × ${gpu}` }],
    )
    .sort((a, b) => a.machine.gpus - b.machine.gpus);
}

/** Whether `machineOf` returned a problem. */
export function isProblem(value: Machine | Problem): value is Problem {
  return "code" in value;
}
