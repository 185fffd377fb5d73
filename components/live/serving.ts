/** The deployments of an endpoint that currently receive requests. */
import type { ArmClient } from "../../azure/arm";
import type { ServingDeployment } from "../../planner/rollout/capacity";
import { liveDeployment, type TrafficWeights } from "./endpoint";

/** Returns the deployments with a traffic weight above 0, with their instances. */
export async function servingNow(azure: ArmClient, endpointId: string, traffic: TrafficWeights): Promise<ServingDeployment[]> {
  const names = Object.keys(traffic).filter((name) => traffic[name]! > 0);
  const found = await Promise.all(names.map(async (name) => ({ name, live: await liveDeployment(azure, endpointId, name) })));
  return found.flatMap(({ name, live }) =>
    live === undefined ? [] : [{ name, weight: traffic[name]!, instances: live.instances ?? 0, concurrency: live.concurrency }],
  );
}
