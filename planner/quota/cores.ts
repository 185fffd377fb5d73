/**
 * Cores that stacks need of Azure ML's quota, by family and region: every deployment scaled out to its maximum, and beside it whatever runs
 * there too, which is the one before it or, in the next rollout, the one after it.
 */
import { upgradeReservePercent } from "../../azure/limits";
import { isInstanceType, type Size, sizeOf } from "../../facts/sizes";

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
  /** The deployment before it, while both run; it has as many instances, because it had the same load. @default none */
  readonly previous?: {
    /** Name in Azure. */
    readonly name: string;
    readonly instanceType: string;
    /** `true`: for the way back. `false`: until the rollout has ended. */
    readonly kept: boolean;
  };
}

/** What a subscription has of a family in a region, in cores. */
export interface FamilyQuota {
  readonly limit: number;
  /** Cores that others hold. @default 0 */
  readonly others?: number;
}

/** Declared quota: family (any spelling of Azure's), or `region/family` where regions differ. */
export type DeclaredQuota = Readonly<Record<string, FamilyQuota>>;

/** What one deployment takes, and of what it is the product. */
export interface QuotaLine {
  /** `<stack>/<endpoint>/<label>`. */
  readonly deployment: string;
  /** Cores that it needs as things are written down. */
  readonly cores: number;
  /** Cores more that the next rollout needs. */
  readonly rolloutCores: number;
  readonly sum: string;
  /** Set where the cores are those of the deployment before it. */
  readonly previous?: QuotaDeployment["previous"];
}

export interface FamilyNeed {
  readonly region: string;
  readonly family: string;
  /** Cores as things are written down: at full scale, and with the deployments before where they run beside. */
  readonly neededCores: number;
  /** Cores while every deployment is replaced at once. */
  readonly rolloutCores: number;
  readonly lines: readonly QuotaLine[];
  readonly quota?: FamilyQuota;
  /** Cores by which the quota falls short of what is written down; undefined without a declared quota. */
  readonly missingCores?: number;
  /** Cores by which it falls short of the next rollout of everything. */
  readonly missingInRollout?: number;
}

/** Instances that quota must hold for `instances` running ones: Azure reserves a part for upgrades, except on its large GPU sizes. */
export function reservedInstances(size: Size, instances: number): number {
  // In whole percent, for 1.2 × 5 is a little more than 6 in binary fractions.
  return size.upgradeReserve ? Math.ceil(((100 + upgradeReservePercent) * instances) / 100) : instances;
}

/**
 * Cores by region and family, over any number of stacks.
 * @param deployments of all stacks that share the subscription
 */
export function quotaNeeds(deployments: readonly QuotaDeployment[], declared: DeclaredQuota = {}): readonly FamilyNeed[] {
  const needs = new Map<string, { region: string; family: string; lines: QuotaLine[] }>();
  for (const deployment of deployments) {
    for (const { family, line } of linesOf(deployment)) {
      const key = `${deployment.region}/${family}`;
      const need = needs.get(key) ?? { region: deployment.region, family, lines: [] };
      need.lines.push(line);
      needs.set(key, need);
    }
  }
  return [...needs.values()]
    .map(({ region, family, lines }) => {
      const neededCores = lines.reduce((sum, { cores }) => sum + cores, 0);
      const rolloutCores = neededCores + lines.reduce((sum, line) => sum + line.rolloutCores, 0);
      const quota = quotaOf(declared, region, family);
      const missing = (cores: number) => quota && Math.max(0, cores + (quota.others ?? 0) - quota.limit);
      return {
        ...{ region, family, neededCores, rolloutCores, lines, quota },
        missingCores: missing(neededCores),
        missingInRollout: missing(rolloutCores),
      };
    })
    .sort((a, b) => a.region.localeCompare(b.region) || a.family.localeCompare(b.family));
}

/** Lines of one deployment, each with its family. What is before it is gone when what is after it comes: only one is ever beside it. */
function linesOf({ stack, endpoint, label, instanceType, maxInstances, update, previous }: QuotaDeployment) {
  const own = coresOf(instanceType, maxInstances);
  const before = previous && coresOf(previous.instanceType, maxInstances);
  const deployment = `${stack}/${endpoint}/${label}`;
  const lines: { family: string; line: QuotaLine }[] = [];
  if (own) {
    const beside = before?.family === own.family ? before.cores : 0;
    const rolloutCores = update === "inPlace" ? 0 : Math.max(0, own.cores - beside);
    lines.push({ family: own.family, line: { deployment, cores: own.cores, rolloutCores, sum: own.sum } });
  }
  if (previous && before) {
    lines.push({ family: before.family, line: { deployment, cores: before.cores, rolloutCores: 0, sum: before.sum, previous } });
  }
  return lines;
}

/** Nothing for a size that Azure doesn't have: that is another mistake's business. */
function coresOf(instanceType: string, instances: number): { family: string; cores: number; sum: string } | undefined {
  if (!isInstanceType(instanceType)) return undefined;
  const size = sizeOf(instanceType);
  const reserved = reservedInstances(size, instances);
  const upgrades = reserved > instances ? ` and ${reserved - instances} for upgrades (${upgradeReservePercent} %, rounded up)` : "";
  const sum = `${instances} instance${instances === 1 ? "" : "s"}${upgrades} × ${size.vCpu} cores`;
  return { family: size.family, cores: reserved * size.vCpu, sum };
}

/** Letters and digits only, in lower case: Azure spells a family in several ways. */
const plain = (name: string) => name.toLowerCase().replace(/^standard|family|vcpus|[^a-z0-9/]/g, "");

function quotaOf(declared: DeclaredQuota, region: string, family: string): FamilyQuota | undefined {
  const find = (wanted: string) => Object.entries(declared).find(([name]) => plain(name) === plain(wanted))?.[1];
  return find(`${region}/${family}`) ?? find(family);
}
