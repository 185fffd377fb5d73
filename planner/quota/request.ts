/** A quota request as text, ready to paste into Azure's form or a ticket. */
import type { FamilyNeed } from "./cores";

/** The request for one family and region; undefined where the quota suffices. */
export function quotaRequest(need: FamilyNeed): string | undefined {
  if (need.missingCores === 0) return undefined;
  const others = need.quota?.others ?? 0;
  const limit = need.peakCores + others;
  const now = need.quota ? `${need.quota.limit} cores` : "not known to us (GPU families start at 0)";
  return [
    `Request: Azure Machine Learning compute quota, dedicated, ${need.family} family, region ${need.region}.`,
    `New limit: ${limit} cores. Limit now: ${now}.`,
    `Use: managed online endpoints; ${need.steadyCores} cores in steady state at full scale, ${need.peakCores} while new versions run beside old ones${others > 0 ? `, and ${others} of other workloads` : ""}.`,
    ...need.lines.map((line) => `- ${line.deployment}: ${line.cores} cores (${line.sum})`),
    "The quota is a limit of Azure Machine Learning, separate from the subscription's VM quota.",
  ].join("\n");
}
