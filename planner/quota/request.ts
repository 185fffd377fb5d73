/** The text of a quota request, for Azure's form or a support ticket. */
import type { FamilyNeed, QuotaLine } from "./cores";

/** The vCPUs to request: enough to replace each deployment while the previous one still serves. */
export function coresToRequest({ rolloutCores, quota }: FamilyNeed): number {
  return rolloutCores + (quota?.others ?? 0);
}

/** The request for one family and region; undefined if the quota suffices. */
export function quotaRequest(need: FamilyNeed): string | undefined {
  if (need.missingInRollout === 0) return undefined;
  const others = need.quota?.others ?? 0;
  const now = need.quota ? `${need.quota.limit} vCPUs` : "unknown (the default of GPU families is 0)";
  return [
    `Request: Azure Machine Learning compute quota, dedicated, ${need.family} family, region ${need.region}.`,
    `New limit: ${coresToRequest(need)} vCPUs. Current limit: ${now}.`,
    `Use: managed online endpoints; ${need.neededCores} vCPUs at maximum scale, ${need.rolloutCores} while new versions run next to old ones${others > 0 ? `, and ${others} for other workloads` : ""}.`,
    ...need.lines.map((line) => `- ${quotaLineText(line)}`),
    "This is a quota of Azure Machine Learning, separate from the subscription's VM quota.",
  ].join("\n");
}

/** For example `prod/chat/main: 144 vCPUs (6 instances × 24 vCPUs), and 144 more during a rollout`. */
export function quotaLineText({ deployment, cores, rolloutCores, sum, previous }: QuotaLine): string {
  if (previous) {
    const why = previous.kept ? "which is kept for a rollback" : "which runs until its traffic has moved";
    return `${deployment}: ${cores} vCPUs more for ${previous.name}, ${why} (${sum})`;
  }
  return `${deployment}: ${cores} vCPUs (${sum})${rolloutCores > 0 ? `, and ${rolloutCores} more during a rollout` : ""}`;
}
