// Proves that the program's facts about Azure are the same as those of the simulator, which has separate tables. Each difference
// is listed here. The simulator has no prices. Doesn't prove that either of them is right: both name their sources.

import { clouds } from "../../azure/clouds";
import { endpointLimits, regionLimits } from "../../azure/limits";
import { armTypeOf } from "../../azure/resourceTypes";
import { admissionFactor } from "../../azure/scoring";
import { ROLES } from "../../azure-local/arm/builtInRoles";
import { DEFAULT_LIMITS } from "../../azure-local/arm/limits";
import type { Resource } from "../../azure-local/arm/model";
import { coresFor } from "../../azure-local/arm/quota";
import { REGIONS } from "../../azure-local/arm/region";
import { metricError, metricOf } from "../../azure-local/arm/rules/metrics";
import { DEPLOYMENT, ENDPOINT } from "../../azure-local/arm/types/onlineEndpointBodies";
import { GROUPS } from "../../azure-local/arm/types/privateLink";
import { VM_SIZES, vmSize } from "../../azure-local/arm/vmSizes";
import { hasZones as simulatedZones } from "../../azure-local/arm/zones";
import { admitted } from "../../azure-local/scoringProxy/admission";
import { scoreAction } from "../../azure-local/scoringProxy/armScorers";
import { scoringAudience } from "../../azure-local/scoringProxy/auth";
import { defaultLimits } from "../../azure-local/scoringProxy/limits";
import { ENDPOINT_DIMENSIONS, METRICS } from "../../facts/metrics";
import { LINKED_SERVICES } from "../../facts/privateLink";
import { regions } from "../../facts/regions";
import { BUILT_IN_ROLES, SCORE_ACTION } from "../../facts/roles";
import { type Size, sizes } from "../../facts/sizes";
import { hasZones } from "../../facts/zones";
import { reservedInstances } from "../../planner/quota/cores";

/** Keys that only one of two tables contains. */
function onlyIn(one: Iterable<string>, other: Iterable<string>): string[] {
  const known = new Set(other);
  return [...one].filter((key) => !known.has(key)).sort();
}

describe("sizes", () => {
  const rows = Object.entries<Size>(sizes);
  const simulated = VM_SIZES.map(({ name }) => name);

  test("The simulator has all sizes except for the retired ones", () => {
    expect(onlyIn(Object.keys(sizes), simulated)).toEqual([
      "Standard_NC12s_v2",
      "Standard_NC12s_v3",
      "Standard_NC24s_v2",
      "Standard_NC24s_v3",
      "Standard_NC6s_v2",
      "Standard_NC6s_v3",
    ]);
    expect(onlyIn(Object.keys(sizes), simulated)).toEqual(
      rows.flatMap(([name, { retired }]) => (retired === undefined ? [] : [name])).sort(),
    );
    expect(onlyIn(simulated, Object.keys(sizes))).toEqual([]);
  });

  test("Family, cores, memory, GPUs and the reserve for upgrades are the same", () => {
    const current = rows.filter(([, { retired }]) => retired === undefined);
    const ours = current.map(([name, size]) => ({
      ...{ name, family: size.family, vCpus: size.vCpu, memoryGiB: size.ramGiB, gpus: size.gpus },
      exempt: !size.upgradeReserve,
    }));
    expect(ours).toEqual(ours.map(({ name }) => vmSize(name)));
  });

  test("Any number of instances uses the same vCPU quota", () => {
    const counts = Array.from({ length: endpointLimits.instances }, (_, index) => index + 1);
    for (const [name, size] of rows.filter(([, { retired }]) => retired === undefined)) {
      const ours = counts.map((count) => reservedInstances(size, count) * size.vCpu);
      expect([name, ours]).toEqual([name, counts.map((count) => coresFor(vmSize(name)!, count))]);
    }
  });
});

test("Regions are the same, including those of the sovereign clouds", () => {
  expect([onlyIn(Object.keys(regions), REGIONS), onlyIn(REGIONS, Object.keys(regions))]).toEqual([[], []]);
});

test("The regions of the public cloud with availability zones are the same", () => {
  const ours = Object.entries(regions).flatMap(([name, { cloud }]) => (cloud === "AzureCloud" ? [name] : []));
  expect(ours.filter(hasZones)).toEqual(ours.filter(simulatedZones));
});

test("Built-in roles have the same IDs; the simulator has two additional roles", () => {
  const { "Managed Identity Operator": _unused, "Storage Blob Data Owner": _neither, ...others } = ROLES;
  expect(BUILT_IN_ROLES).toEqual(others);
});

test("The scoring proxy requires the action and the audience that the program uses", () => {
  expect(SCORE_ACTION).toBe(scoreAction);
  expect(clouds.AzureCloud.scoringAudience).toBe(scoringAudience);
});

test("Numbers in the simulator's data are the same", () => {
  const { deployments: deploymentsPerEndpoint, instances: instancesPerDeployment, connections } = endpointLimits;
  expect(DEFAULT_LIMITS).toEqual({ ...regionLimits, deploymentsPerEndpoint, instancesPerDeployment });
  expect(defaultLimits.activeConnections).toBe(connections);
  expect(admitted({ maxConcurrentRequestsPerInstance: 1, instances: 1 })).toBe(admissionFactor);
});

describe("private link", () => {
  const target = { name: "name", outputs: { properties: { workspaceId: "guid" } } } as unknown as Resource;
  const simulated = Object.values(GROUPS).flatMap((groups) => Object.entries(groups));

  test.each(Object.entries(LINKED_SERVICES))(
    "The number of addresses of %s and their zones are the same",
    (_, { groupId, zones, addresses }) => {
      const records = simulated.flatMap(([group, recordsOf]) => (group === groupId ? recordsOf(target, "swedencentral", []) : []));
      expect([...new Set(records.map(({ zone }) => zone))]).toEqual(zones);
      expect(new Set(records.map(({ member }) => member)).size).toBe(addresses);
    },
  );

  test("The simulator has additional sub-resources: those of a storage account that Moor doesn't use", () => {
    const ours = Object.values(LINKED_SERVICES).map(({ groupId }) => groupId);
    const theirs = simulated.map(([group]) => group);
    const services = ["blob_secondary", "dfs", "dfs_secondary", "file_secondary", "queue", "queue_secondary", "table", "table_secondary"];
    expect([onlyIn(ours, theirs), onlyIn(theirs, ours)]).toEqual([[], [...services, "web", "web_secondary"]]);
  });
});

describe("metrics", () => {
  const group = "/subscriptions/s/resourceGroups/rg/providers";
  const endpoint = `${group}/Microsoft.MachineLearningServices/workspaces/mlw/onlineEndpoints/chat`;

  test("Their namespaces are the simulator's types", () => {
    expect(armTypeOf("machinelearningservices:OnlineEndpoint")).toBe(ENDPOINT);
    expect(armTypeOf("machinelearningservices:OnlineDeployment")).toBe(DEPLOYMENT);
  });

  test.each(Object.values(METRICS))("An endpoint and a deployment have %s", (metric) => {
    expect([endpoint, `${endpoint}/deployments/main`].map((id) => metricError(id, metric))).toEqual([undefined, undefined]);
  });

  test("The simulator has additional dimensions of an endpoint's requests, which no alert of Moor uses", () => {
    const [ours, theirs] = [Object.values(ENDPOINT_DIMENSIONS), metricOf(endpoint, METRICS.requestsPerMinute)!.dimensions];
    expect([onlyIn(ours, theirs), onlyIn(theirs, ours)]).toEqual([[], ["deployment", "modelStatusCode"]]);
  });
});
