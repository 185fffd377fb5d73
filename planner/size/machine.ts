/** What a server runs on: an Azure size, or a GPU given by numbers. */
import { type Gpu, gpus, leastComputeCapability } from "../../facts/gpus";
import { isInstanceType, type Size, sizeOf } from "../../facts/sizes";
import { type Refusal, refusal } from "../codes";

export interface Machine {
  /** Azure's name; undefined for a GPU given by numbers. */
  readonly instanceType?: string;
  readonly size?: Size;
  readonly gpu: Gpu;
  readonly gpus: number;
}

/** A GPU that Azure may not have. */
export interface GpuByNumbers {
  /** Memory that PyTorch reports as total, GiB; not the label's. */
  readonly visibleGiB: number;
  /** @default 8.0 */
  readonly computeCapability?: number;
  /** @default 1 */
  readonly gpus?: number;
}

/** A plausible GPU of each generation, for speed only: memory is given. */
const generations: readonly { readonly from: number; readonly like: Gpu }[] = [
  { from: 9, like: gpus["H100-80GB"] },
  { from: 8.1, like: gpus.A10 },
  { from: 8, like: gpus["A100-40GB"] },
  { from: 0, like: gpus.T4 },
];

/** The machine of GPUs given by numbers. */
export function machineByNumbers(given: GpuByNumbers): Machine {
  const computeCapability = given.computeCapability ?? 8;
  const { like } = generations.find(({ from }) => computeCapability >= from)!;
  const gpu: Gpu = { ...like, visibleGiB: given.visibleGiB, visibleFrom: "log", computeCapability, a100: computeCapability === 8 };
  return { gpu, gpus: given.gpus ?? 1 };
}

/** The machine of an Azure size, or why no model can run on it. */
export function machineOf(instanceType: string): Machine | Refusal {
  if (!isInstanceType(instanceType)) {
    return refusal("MOOR102", `${instanceType} is not among the sizes that managed online endpoints accept; names are case-sensitive.`);
  }
  const size = sizeOf(instanceType);
  if (!size.gpu) return refusal("MOOR101", `${instanceType} has ${size.vCpu} cores and no GPU; vLLM's image needs one.`);
  if (size.retired) return refusal("MOOR103", `Azure retired ${instanceType} on ${size.retired}.`);
  const gpu = gpus[size.gpu];
  if (gpu.computeCapability < leastComputeCapability) {
    return refusal(
      "MOOR104",
      `${instanceType} has ${size.gpu} GPUs of compute capability ${gpu.computeCapability.toFixed(1)}; vLLM's image starts at ${leastComputeCapability}.`,
    );
  }
  if (size.gpuShare !== undefined) {
    return refusal("MOOR105", `${instanceType} has 1/${Math.round(1 / size.gpuShare)} of an ${size.gpu}.`);
  }
  return { instanceType, size, gpu, gpus: size.gpus };
}

/** Whether `machineOf` refused. */
export function isRefusal(value: Machine | Refusal): value is Refusal {
  return "code" in value;
}
