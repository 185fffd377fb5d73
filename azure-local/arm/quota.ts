import type { JsonObject } from "./json";
import type { CoreLimits } from "./limits";
import type { Inventory, Resource } from "./model";
import { isWithin } from "./path";
import { sameRegion } from "./region";
import { DEPLOYMENT, deploymentProperties } from "./types/onlineEndpointBodies";
import { VM_SIZES, type VmSize, vmSize } from "./vmSizes";

/**
 * vCPU quota for a number of instances: 20% more instances for upgrades, rounded up. Source: Azure docs,
 * machine-learning/how-to-manage-quotas.
 */
export function coresFor({ exempt, vCpus }: VmSize, instances: number): number {
  return (exempt ? instances : Math.ceil((instances * 12) / 10)) * vCpus;
}

export function instancesOf({ sku }: { sku?: unknown }): number {
  return (sku as { capacity?: number } | undefined)?.capacity ?? 1;
}

/** Managed deployments in a subscription and region. */
export function deploymentsIn(subscriptionId: string, region: string, inventory: Inventory): Resource[] {
  return inventory
    .all(DEPLOYMENT)
    .filter((deployment) => isWithin(deployment.id, `/subscriptions/${subscriptionId}`) && sameRegion(deployment.body.location, region));
}

/** vCPUs of a family that deployments use. A failed deployment uses its vCPUs until it is deleted. */
export function coresInUse(family: string, deployments: readonly Resource[]): number {
  return deployments.reduce((cores, { body }) => {
    const size = vmSize(deploymentProperties({ body }).instanceType);
    return size?.family === family ? cores + coresFor(size, instancesOf(body)) : cores;
  }, 0);
}

/** Undefined: no limit. */
export function limitOf(limits: CoreLimits, region: string, family: string): number | undefined {
  const [, families] = Object.entries(limits).find(([name]) => sameRegion(name, region)) ?? [];
  return Object.entries(families ?? {}).find(([name]) => name.toLowerCase() === family.toLowerCase())?.[1];
}

/** `GET .../locations/<region>/usages`. A family without a limit has the limit -1. */
export function usages(subscriptionId: string, region: string, inventory: Inventory): JsonObject[] {
  const deployments = deploymentsIn(subscriptionId, region, inventory);
  const families = [...new Set(VM_SIZES.map(({ family }) => family))];
  return families.map((family) => {
    const name = `Standard ${family} Family Cluster Dedicated vCPUs`;
    return {
      id: `/subscriptions/${subscriptionId}/providers/Microsoft.MachineLearningServices/locations/${region}/usages/${family}`,
      type: "Microsoft.MachineLearningServices/usages",
      unit: "Count",
      currentValue: coresInUse(family, deployments),
      limit: limitOf(inventory.settings.coreLimits, region, family) ?? -1,
      name: { value: name, localizedValue: name },
    };
  });
}

/** `GET .../locations/<region>/vmSizes`: the same in every region. */
export function vmSizesView(): JsonObject[] {
  return VM_SIZES.map(({ name, family, vCpus, memoryGiB, gpus }) => ({
    name,
    family: `standard${family}Family`,
    vCPUs: vCpus,
    gpus,
    memoryGB: memoryGiB,
    lowPriorityCapable: false,
    premiumIO: true,
    supportedComputeTypes: ["MIR"],
  }));
}
