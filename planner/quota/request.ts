/** A quota request as text, ready to paste into Azure's form or a ticket. */
import type { FamilyNeed, QuotaLine } from "./cores";

/** Cores to ask for: with them each deployment can also be replaced beside the one that serves. */
export function coresToAskFor({ rolloutCores, quota }: FamilyNeed): number {
  return rolloutCores + (quota?.others ?? 0);
}

/** The request for one family and region; undefined where the quota suffices. */
export function quotaRequest(need: FamilyNeed): string | undefined {
  if (need.missingInRollout === 0) return undefined;
  const others = need.quota?.others ?? 0;
  const now = need.quota ? `${need.quota.limit} cores` : "not known to us (GPU families start at 0)";
  return [
    `Request: Azure Machine Learning compute quota, dedicated, ${need.family} family, region ${need.region}.`,
    `New limit: ${coresToAskFor(need)} cores. Limit now: ${now}.`,
    `Use: managed online endpoints; ${need.neededCores} cores at full scale, ${need.rolloutCores} while new versions run beside old ones${others > 0 ? `, and ${others} of other workloads` : ""}.`,
    ...need.lines.map((line) => `- ${quotaLineText(line)}`),
    "The quota is a limit of Azure Machine Learning, separate from the subscription's VM quota.",
  ].join("\n");
}

/** For instance `prod/chat/main: 144 cores (6 instances × 24 cores), and as many again while its successor runs beside it`. */
export function quotaLineText({ deployment, cores, rolloutCores, sum, previous }: QuotaLine): string {
  if (previous) {
    const until = previous.kept ? "kept for the way back" : "beside it until its requests have moved";
    return `${deployment}: ${cores} cores more for ${previous.name}, ${until} (${sum})`;
  }
  const again = rolloutCores === cores ? "as many again" : `${rolloutCores} more`;
  return `${deployment}: ${cores} cores (${sum})${rolloutCores > 0 ? `, and ${again} while its successor runs beside it` : ""}`;
}
