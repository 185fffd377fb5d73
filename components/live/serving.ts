/** What of an endpoint's deployments has requests now. */
import type { ArmClient } from "../../azure/arm";
import type { ServingDeployment } from "../../planner/rollout/capacity";
import { liveDeployment, type Shares } from "./endpoint";

/** The deployments with weight, with their instances. */
export async function servingNow(azure: ArmClient, endpointId: string, traffic: Shares): Promise<ServingDeployment[]> {
  const names = Object.keys(traffic).filter((name) => traffic[name]! > 0);
  const found = await Promise.all(names.map(async (name) => ({ name, live: await liveDeployment(azure, endpointId, name) })));
  return found.flatMap(({ name, live }) =>
    live === undefined ? [] : [{ name, weight: traffic[name]!, instances: live.instances ?? 0, concurrency: live.concurrency }],
  );
}
