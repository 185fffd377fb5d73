// Proves that an observation of a resource group contains every resource that the local Azure has, with settings, role assignments and the
// targets of references, and that a refused request is listed instead of hidden. Doesn't prove that Azure returns the same: the local Azure
// names its sources.

// Before Pulumi's runtime, which reads the folder on load.
import "../rootDirectory";

import { ArmClient } from "../../../azure/arm";
import { clouds } from "../../../azure/clouds";
import { observe } from "../../../components/live";
import { SECRET } from "../../../rules";
import { Caller, fastClock } from "../../azure-local/arm/client";
import { bodies, buildPlatform, grant, paths, ROLE_NAMES } from "../../azure-local/arm/platform";

let caller: Caller;
let azure: ArmClient;

beforeEach(async () => {
  caller = await Caller.start({ clock: fastClock() });
  await buildPlatform(caller);
  azure = new ArmClient({ credential: async () => "t", cloud: clouds.AzureCloud, endpoint: caller.arm.url, pollSeconds: 0.01 });
});
afterEach(() => caller.stop());

const sorted = (ids: Iterable<string>) => [...ids].map((id) => id.toLowerCase()).sort();
const group = () => caller.id(paths.group);

/** Creates a log workspace in another group and region. */
async function foreignLogs(): Promise<string> {
  await caller.made("/resourceGroups/hub", { location: "eastus" });
  const id = "/resourceGroups/hub/providers/Microsoft.OperationalInsights/workspaces/central";
  await caller.send("PUT", id, { location: "eastus", properties: { replication: { enabled: true, location: "westus" } } }, "2025-02-01");
  return caller.id(id);
}

test("A resource group is read with everything in it, and nothing is unread", async () => {
  const { resources, unread } = await observe(azure, [group()]);
  const read = new Set(sorted(resources.map(({ id }) => id!)));
  expect(unread).toEqual([]);
  expect(sorted(caller.arm.everything().map(({ id }) => id as string)).filter((id) => !read.has(id))).toEqual([]);
  expect(resources.every(({ from, apiVersion }) => from === "observed" && apiVersion !== undefined)).toBe(true);
});

test("What only other reads show: data boundary, role definitions, outbound rules of the service", async () => {
  const { resources } = await observe(azure, [group()]);
  const count = (type: string) => resources.filter((one) => one.type === type).length;
  expect(count("Microsoft.Resources/dataBoundaries")).toBe(1);
  expect(count("Microsoft.Authorization/roleDefinitions")).toBe(2);
  expect(count("Microsoft.Authorization/roleAssignments")).toBe(2);
  expect(count("Microsoft.MachineLearningServices/workspaces/outboundRules")).toBeGreaterThan(8);
});

test("Secrets and names of persons that Azure returns are not in the result", async () => {
  const { resources } = await observe(azure, [group()]);
  const insights = resources.find(({ type }) => type === "Microsoft.Insights/components")!;
  expect(insights.body.properties).toMatchObject({ ConnectionString: SECRET, InstrumentationKey: SECRET });
  expect(resources.filter(({ body }) => "systemData" in body)).toEqual([]);
});

test("A sink elsewhere is read with its replication; a reference that doesn't exist is unread", async () => {
  const central = await foreignLogs();
  const setting = `${paths.endpoint}/providers/Microsoft.Insights/diagnosticSettings/central`;
  const logs = [{ category: "AmlOnlineEndpointConsoleLog", enabled: true }];
  await caller.made(setting, { properties: { workspaceId: central, logs } });
  const { resources, unread } = await observe(azure, [group()], (id) => (id.endsWith("/central") ? "central" : undefined));
  expect(resources.find(({ id }) => id === caller.id(setting))).toMatchObject({ name: "central" });
  expect(resources.find(({ id }) => id === central)).toMatchObject({
    name: "central",
    apiVersion: "2025-02-01",
    body: { location: "eastus", properties: { replication: { enabled: true, location: "westus" } } },
  });
  expect(unread).toEqual([]);
  await caller.outcome(await caller.delete(central));
  const after = await observe(azure, [group()]);
  expect(after.unread).toEqual([{ id: central, reason: "It doesn't exist (Azure returned 404 ResourceNotFound)." }]);
});

