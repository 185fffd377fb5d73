/** What the stack needs of Azure ML's quota, and the text of a request where that is more than it has. */
import { deploymentsOf } from "../../config/decisions";
import type { Lock } from "../../config/lockFile";
import type { Settings } from "../../config/stackFile";
import { mostInstances } from "../../config/wish";
import { type FamilyNeed, type QuotaDeployment, quotaNeeds } from "../../planner/quota/cores";
import { quotaRequest } from "../../planner/quota/request";

/** One line a family, followed by the request where one is needed. */
export function quotaReport(settings: Settings, lock: Lock): string[] {
  return quotaNeeds(quotaDeployments(settings, lock), settings["moor:quota"]).flatMap((need) => {
    const request = quotaRequest(need);
    return [needLine(need), ...(request === undefined ? [] : ["", request, ""])];
  });
}

function needLine({ family, region, steadyCores, peakCores, quota, missingCores }: FamilyNeed): string {
  const needed = `quota ${family} in ${region}: ${steadyCores} cores at full scale, ${peakCores} in a rollout`;
  if (quota === undefined) return `${needed}; none is declared under moor:quota, and GPU families start at 0`;
  const has = `${quota.limit} granted, ${quota.others ?? 0} of them held by others`;
  return `${needed}; ${has}: ${missingCores === 0 ? "enough" : `${missingCores} are missing`}`;
}

function quotaDeployments(settings: Settings, lock: Lock): QuotaDeployment[] {
  return deploymentsOf(settings).flatMap(({ endpoint, label, settings: deployment }) => {
    const entry = lock.endpoints[endpoint]?.[label];
    if (entry === undefined) return [];
    const { current, previous } = entry;
    const instances = deployment.instances ?? deployment.scale?.min ?? 1;
    return [
      {
        stack: lock.stack,
        region: lock.location,
        endpoint,
        label,
        instanceType: current.instanceType,
        maxInstances: mostInstances(deployment),
        update: deployment.update,
        ...(previous === undefined || !deployment.keepPrevious ? {} : { previous: { instanceType: previous.instanceType, instances } }),
      },
    ];
  });
}
