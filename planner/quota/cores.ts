/**
 * The Azure Machine Learning quota that stacks require, in vCPUs by family and region: every deployment at its maximum scale, plus the
 * deployment that runs next to it. That is the previous one now, or the new one in the next rollout.
 */
import { upgradeReservePercent } from "../../azure/limits";
import { isInstanceType, type Size, sizeOf } from "../../facts/sizes";

/** The values of a deployment that affect quota. */
export interface QuotaDeployment {
  readonly stack: string;
  readonly region: string;
  readonly endpoint: string;
  readonly label: string;
  readonly instanceType: string;
  /** Maximum number of instances: `scale.max`, or the fixed number. */
  readonly maxInstances: number;
  /** `newDeployment`: during a rollout, the new deployment runs next to it. @default newDeployment */
  readonly update?: "newDeployment" | "inPlace";
  /** The previous deployment, while both run. It has the same number of instances, because it had the same load. @default none */
  readonly previous?: {
    /** Name in Azure. */
    readonly name: string;
    readonly instanceType: string;
    /** `true`: kept for a rollback. `false`: exists until the rollout has ended. */
    readonly kept: boolean;
  };
}

/** A subscription's quota of a family in a region, in vCPUs. */
export interface FamilyQuota {
  readonly limit: number;
  /** vCPUs that other workloads use. @default 0 */
  readonly others?: number;
}

/** Declared quota by family (in any of Azure's spellings), or by `region/family` if regions differ. */
export type DeclaredQuota = Readonly<Record<string, FamilyQuota>>;

/** The quota that one deployment requires, and how it is calculated. */
export interface QuotaLine {
  /** `<stack>/<endpoint>/<label>`. */
  readonly deployment: string;
  /** vCPUs that it requires by the stack file and the lock file. */
  readonly cores: number;
  /** Additional vCPUs that the next rollout requires. */
  readonly rolloutCores: number;
  readonly sum: string;
  /** Set if the vCPUs are those of the previous deployment. */
  readonly previous?: QuotaDeployment["previous"];
}

export interface FamilyNeed {
  readonly region: string;
  readonly family: string;
  /** Required vCPUs by the stack file and the lock file: at maximum scale, including previous deployments that still run. */
  readonly neededCores: number;
  /** Required vCPUs while all deployments are replaced at the same time. */
  readonly rolloutCores: number;
  readonly lines: readonly QuotaLine[];
  readonly quota?: FamilyQuota;
  /** vCPUs that the quota lacks for `neededCores`; undefined without a declared quota. */
  readonly missingCores?: number;
  /** vCPUs that the quota lacks for `rolloutCores`; undefined without a declared quota. */
  readonly missingInRollout?: number;
}

/**
 * Instances that quota must cover for `instances` running ones: Azure reserves additional instances for upgrades, except for large GPU
 * sizes.
 */
export function reservedInstances(size: Size, instances: number): number {
  // In whole percent, because 1.2 × 5 is slightly more than 6 in binary fractions.
  return size.upgradeReserve ? Math.ceil(((100 + upgradeReservePercent) * instances) / 100) : instances;
}

/**
 * Required vCPUs by region and family, for any number of stacks.
 * @param deployments Deployments of all stacks that share the subscription.
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

/**
 * Lines of one deployment, each with its family. The previous deployment is deleted before the next rollout, so only two ever run together.
 */
function linesOf({ stack, endpoint, label, instanceType, maxInstances, update, previous }: QuotaDeployment) {
  const own = coresOf(instanceType, maxInstances);
  const before = previous && coresOf(previous.instanceType, maxInstances);
  const deployment = `${stack}/${endpoint}/${label}`;
  const lines: { family: string; line: QuotaLine }[] = [];
  if (own) {
    const freed = before?.family === own.family ? before.cores : 0;
    const rolloutCores = update === "inPlace" ? 0 : Math.max(0, own.cores - freed);
    lines.push({ family: own.family, line: { deployment, cores: own.cores, rolloutCores, sum: own.sum } });
  }
  if (previous && before) {
    lines.push({ family: before.family, line: { deployment, cores: before.cores, rolloutCores: 0, sum: before.sum, previous } });
  }
  return lines;
}

/** Undefined for a size that Azure doesn't have, which another check reports. */
function coresOf(instanceType: string, instances: number): { family: string; cores: number; sum: string } | undefined {
  if (!isInstanceType(instanceType)) return undefined;
  const size = sizeOf(instanceType);
  const reserved = reservedInstances(size, instances);
  const upgrades = reserved > instances ? ` and ${reserved - instances} reserved for upgrades (${upgradeReservePercent}%, rounded up)` : "";
  const sum = `${instances} instance${instances === 1 ? "" : "s"}${upgrades} × ${size.vCpu} vCPUs`;
  return { family: size.family, cores: reserved * size.vCpu, sum };
}

/** The letters and digits of a name, in lower case: Azure spells families in several ways. */
const plain = (name: string) => name.toLowerCase().replace(/^standard|family|vcpus|[^a-z0-9/]/g, "");

function quotaOf(declared: DeclaredQuota, region: string, family: string): FamilyQuota | undefined {
  const find = (wanted: string) => Object.entries(declared).find(([name]) => plain(name) === plain(wanted))?.[1];
  return find(`${region}/${family}`) ?? find(family);
}
