/** The cost of a stack at list price, from its specification: what the stack creates, without the resources that it adopts. */
import { adoptedFirewall, type Cost, costOf, type InstancesThing, instancesThing, type Thing } from "../planner/cost";
import { dnsZonesOf, type LinkedServiceName, linkedServices } from "../planner/linkedServices";
import { type PlannedDeployment, planRollout } from "../planner/rollout";
import type { DeploymentSpec, PlatformSpec, StackSpec } from "./spec";

/** The parts of a specification that cost money. */
export type PricedSpec = Pick<StackSpec, "location" | "platform" | "endpoints">;

/** The cost of everything that a stack creates. */
export function stackCost(spec: PricedSpec): Cost {
  return costOf([...deploymentThings(spec), ...platformThings(spec)]);
}

export function deploymentThings({ location, endpoints }: PricedSpec): InstancesThing[] {
  return endpoints.flatMap(({ key, deployments }) => instancesOf(key, deployments, location));
}

/** The instances of deployments of one endpoint, including previous deployments that are kept. Without traffic, no autoscale exists. */
export function instancesOf(key: string, deployments: readonly DeploymentSpec[], region: string): InstancesThing[] {
  return planRollout(deployments).map((planned) => {
    const { name, instanceType, usdPerHour } = planned.decision;
    return instancesThing(`${key}/${name}`, { instanceType, region, ...(usdPerHour === undefined ? {} : { usdPerHour }) }, bounds(planned));
  });
}

/** Bounds of the number of instances. */
export function bounds({ autoscaled, scale, instances }: PlannedDeployment): { readonly min: number; readonly max: number } {
  return autoscaled && scale !== undefined ? scale : { min: instances, max: instances };
}

/** Alert rules per endpoint, each with one time series. */
const alertsPerEndpoint = 3;
/** Private endpoints that Azure creates in the managed network: storage (blob, file), key vault, and the workspace itself. */
const managedEndpoints = 4;

/** What costs money in the platform. */
export function platformThings({ location: region, platform, endpoints }: PricedSpec): Thing[] {
  const { workspaceId, imageRegistryId, logsId, alerts, network } = platform;
  const creates = { workspace: workspaceId === undefined, imageRegistry: imageRegistryId === undefined };
  const hasScripts = network.scripts === true || network.scriptsSubnetId !== undefined;
  const moor = platform.privateEndpoints === "moor";
  const services = moor ? linkedServices(creates) : [];
  const zones = moor && platform.dns === "moor" ? dnsZonesOf(withScripts(services, hasScripts)) : [];
  const stores: Thing[] = [
    { kind: "usage", service: platform.storageRedundancy === "ZRS" ? "blobZrs" : "blobLrs", region },
    { kind: "usage", service: "vaultOperations", region },
  ];
  return [
    { kind: "privateEndpoint", count: services.length + (moor && hasScripts ? 1 : 0) },
    { kind: "managedPrivateEndpoint", count: (creates.workspace ? managedEndpoints : 0) + (hasRegistryLink(creates) ? 1 : 0) },
    ...firewall(platform, endpoints),
    { kind: "registryPremium", count: creates.imageRegistry ? 1 : 0 },
    { kind: "privateDnsZone", count: zones.length },
    { kind: "metricAlert", count: alerts === undefined ? 0 : alertsPerEndpoint * endpoints.length },
    ...(creates.workspace ? stores : []),
    ...(logsId === undefined ? logs(platform, region) : []),
    ...(hasScripts ? scripts(platform, region) : []),
  ];
}

/**
 * Azure connects the registry that the stack creates together with the workspace. If one of the two is adopted, the stack creates an
 * outbound rule to the registry. If both are adopted, Azure often has the connection already.
 */
function hasRegistryLink({ workspace, imageRegistry }: { readonly workspace: boolean; readonly imageRegistry: boolean }): boolean {
  return workspace || imageRegistry;
}

function withScripts(services: readonly LinkedServiceName[], hasScripts: boolean): LinkedServiceName[] {
  return [...new Set([...services, ...(hasScripts ? (["file"] as const) : [])])];
}

/** Azure creates the firewall with the first FQDN rule, which `source: hub` requires. */
function firewall({ workspaceId, firewallSku }: PlatformSpec, endpoints: StackSpec["endpoints"]): Thing[] {
  const decisions = endpoints.flatMap(({ deployments }) => planRollout(deployments).map(({ decision }) => decision));
  if (!decisions.some(({ model }) => model?.source === "hub")) return [];
  if (workspaceId !== undefined) return [{ kind: "unpriced", name: adoptedFirewall }];
  return [{ kind: firewallSku === "Basic" ? "managedFirewallBasic" : "managedFirewallStandard", count: 1 }];
}

function logs({ logDailyCapGB }: PlatformSpec, region: string): Thing[] {
  return [
    logDailyCapGB === undefined
      ? { kind: "usage", service: "logIngestion", region }
      : { kind: "cappedLogs", region, gbPerDay: logDailyCapGB },
    { kind: "usage", service: "logRetention", region },
  ];
}

function scripts({ storageRedundancy }: PlatformSpec, region: string): Thing[] {
  return [
    { kind: "usage", service: storageRedundancy === "ZRS" ? "blobZrs" : "blobLrs", region },
    { kind: "usage", service: "containerCpu", region },
    { kind: "usage", service: "containerMemory", region },
  ];
}
