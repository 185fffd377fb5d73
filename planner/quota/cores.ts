/**
 * Cores that stacks need of Azure ML's quota, by family and region, at their worst moment: every deployment scaled out to its maximum, a
 * successor of each beside it during a rollout, and the previous one still kept.
 */
import { isInstanceType, type Size, sizeOf } from "../../facts/sizes";
import { type Refusal, refusal } from "../codes";
import { limits } from "../serving/checks";

/** One deployment as far as quota is concerned. */
export interface QuotaDeployment {
  readonly stack: string;
  readonly region: string;
  readonly endpoint: string;
  readonly label: string;
  readonly instanceType: string;
  /** Most instances: `scale.max`, or the fixed number. */
  readonly maxInstances: number;
  /** `newDeployment`: a rollout runs the successor beside it. @default newDeployment */
  readonly update?: "newDeployment" | "inPlace";
  /** Instances of the previous deployment, if one is kept at weight 0, and their size. @default none */
  readonly previous?: { readonly instanceType: string; readonly instances: number };
}

/** What a subscription has of a family in a region, in cores. */
export interface FamilyQuota {
  readonly limit: number;
  /** Cores that others hold. @default 0 */
  readonly others?: number;
}

/** Declared quota: family (any spelling of Azure's), or `region/family` where regions differ. */
export type DeclaredQuota = Readonly<Record<string, FamilyQuota>>;

/** What one deployment takes, and of what it is the sum. */
export interface QuotaLine {
  readonly deployment: string;
  readonly cores: number;
  readonly sum: string;
}

export interface FamilyNeed {
  readonly region: string;
  readonly family: string;
  /** Cores while nothing rolls out. */
  readonly steadyCores: number;
  /** Cores while everything rolls out. */
  readonly peakCores: number;
  readonly lines: readonly QuotaLine[];
  readonly quota?: FamilyQuota;
  /** Cores to ask for: what the peak and others need beyond the limit. 0 if it suffices; undefined without a declared quota. */
  readonly missingCores?: number;
}

/** Instances that quota must hold for `instances` running ones: Azure reserves 20 % for upgrades, except on its large GPU sizes. */
export function reservedInstances(size: Size, instances: number): number {
  // In tenths, for 1.2 × 5 is a little more than 6 in binary fractions.
  return size.upgradeReserve ? Math.ceil((12 * instances) / 10) : instances;
}

/**
 * Cores by region and family, over any number of stacks.
 * @param deployments of all stacks that share the subscription
 */
export function quotaNeeds(deployments: readonly QuotaDeployment[], declared: DeclaredQuota = {}): readonly FamilyNeed[] {
  const needs = new Map<string, { region: string; family: string; steady: number; peak: number; lines: QuotaLine[] }>();
  for (const deployment of deployments) {
    for (const part of partsOf(deployment)) {
      const key = `${deployment.region}/${part.family}`;
      const need = needs.get(key) ?? { region: deployment.region, family: part.family, steady: 0, peak: 0, lines: [] };
      need.steady += part.steady;
      need.peak += part.steady + part.surge;
      need.lines.push({
        deployment: `${deployment.stack}/${deployment.endpoint}/${deployment.label}`,
        cores: part.steady + part.surge,
        sum: part.sum,
      });
      needs.set(key, need);
    }
  }
  return [...needs.values()]
    .map(({ region, family, steady, peak, lines }) => {
      const quota = quotaOf(declared, region, family);
      const missingCores = quota && Math.max(0, peak + (quota.others ?? 0) - quota.limit);
      return { region, family, steadyCores: steady, peakCores: peak, lines, quota, missingCores };
    })
    .sort((a, b) => a.region.localeCompare(b.region) || a.family.localeCompare(b.family));
}

interface Part {
  readonly family: string;
  readonly steady: number;
  readonly surge: number;
  readonly sum: string;
}

function partsOf(deployment: QuotaDeployment): Part[] {
  const { instanceType, maxInstances, previous } = deployment;
  const parts: Part[] = [];
  if (isInstanceType(instanceType)) {
    const size = sizeOf(instanceType);
    const reserved = reservedInstances(size, maxInstances);
    const cores = reserved * size.vCpu;
    const twice = deployment.update !== "inPlace";
    const sum = `${maxInstances} instances${reserved > maxInstances ? ` and ${reserved - maxInstances} for upgrades` : ""} × ${size.vCpu} cores${twice ? ", twice during a rollout" : ""}`;
    parts.push({ family: size.family, steady: cores, surge: twice ? cores : 0, sum });
  }
  if (previous && isInstanceType(previous.instanceType)) {
    const size = sizeOf(previous.instanceType);
    const reserved = reservedInstances(size, previous.instances);
    parts.push({
      family: size.family,
      steady: reserved * size.vCpu,
      surge: 0,
      sum: `previous deployment, ${reserved} instances × ${size.vCpu} cores`,
    });
  }
  return parts;
}

/** Letters and digits only, in lower case: Azure spells a family in several ways. */
const plain = (name: string) => name.toLowerCase().replace(/^standard|family|vcpus|[^a-z0-9/]/g, "");

function quotaOf(declared: DeclaredQuota, region: string, family: string): FamilyQuota | undefined {
  const find = (wanted: string) => Object.entries(declared).find(([name]) => plain(name) === plain(wanted))?.[1];
  return find(`${region}/${family}`) ?? find(family);
}

/** Refusals of needs beyond quota, of families without one, and of deployments beyond Azure's own limit. */
export function quotaRefusals(deployments: readonly QuotaDeployment[], declared: DeclaredQuota = {}): readonly Refusal[] {
  const many = deployments
    .filter(({ maxInstances }) => maxInstances > limits.instancesPerDeployment)
    .map(({ endpoint, label, maxInstances }) =>
      refusal("MOOR303", `${endpoint}/${label} may have ${maxInstances} instances; Azure allows ${limits.instancesPerDeployment}.`),
    );
  const short = quotaNeeds(deployments, declared).flatMap((need) => {
    const where = `${need.family} in ${need.region}`;
    if (!need.quota) return [refusal("MOOR302", `${where}: ${need.peakCores} cores are needed and no quota is declared.`)];
    if (!need.missingCores) return [];
    const has = `the limit is ${need.quota.limit}, of which others hold ${need.quota.others ?? 0}`;
    return [
      refusal(
        "MOOR301",
        `${where}: ${need.peakCores} cores are needed at the peak of a rollout; ${has}: ${need.missingCores} are missing.`,
      ),
    ];
  });
  return [...many, ...short];
}
