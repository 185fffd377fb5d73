// Cores by family and region, and the propagation of role assignments. Doesn't test that Azure has free machines: quota doesn't guarantee capacity.
import { coresFor } from "../../../azure-local/arm/quota";
import { VM_SIZES, vmSize } from "../../../azure-local/arm/vmSizes";
import { Caller, type Parsed } from "./client";
import { bodies, buildPlatform, grantEndpoint, paths } from "./platform";
import { but } from "./rejections/rejectedRequest";

const second = paths.deployment.replace("main-1", "main-2");
const third = paths.deployment.replace("main-1", "main-3");
const locations = "/providers/Microsoft.MachineLearningServices/locations";

let caller: Caller;
afterEach(() => caller?.stop());

describe("cores of instances", () => {
  test.each([
    ["Standard_DS3_v2", 10, 48],
    ["Standard_DS3_v2", 1, 8],
    ["Standard_DS3_v2", 5, 24],
    ["Standard_NC4as_T4_v3", 1, 8],
    ["Standard_NC24ads_A100_v4", 1, 24],
    ["Standard_NC24ads_A100_v4", 10, 240],
    ["Standard_ND96isr_H100_v5", 3, 288],
  ])("%s x %i: %i", (name, instances, cores) => {
    expect(coresFor(vmSize(name)!, instances)).toBe(cores);
  });

  test("every size is listed once, and names are case-insensitive", () => {
    expect(VM_SIZES).toHaveLength(79);
    expect(new Set(VM_SIZES.map(({ name }) => name)).size).toBe(VM_SIZES.length);
    expect(vmSize("standard_ds3_V2")).toEqual({
      name: "Standard_DS3_v2",
      family: "DSv2",
      vCpus: 4,
      memoryGiB: 14,
      gpus: 0,
      exempt: false,
    });
  });
});

async function usage(family: string, region = "swedencentral"): Promise<[used: number, limit: number]> {
  const { value } = (await caller.send("GET", `${locations}/${region}/usages`, undefined, "2025-12-01")).body;
  const row = value.find((one: Parsed) => one.name.value === `Standard ${family} Family Cluster Dedicated vCPUs`);
  return [row.currentValue, row.limit];
}

test("usages count cores of deployments by family and region, including failed ones, and -1 means no limit", async () => {
  caller = await Caller.start({ quota: { swedencentral: { NCADSA100v4: 72 } } });
  await buildPlatform(caller);
  expect([await usage("NCADSA100v4"), await usage("NCADSA100v4", "westeurope"), await usage("DSv2")]).toEqual([
    [48, 72],
    [0, -1],
    [0, -1],
  ]);
  const rejected = await caller.outcome(await caller.put(second, bodies(caller).deployment));
  expect(rejected.error).toEqual({
    code: "OutOfQuota",
    message: "Not enough quota available for Standard_NC24ads_A100_v4 in swedencentral. Current usage/limit: 48/72. Cores needed: 48.",
  });
  expect(await usage("NCADSA100v4")).toEqual([96, 72]);
  await caller.outcome(await caller.delete(second));
  await caller.made(second, but(bodies(caller).deployment, "sku/capacity", 1));
  expect(await usage("NCADSA100v4")).toEqual([72, 72]);
});

test("scaling out requires quota too", async () => {
  caller = await Caller.start({ quota: { swedencentral: { NCADSA100v4: 72 } } });
  await buildPlatform(caller);
  const scaled = (capacity: number) => caller.put(paths.deployment, but(bodies(caller).deployment, "sku/capacity", capacity));
  expect((await caller.outcome(await scaled(3))).status).toBe("Succeeded");
  expect((await caller.outcome(await scaled(4))).error.code).toBe("OutOfQuota");
});

test("sizes of a region are listed with their vCPUs, memory and GPUs", async () => {
  caller = await Caller.start();
  const { value } = (await caller.send("GET", `${locations}/swedencentral/vmSizes`, undefined, "2025-12-01")).body;
  expect(value).toHaveLength(VM_SIZES.length);
  expect(value.find(({ name }: Parsed) => name === "Standard_NC48ads_A100_v4")).toMatchObject({
    family: "standardNCADSA100v4Family",
    vCPUs: 48,
    gpus: 2,
    memoryGB: 440,
  });
});

test("a deployment that is created before its role assignments have propagated fails, one created afterwards succeeds", async () => {
  caller = await Caller.start({ rolePropagation: 600 });
  const body = bodies(caller);
  for (const name of ["group", "logs", "insights", "storage", "vault", "registry", "identity"] as const)
    await caller.made(paths[name], body[name]);
  for (const name of ["workspace", "environment", "model", "endpoint"] as const) await caller.made(paths[name], body[name]);
  await grantEndpoint(caller);
  // `grantEndpoint` advances the clock by hours between its two role assignments, so the second one is created again.
  const { principalId } = (await caller.get(paths.identity)).body.properties;
  const assignments = (await caller.get(`${paths.storage}/providers/Microsoft.Authorization/roleAssignments`)).body.value;
  const [{ id, properties }] = assignments.filter((one: Parsed) => one.properties.principalId === principalId);
  await caller.delete(id);
  await caller.put(id, { properties });
  caller.clock.advance(599);
  const early = await caller.outcome(await caller.put(second, body.deployment));
  expect(early.error.code).toBe("BadArgument");
  expect(early.error.message).toContain("startup task failed due to authorization error");
  expect(early.error.message).toContain("Storage Blob Data Reader");
  await caller.delete(id);
  await caller.put(id, { properties });
  caller.clock.advance(600);
  expect((await caller.outcome(await caller.put(third, body.deployment))).status).toBe("Succeeded");
});
