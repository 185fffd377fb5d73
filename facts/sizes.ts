/**
 * Sizes that managed online endpoints support, one row each. Azure rejects other sizes, regardless of the subscription: ND H200 v5, MI300X
 * and RTX PRO 6000 are available only as virtual machines. `npm run renew -- sizes` renews the numbers in size-table.json.
 */
import type { GpuModel } from "./gpus";
import table from "./size-table.json";

/** One VM size of managed online endpoints. */
export interface Size {
  /** Quota family: Azure grants vCPUs per family and region, separately from the subscription's VM quota. */
  readonly family: string;
  /** vCPUs, the unit of quota. */
  readonly vCpu: number;
  /** Memory of the machine, GiB. */
  readonly ramGiB: number;
  /** Temporary disk, GiB. */
  readonly tempDiskGiB: number;
  /** Local NVMe disk in addition to the temporary disk, GiB. Azure doesn't document whether models are stored there. @default 0 */
  readonly nvmeGiB?: number;
  /** GPUs that the container can use; 0 for CPU sizes. */
  readonly gpus: number;
  readonly gpu?: GpuModel;
  /** Fraction of one GPU that a fractional size has (vGPU). @default 1 */
  readonly gpuShare?: number;
  /** Whether Azure reserves `upgradeReservePercent` more instances for upgrades, rounded up. Quota must include them. */
  readonly upgradeReserve: boolean;
  /** Date on which Azure retired the series, ISO 8601. Azure's documentation still lists some of these sizes. */
  readonly retired?: string;
}

export const sizesSource = { source: table.source, asOf: table.asOf } as const;

export const sizes = table.sizes as unknown as { readonly [Name in keyof typeof table.sizes]: Size };

/** Name of a size that managed online endpoints support, in Azure's spelling. */
export type InstanceType = keyof typeof sizes;

/** Whether `name` is exactly the name of a size that managed online endpoints support. */
export function isInstanceType(name: string): name is InstanceType {
  return Object.hasOwn(sizes, name);
}

/** The row of a size. */
export function sizeOf(name: InstanceType): Size {
  return sizes[name];
}
