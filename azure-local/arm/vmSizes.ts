/** A VM size for managed online deployments. */
export interface VmSize {
  /** `Standard_DS3_v2` */
  readonly name: string;
  /** VM family, which has the vCPU quota. */
  readonly family: string;
  readonly vCpus: number;
  readonly memoryGiB: number;
  readonly gpus: number;
  /** Exempt from the additional 20% for upgrades. */
  readonly exempt: boolean;
}

/** Source: Azure docs, machine-learning/reference-managed-online-endpoints-vm-sku-list; sizes: virtual-machines/sizes/gpu-accelerated. */
const GPU: readonly (readonly [name: string, family: string, vCpus: number, memoryGiB: number, gpus: number, exempt: boolean])[] = [
  ["NC4as_T4_v3", "NCASv3_T4", 4, 28, 1, false],
  ["NC8as_T4_v3", "NCASv3_T4", 8, 56, 1, false],
  ["NC16as_T4_v3", "NCASv3_T4", 16, 110, 1, false],
  ["NC64as_T4_v3", "NCASv3_T4", 64, 440, 4, false],
  ["NC24ads_A100_v4", "NCADSA100v4", 24, 220, 1, true],
  ["NC48ads_A100_v4", "NCADSA100v4", 48, 440, 2, true],
  ["NC96ads_A100_v4", "NCADSA100v4", 96, 880, 4, true],
  ["NC40ads_H100_v5", "NCadsH100v5", 40, 320, 1, true],
  ["NC80adis_H100_v5", "NCadsH100v5", 80, 640, 2, true],
  ["ND96asr_v4", "NDASv4_A100", 96, 900, 8, true],
  ["ND96amsr_A100_v4", "NDAMSv4_A100", 96, 1900, 8, true],
  ["ND96is_H100_v5", "NDSH100v5", 96, 1900, 8, true],
  ["ND96isr_H100_v5", "NDSH100v5", 96, 1900, 8, true],
  ["ND40rs_v2", "NDSv2", 40, 672, 8, true],
  ["NV6ads_A10_v5", "NVADSA10v5", 6, 55, 1, false],
  ["NV12ads_A10_v5", "NVADSA10v5", 12, 110, 1, false],
  ["NV18ads_A10_v5", "NVADSA10v5", 18, 220, 1, false],
  ["NV36ads_A10_v5", "NVADSA10v5", 36, 440, 1, false],
  ["NV36adms_A10_v5", "NVADSA10v5", 36, 880, 1, false],
  ["NV72ads_A10_v5", "NVADSA10v5", 72, 880, 2, false],
];

/**
 * The same list's CPU machines, `#` for the number of vCPUs; GiB a vCPU by common knowledge. The largest of the ESv3 series has fewer.
 * Source of that: Azure docs, virtual-machines/sizes/memory-optimized/esv3-series.
 */
const CPU: readonly (readonly [pattern: string, family: string, gibPerVCpu: number, vCpus: readonly number[]])[] = [
  ["D#as_v4", "DASv4", 4, [2, 4, 8, 16, 32, 48, 64, 96]],
  ["D#a_v4", "DAv4", 4, [2, 4, 8, 16, 32, 48, 64, 96]],
  ["E#s_v3", "ESv3", 8, [2, 4, 8, 16, 32, 48]],
  ["E#s_v3", "ESv3", 6.75, [64]],
  ["F#s_v2", "FSv2", 2, [2, 4, 8, 16, 32, 48, 64, 72]],
  ["FX#mds", "FXMDVS", 21, [4, 12, 24, 36, 48]],
  ["L#s_v2", "LSv2", 8, [8, 16, 32, 48, 64, 80]],
  ["L#s_v3", "LSv3", 8, [8, 16, 32, 48, 64, 80]],
  ["L#as_v3", "LASv3", 8, [8, 16, 32, 48, 64, 80]],
];

/** The number in DS1_v2 to DS5_v2 is not the number of vCPUs. */
const DS_V2 = [1, 2, 4, 8, 16];

export const VM_SIZES: readonly VmSize[] = [
  ...GPU.map(([name, family, vCpus, memoryGiB, gpus, exempt]) => ({ name: `Standard_${name}`, family, vCpus, memoryGiB, gpus, exempt })),
  ...CPU.flatMap(([pattern, family, perVCpu, counts]) =>
    counts.map((vCpus) => cpu(pattern.replace("#", String(vCpus)), family, vCpus, perVCpu)),
  ),
  ...DS_V2.map((vCpus, index) => cpu(`DS${index + 1}_v2`, "DSv2", vCpus, 3.5)),
];

function cpu(name: string, family: string, vCpus: number, gibPerVCpu: number): VmSize {
  return { name: `Standard_${name}`, family, vCpus, memoryGiB: vCpus * gibPerVCpu, gpus: 0, exempt: false };
}

const byName = new Map(VM_SIZES.map((size) => [size.name.toLowerCase(), size]));

export function vmSize(instanceType: string): VmSize | undefined {
  return byName.get(instanceType.toLowerCase());
}