test("Planted copies and receivers: replica, connected registry, object replication, data export, webhook, event subscription", async () => {
  const planted: Readonly<Record<string, [body: object, apiVersion: string]>> = {
    [`${paths.registry}/replications/eastus`]: [{ location: "eastus" }, "2024-11-01-preview"],
    [`${paths.registry}/webhooks/hook1`]: [
      { location: "swedencentral", properties: { serviceUri: "https://example.org/", actions: ["push"] } },
      "2025-11-01",
    ],
    [`${paths.storage}/objectReplicationPolicies/default`]: [
      { properties: { sourceAccount: caller.id(paths.storage), destinationAccount: caller.id(paths.storage) } },
      "2024-01-01",
    ],
    [`${paths.logs}/dataExports/export`]: [
      { properties: { tableNames: ["AzureDiagnostics"], destination: { resourceId: caller.id(paths.storage) } } },
      "2023-09-01",
    ],
    [`${paths.storage}/providers/Microsoft.EventGrid/eventSubscriptions/events`]: [
      { properties: { destination: { endpointType: "WebHook", properties: { endpointUrl: "https://example.org/" } } } },
      "2025-02-15",
    ],
  };
  for (const [id, [body, apiVersion]] of Object.entries(planted)) {
    const { status, body: answer } = await caller.send("PUT", id, body, apiVersion);
    expect([id, status, answer.error]).toEqual([id, 201, undefined]);
  }
  const { resources } = await observe(azure, [group()]);
  const read = sorted(resources.map(({ id }) => id!));
  expect(read).toEqual(expect.arrayContaining(sorted(Object.keys(planted).map((id) => caller.id(id)))));
});

test("Role assignments above a resource and below it are read", async () => {
  const principal = "99999999-0000-4000-8000-000000000001";
  const owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
  await caller.made(...grant(caller, paths.group, "11111111-0000-4000-8000-000000000009", owner, principal));
  const { resources } = await observe(azure, [caller.id(paths.storage)]);
  const assignments = resources
    .filter(({ type }) => type === "Microsoft.Authorization/roleAssignments")
    .map(({ id }) => id!.split("/").at(-1));
  expect(assignments.sort()).toEqual([ROLE_NAMES.read, "11111111-0000-4000-8000-000000000009"]);
});

test("Without rights, the refused reads are listed without the name of the caller, and the rest is read", async () => {
  caller.arm.setFaults([
    {
      effect: "refuse",
      type: "Microsoft.Authorization/roleAssignments",
      status: 403,
      code: "AuthorizationFailed",
      message: "The client 'Anna Andersson' does not have authorization.",
      times: "until cleared",
      strikes: "all",
    },
  ]);
  const { resources, unread } = await observe(azure, [group()]);
  expect(unread).toEqual([
    {
      id: `${group()}/providers/Microsoft.Authorization/roleAssignments`,
      reason: "No permission (Azure returned 403 AuthorizationFailed). Assign the role Reader at this scope to the identity of this run.",
    },
  ]);
  expect(resources.length).toBeGreaterThan(20);
});

test("A type that the program doesn't know is read by the version that its provider has registered", async () => {
  const id = `${paths.group}/providers/Microsoft.Portal/dashboards/board`;
  await caller.send("PUT", id, { location: "eastus", properties: {} }, "2022-12-01-preview");
  const { resources } = await observe(azure, [group()]);
  expect(resources.find((one) => one.id === caller.id(id))).toMatchObject({ body: { location: "eastus" } });
});

test("Deleted vaults and log workspaces of the group are read, with their location", async () => {
  await caller.made("/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/vault02", bodies(caller).vault);
  await caller.outcome(await caller.delete("/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/vault02"));
  await caller.made("/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/logs2", bodies(caller).logs);
  await caller.outcome(await caller.delete("/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/logs2"));
  const { resources } = await observe(azure, [group()]);
  const deleted = resources.filter(({ type }) => /deleted/.test(type)).map(({ type, body }) => [type, body.location]);
  expect(deleted).toEqual([
    ["Microsoft.KeyVault/deletedVaults", "swedencentral"],
    ["Microsoft.OperationalInsights/deletedWorkspaces", "swedencentral"],
  ]);
});
