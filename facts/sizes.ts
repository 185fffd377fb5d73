/**
 * Sizes that managed online endpoints support, one row each. Azure rejects other sizes, regardless of the subscription: ND H200 v5, MI300X
 * and RTX PRO 6000 are available only as virtual machines.
 */
import type { GpuModel } from "./gpus";

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

export const sizesSource = {
  source: "Azure docs, reference-managed-online-endpoints-vm-sku-list; machine data from Azure compute docs, sizes",
  asOf: "2025-10-18",
} as const;

export const sizes = {
  Standard_NC4as_T4_v3: { family: "NCASv3_T4", vCpu: 4, ramGiB: 28, tempDiskGiB: 176, gpus: 1, gpu: "T4", upgradeReserve: true },
  Standard_NC8as_T4_v3: { family: "NCASv3_T4", vCpu: 8, ramGiB: 56, tempDiskGiB: 352, gpus: 1, gpu: "T4", upgradeReserve: true },
  Standard_NC16as_T4_v3: { family: "NCASv3_T4", vCpu: 16, ramGiB: 110, tempDiskGiB: 352, gpus: 1, gpu: "T4", upgradeReserve: true },
  Standard_NC64as_T4_v3: { family: "NCASv3_T4", vCpu: 64, ramGiB: 440, tempDiskGiB: 2816, gpus: 4, gpu: "T4", upgradeReserve: true },
  Standard_NC24ads_A100_v4: {
    family: "NCADSA100v4",
    vCpu: 24,
    ramGiB: 220,
    tempDiskGiB: 64,
    nvmeGiB: 894,
    gpus: 1,
    gpu: "A100-80GB-PCIe",
    upgradeReserve: false,
  },
  Standard_NC48ads_A100_v4: {
    family: "NCADSA100v4",
    vCpu: 48,
    ramGiB: 440,
    tempDiskGiB: 128,
    nvmeGiB: 1788,
    gpus: 2,
    gpu: "A100-80GB-PCIe",
    upgradeReserve: false,
  },
  Standard_NC96ads_A100_v4: {
    family: "NCADSA100v4",
    vCpu: 96,
    ramGiB: 880,
    tempDiskGiB: 256,
    nvmeGiB: 3576,
    gpus: 4,
    gpu: "A100-80GB-PCIe",
    upgradeReserve: false,
  },
  Standard_NC40ads_H100_v5: {
    family: "NCadsH100v5",
    vCpu: 40,
    ramGiB: 320,
    tempDiskGiB: 3576,
    gpus: 1,
    gpu: "H100-NVL",
    upgradeReserve: false,
  },
  Standard_NC80adis_H100_v5: {
    family: "NCadsH100v5",
    vCpu: 80,
    ramGiB: 640,
    tempDiskGiB: 7152,
    gpus: 2,
    gpu: "H100-NVL",
    upgradeReserve: false,
  },
  Standard_ND96asr_v4: {
    family: "NDASv4_A100",
    vCpu: 96,
    ramGiB: 900,
    tempDiskGiB: 6000,
    gpus: 8,
    gpu: "A100-40GB",
    upgradeReserve: false,
  },
  Standard_ND96amsr_A100_v4: {
    family: "NDAMSv4_A100",
    vCpu: 96,
    ramGiB: 1900,
    tempDiskGiB: 6400,
    gpus: 8,
    gpu: "A100-80GB",
    upgradeReserve: false,
  },
  Standard_ND96is_H100_v5: {
    family: "NDSH100v5",
    vCpu: 96,
    ramGiB: 1900,
    tempDiskGiB: 28000,
    gpus: 8,
    gpu: "H100-80GB",
    upgradeReserve: false,
  },
  Standard_ND96isr_H100_v5: {
    family: "NDSH100v5",
    vCpu: 96,
    ramGiB: 1900,
    tempDiskGiB: 28000,
    gpus: 8,
    gpu: "H100-80GB",
    upgradeReserve: false,
  },
  Standard_ND40rs_v2: { family: "NDSv2", vCpu: 40, ramGiB: 672, tempDiskGiB: 2948, gpus: 8, gpu: "V100-32GB", upgradeReserve: false },
  Standard_NV6ads_A10_v5: {
    family: "NVADSA10v5",
    vCpu: 6,
    ramGiB: 55,
    tempDiskGiB: 180,
    gpus: 1,
    gpu: "A10",
    gpuShare: 1 / 6,
    upgradeReserve: true,
  },
  Standard_NV12ads_A10_v5: {
    family: "NVADSA10v5",
    vCpu: 12,
    ramGiB: 110,
    tempDiskGiB: 360,
    gpus: 1,
    gpu: "A10",
    gpuShare: 1 / 3,
    upgradeReserve: true,
  },
  Standard_NV18ads_A10_v5: {
    family: "NVADSA10v5",
    vCpu: 18,
    ramGiB: 220,
    tempDiskGiB: 720,
    gpus: 1,
    gpu: "A10",
    gpuShare: 1 / 2,
    upgradeReserve: true,
  },
  Standard_NV36ads_A10_v5: { family: "NVADSA10v5", vCpu: 36, ramGiB: 440, tempDiskGiB: 1440, gpus: 1, gpu: "A10", upgradeReserve: true },
  Standard_NV36adms_A10_v5: { family: "NVADSA10v5", vCpu: 36, ramGiB: 880, tempDiskGiB: 2880, gpus: 1, gpu: "A10", upgradeReserve: true },
  Standard_NV72ads_A10_v5: { family: "NVADSA10v5", vCpu: 72, ramGiB: 880, tempDiskGiB: 2880, gpus: 2, gpu: "A10", upgradeReserve: true },
  Standard_NC6s_v3: {
    family: "NCSv3",
    vCpu: 6,
    ramGiB: 112,
    tempDiskGiB: 736,
    gpus: 1,
    gpu: "V100-16GB",
    upgradeReserve: true,
    retired: "2025-09-30",
  },
  Standard_NC12s_v3: {
    family: "NCSv3",
    vCpu: 12,
    ramGiB: 224,
    tempDiskGiB: 1474,
    gpus: 2,
    gpu: "V100-16GB",
    upgradeReserve: true,
    retired: "2025-09-30",
  },
  Standard_NC24s_v3: {
    family: "NCSv3",
    vCpu: 24,
    ramGiB: 448,
    tempDiskGiB: 2948,
    gpus: 4,
    gpu: "V100-16GB",
    upgradeReserve: true,
    retired: "2025-09-30",
  },
  Standard_NC6s_v2: {
    family: "NCSv2",
    vCpu: 6,
    ramGiB: 112,
    tempDiskGiB: 736,
    gpus: 1,
    gpu: "P100",
    upgradeReserve: true,
    retired: "2023-08-31",
  },
  Standard_NC12s_v2: {
    family: "NCSv2",
    vCpu: 12,
    ramGiB: 224,
    tempDiskGiB: 1474,
    gpus: 2,
    gpu: "P100",
    upgradeReserve: true,
    retired: "2023-08-31",
  },
  Standard_NC24s_v2: {
    family: "NCSv2",
    vCpu: 24,
    ramGiB: 448,
    tempDiskGiB: 2948,
    gpus: 4,
    gpu: "P100",
    upgradeReserve: true,
    retired: "2023-08-31",
  },
  Standard_D2as_v4: { family: "DASv4", vCpu: 2, ramGiB: 8, tempDiskGiB: 16, gpus: 0, upgradeReserve: true },
  Standard_D4as_v4: { family: "DASv4", vCpu: 4, ramGiB: 16, tempDiskGiB: 32, gpus: 0, upgradeReserve: true },
  Standard_D8as_v4: { family: "DASv4", vCpu: 8, ramGiB: 32, tempDiskGiB: 64, gpus: 0, upgradeReserve: true },
  Standard_D16as_v4: { family: "DASv4", vCpu: 16, ramGiB: 64, tempDiskGiB: 128, gpus: 0, upgradeReserve: true },
  Standard_D32as_v4: { family: "DASv4", vCpu: 32, ramGiB: 128, tempDiskGiB: 256, gpus: 0, upgradeReserve: true },
  Standard_D48as_v4: { family: "DASv4", vCpu: 48, ramGiB: 192, tempDiskGiB: 384, gpus: 0, upgradeReserve: true },
  Standard_D64as_v4: { family: "DASv4", vCpu: 64, ramGiB: 256, tempDiskGiB: 512, gpus: 0, upgradeReserve: true },
  Standard_D96as_v4: { family: "DASv4", vCpu: 96, ramGiB: 384, tempDiskGiB: 768, gpus: 0, upgradeReserve: true },
  Standard_D2a_v4: { family: "DAv4", vCpu: 2, ramGiB: 8, tempDiskGiB: 50, gpus: 0, upgradeReserve: true },
  Standard_D4a_v4: { family: "DAv4", vCpu: 4, ramGiB: 16, tempDiskGiB: 100, gpus: 0, upgradeReserve: true },
  Standard_D8a_v4: { family: "DAv4", vCpu: 8, ramGiB: 32, tempDiskGiB: 200, gpus: 0, upgradeReserve: true },
  Standard_D16a_v4: { family: "DAv4", vCpu: 16, ramGiB: 64, tempDiskGiB: 400, gpus: 0, upgradeReserve: true },
  Standard_D32a_v4: { family: "DAv4", vCpu: 32, ramGiB: 128, tempDiskGiB: 800, gpus: 0, upgradeReserve: true },
  Standard_D48a_v4: { family: "DAv4", vCpu: 48, ramGiB: 192, tempDiskGiB: 1200, gpus: 0, upgradeReserve: true },
  Standard_D64a_v4: { family: "DAv4", vCpu: 64, ramGiB: 256, tempDiskGiB: 1600, gpus: 0, upgradeReserve: true },
  Standard_D96a_v4: { family: "DAv4", vCpu: 96, ramGiB: 384, tempDiskGiB: 2400, gpus: 0, upgradeReserve: true },
  Standard_DS1_v2: { family: "DSv2", vCpu: 1, ramGiB: 3.5, tempDiskGiB: 7, gpus: 0, upgradeReserve: true },
  Standard_DS2_v2: { family: "DSv2", vCpu: 2, ramGiB: 7, tempDiskGiB: 14, gpus: 0, upgradeReserve: true },
  Standard_DS3_v2: { family: "DSv2", vCpu: 4, ramGiB: 14, tempDiskGiB: 28, gpus: 0, upgradeReserve: true },
  Standard_DS4_v2: { family: "DSv2", vCpu: 8, ramGiB: 28, tempDiskGiB: 56, gpus: 0, upgradeReserve: true },
  Standard_DS5_v2: { family: "DSv2", vCpu: 16, ramGiB: 56, tempDiskGiB: 112, gpus: 0, upgradeReserve: true },
  Standard_E2s_v3: { family: "ESv3", vCpu: 2, ramGiB: 16, tempDiskGiB: 32, gpus: 0, upgradeReserve: true },
  Standard_E4s_v3: { family: "ESv3", vCpu: 4, ramGiB: 32, tempDiskGiB: 64, gpus: 0, upgradeReserve: true },
  Standard_E8s_v3: { family: "ESv3", vCpu: 8, ramGiB: 64, tempDiskGiB: 128, gpus: 0, upgradeReserve: true },
  Standard_E16s_v3: { family: "ESv3", vCpu: 16, ramGiB: 128, tempDiskGiB: 256, gpus: 0, upgradeReserve: true },
  Standard_E32s_v3: { family: "ESv3", vCpu: 32, ramGiB: 256, tempDiskGiB: 512, gpus: 0, upgradeReserve: true },
  Standard_E48s_v3: { family: "ESv3", vCpu: 48, ramGiB: 384, tempDiskGiB: 768, gpus: 0, upgradeReserve: true },
  Standard_E64s_v3: { family: "ESv3", vCpu: 64, ramGiB: 432, tempDiskGiB: 864, gpus: 0, upgradeReserve: true },
  Standard_F2s_v2: { family: "FSv2", vCpu: 2, ramGiB: 4, tempDiskGiB: 16, gpus: 0, upgradeReserve: true },
  Standard_F4s_v2: { family: "FSv2", vCpu: 4, ramGiB: 8, tempDiskGiB: 32, gpus: 0, upgradeReserve: true },
  Standard_F8s_v2: { family: "FSv2", vCpu: 8, ramGiB: 16, tempDiskGiB: 64, gpus: 0, upgradeReserve: true },
  Standard_F16s_v2: { family: "FSv2", vCpu: 16, ramGiB: 32, tempDiskGiB: 128, gpus: 0, upgradeReserve: true },
  Standard_F32s_v2: { family: "FSv2", vCpu: 32, ramGiB: 64, tempDiskGiB: 256, gpus: 0, upgradeReserve: true },
  Standard_F48s_v2: { family: "FSv2", vCpu: 48, ramGiB: 96, tempDiskGiB: 384, gpus: 0, upgradeReserve: true },
  Standard_F64s_v2: { family: "FSv2", vCpu: 64, ramGiB: 128, tempDiskGiB: 512, gpus: 0, upgradeReserve: true },
  Standard_F72s_v2: { family: "FSv2", vCpu: 72, ramGiB: 144, tempDiskGiB: 576, gpus: 0, upgradeReserve: true },
  Standard_FX4mds: { family: "FXMDVS", vCpu: 4, ramGiB: 84, tempDiskGiB: 168, gpus: 0, upgradeReserve: true },
  Standard_FX12mds: { family: "FXMDVS", vCpu: 12, ramGiB: 252, tempDiskGiB: 504, gpus: 0, upgradeReserve: true },
  Standard_FX24mds: { family: "FXMDVS", vCpu: 24, ramGiB: 504, tempDiskGiB: 1008, gpus: 0, upgradeReserve: true },
  Standard_FX36mds: { family: "FXMDVS", vCpu: 36, ramGiB: 756, tempDiskGiB: 1512, gpus: 0, upgradeReserve: true },
  Standard_FX48mds: { family: "FXMDVS", vCpu: 48, ramGiB: 1008, tempDiskGiB: 2016, gpus: 0, upgradeReserve: true },
  Standard_L8s_v2: { family: "LSv2", vCpu: 8, ramGiB: 64, tempDiskGiB: 80, gpus: 0, upgradeReserve: true },
  Standard_L16s_v2: { family: "LSv2", vCpu: 16, ramGiB: 128, tempDiskGiB: 160, gpus: 0, upgradeReserve: true },
  Standard_L32s_v2: { family: "LSv2", vCpu: 32, ramGiB: 256, tempDiskGiB: 320, gpus: 0, upgradeReserve: true },
  Standard_L48s_v2: { family: "LSv2", vCpu: 48, ramGiB: 384, tempDiskGiB: 480, gpus: 0, upgradeReserve: true },
  Standard_L64s_v2: { family: "LSv2", vCpu: 64, ramGiB: 512, tempDiskGiB: 640, gpus: 0, upgradeReserve: true },
  Standard_L80s_v2: { family: "LSv2", vCpu: 80, ramGiB: 640, tempDiskGiB: 800, gpus: 0, upgradeReserve: true },
  Standard_L8s_v3: { family: "LSv3", vCpu: 8, ramGiB: 64, tempDiskGiB: 80, gpus: 0, upgradeReserve: true },
  Standard_L16s_v3: { family: "LSv3", vCpu: 16, ramGiB: 128, tempDiskGiB: 160, gpus: 0, upgradeReserve: true },
  Standard_L32s_v3: { family: "LSv3", vCpu: 32, ramGiB: 256, tempDiskGiB: 320, gpus: 0, upgradeReserve: true },
  Standard_L48s_v3: { family: "LSv3", vCpu: 48, ramGiB: 384, tempDiskGiB: 480, gpus: 0, upgradeReserve: true },
  Standard_L64s_v3: { family: "LSv3", vCpu: 64, ramGiB: 512, tempDiskGiB: 640, gpus: 0, upgradeReserve: true },
  Standard_L80s_v3: { family: "LSv3", vCpu: 80, ramGiB: 640, tempDiskGiB: 800, gpus: 0, upgradeReserve: true },
  Standard_L8as_v3: { family: "LASv3", vCpu: 8, ramGiB: 64, tempDiskGiB: 80, gpus: 0, upgradeReserve: true },
  Standard_L16as_v3: { family: "LASv3", vCpu: 16, ramGiB: 128, tempDiskGiB: 160, gpus: 0, upgradeReserve: true },
  Standard_L32as_v3: { family: "LASv3", vCpu: 32, ramGiB: 256, tempDiskGiB: 320, gpus: 0, upgradeReserve: true },
  Standard_L48as_v3: { family: "LASv3", vCpu: 48, ramGiB: 384, tempDiskGiB: 480, gpus: 0, upgradeReserve: true },
  Standard_L64as_v3: { family: "LASv3", vCpu: 64, ramGiB: 512, tempDiskGiB: 640, gpus: 0, upgradeReserve: true },
  Standard_L80as_v3: { family: "LASv3", vCpu: 80, ramGiB: 640, tempDiskGiB: 800, gpus: 0, upgradeReserve: true },
} as const satisfies Record<string, Size>;

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
