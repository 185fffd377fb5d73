// Proves with the real engine that the statement of prod is complete, planned and live: each resource, outbound rule and diagnostic setting of
// the local Azure is in one row or in an exception, two runs say the same, planted leaks are findings of --live only, and a refused read is
// named. Doesn't prove that Azure shows what the local Azure shows.

import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "../../cli/local/session";
import { exitCode } from "../../cli/pulumiProcess";
import { type Statement, statementMarkdown } from "../../operations/residency";
import { statementOf } from "./residencySupport";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(300_000);

const stack = "prod";
const stackFile = path.join(root, "Pulumi.prod.yaml");
const now = new Date("2026-11-30T12:00:00Z");

let sandbox: Sandbox;
let created: Statement;
let planned: Statement;
let live: Statement;

beforeAll(async () => {
  sandbox = await openSandbox();
  created = await statementOf(sandbox, stack, { stackFile, live: false, now });
  const { code, output } = await sandbox.run("up", stack);
  expect({ code, output }).toMatchObject({ code: 0 });
  planned = await statementOf(sandbox, stack, { stackFile, live: false, now });
  live = await statementOf(sandbox, stack, { stackFile, live: true, now });
});
afterAll(() => sandbox.close());

async function setFaults(faults: readonly object[]): Promise<void> {
  const { status } = await fetch(`${sandbox.azure.armUrl}/faults`, { method: "PUT", body: JSON.stringify(faults) });
  expect(status).toBe(200);
}

/** How often each ARM ID, in lower case, is the resource or a part of a row. An exception counts if no row has the resource. */
function appearances({ content: { stores, flows, access, exceptions } }: Statement): Map<string, number> {
  const originals = stores.filter(({ copy }) => copy === "original");
  // These flows are further rows of a resource that has a row as a store.
  const own = flows.filter(({ id }) => !/^flow\/(requests|alerts|weights)\//.test(id));
  const ids = [
    ...[...originals, ...own, ...access].map(({ resource }) => resource.armId),
    ...[...originals, ...own].flatMap(({ includes }) => includes.map(({ armId }) => armId)),
  ].flatMap((id) => (id === undefined ? [] : [id.toLowerCase()]));
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const { armId } of exceptions.flatMap(({ resources }) => resources)) {
    if (armId !== undefined && !counts.has(armId.toLowerCase())) counts.set(armId.toLowerCase(), 1);
  }
  return counts;
}

test("Each resource of the local Azure is in exactly one row or in an exception of the live statement", () => {
  const counts = appearances(live);
  // A role can be named by its ID at any scope, so only its GUID is compared.
  const guidOf = (id: string) => id.toLowerCase().split("/").at(-1)!;
  const roles = live.content.access.map(({ roleId = "" }) => guidOf(roleId));
  const ids = sandbox.resources().filter((id) => !(id.includes("/roledefinitions/") && roles.includes(guidOf(id))));
  expect(ids.filter((id) => counts.get(id) !== 1)).toEqual([]);
  expect(ids.length).toBeGreaterThan(100);
  const ofType = (type: string) => ids.filter((id) => id.includes(type)).length;
  expect([ofType("/outboundrules/"), ofType("/diagnosticsettings/")]).toEqual([
    live.content.flows.filter(({ flow }) => flow === "Outbound rule of the managed network").length,
    live.content.flows.filter(({ flow }) => flow === "Diagnostic setting").length,
  ]);
});

test("The planned statement has the same stores and, except for what Azure creates and what the run builds, the same flows", () => {
  const stores = ({ content }: Statement) => content.stores.map(({ id, region, country, outcome }) => [id, region, country, outcome]);
  expect(stores(planned)).toEqual(stores(live));
  const flows = ({ content }: Statement) => content.flows.map(({ id }) => id).filter((id) => !/\/outboundRules\/|\/docker:/.test(id));
  expect(flows(planned)).toEqual(flows(live));
});

test("Before the first update, the statement has the stores, and no unknown value counts as proved", () => {
  const content = (statement: Statement) =>
    statement.content.stores.filter(({ kind }) => kind === "content").map(({ id, region }) => [id, region]);
  expect(content(created)).toEqual(content(planned));
  const unknown = created.content.flows.filter(({ flow }) => flow === "Diagnostic setting");
  expect(new Set(unknown.map(({ outcome }) => outcome))).toEqual(new Set(["unproved"]));
});

test("Without a leak, there are no findings, and only the places of callers and receivers are not proved", () => {
  for (const { content } of [created, planned, live]) expect(content.findings).toEqual([]);
  const rows = [...live.content.stores, ...live.content.flows];
  expect(rows.filter(({ outcome }) => outcome === "violated")).toEqual([]);
  const unproved = rows.filter(({ outcome }) => outcome === "unproved").map(({ id }) => id.split("/")[1]);
  expect(new Set(unproved)).toEqual(new Set(["requests", "alerts"]));
});

test("A second reading has the same digest, and another time", async () => {
  const later = await statementOf(sandbox, stack, { stackFile, live: true, now: new Date("2026-12-01T12:00:00Z") });
  expect(later.header.time).not.toBe(live.header.time);
  expect(later.content).toEqual(live.content);
  expect(later.digest).toBe(live.digest);
});

test("The Markdown form has at most three pages", () => {
  const pages = statementMarkdown(live).length / 5_000;
  expect(pages).toBeLessThan(3.2);
});

describe("With planted leaks", () => {
  const principal = "99999999-0000-4000-8000-000000000001";
  let leaking: Statement;

  beforeAll(async () => {
    const idOf = (pattern: RegExp) => sandbox.azure.resources().find(({ id }) => pattern.test(id))!.id;
    const put = async (id: string, apiVersion: string, body: object) => {
      const { status } = await sandbox.arm("PUT", id, apiVersion, body);
      expect([200, 201]).toContain(status);
    };
    const hub = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/hub";
    await put(hub, "2024-03-01", { location: "eastus" });
    const sink = `${hub}/providers/Microsoft.OperationalInsights/workspaces/central`;
    await put(sink, "2023-09-01", { location: "eastus", properties: {} });
    const endpoint = idOf(/\/onlineEndpoints\/chat-[^/]+$/);
    const logs = [{ category: "AmlOnlineEndpointConsoleLog", enabled: true }];
    await put(`${endpoint}/providers/Microsoft.Insights/diagnosticSettings/central`, "2021-05-01-preview", {
      properties: { workspaceId: sink, logs },
    });
    await put(`${idOf(/\/registries\/[^/]+$/)}/replications/eastus`, "2024-11-01-preview", { location: "eastus" });
    await put(`${endpoint}/providers/Microsoft.Authorization/roleAssignments/99999999-0000-4000-8000-00000000000a`, "2022-04-01", {
      properties: {
        principalId: principal,
        principalType: "ServicePrincipal",
        roleDefinitionId: "/providers/Microsoft.Authorization/roleDefinitions/f6c7c914-8db3-469d-8ca1-694a8f32e121",
      },
    });
    leaking = await statementOf(sandbox, stack, { stackFile, live: true, now });
  });

  test("the live statement has findings for the sink, the replica and the foreign identity, and their rows", () => {
    const { findings, flows, stores, access } = leaking.content;
    const codes = findings.map(({ code, resource }) => `${code} ${resource.split("/").at(-1)}`);
    expect(codes).toEqual(
      expect.arrayContaining(["MOOR401 central", "MOOR404 eastus", "MOOR410 central", "MOOR480 99999999-0000-4000-8000-00000000000a"]),
    );
    expect(flows.filter(({ outcome }) => outcome === "violated").map(({ ends }) => ends)).toEqual([
      [{ place: expect.stringContaining("/workspaces/central"), region: "eastus", country: "US" }],
    ]);
    expect(stores.filter(({ outcome }) => outcome === "violated").map(({ store, country }) => [store, country])).toEqual(
      expect.arrayContaining([
        ["Registry replica", "US"],
        ["Log Analytics workspace", "US"],
      ]),
    );
    expect(access.find((row) => row.principal === principal)).toMatchObject({ can: ["score", "read endpoint keys"], outcome: "violated" });
  });

  test("the planned statement has none of them", async () => {
    const again = await statementOf(sandbox, stack, { stackFile, live: false, now });
    expect(again.content).toEqual(planned.content);
  });

  test("a row whose sink can't be read is not proved, and the statement names the read", async () => {
    await setFaults([
      {
        effect: "refuse",
        method: "GET",
        path: "/subscriptions/*/resourceGroups/hub/providers/Microsoft.OperationalInsights/workspaces/central",
        status: 403,
        code: "AuthorizationFailed",
        message: "The client 'Anna Andersson' with object id 'x' does not have authorization.",
        times: "until cleared",
        strikes: "all",
      },
    ]);
    const statement = await statementOf(sandbox, stack, { stackFile, live: true, now });
    await setFaults([]);
    const { unproved, flows } = statement.content;
    expect(unproved.filter(({ reason }) => reason.startsWith("No permission")).map(({ subject }) => subject.split("/").at(-1))).toEqual([
      "central",
    ]);
    expect(flows.find(({ resource }) => resource.name.endsWith("/diagnosticSettings/central"))).toMatchObject({ outcome: "unproved" });
    expect(JSON.stringify(statement)).not.toContain("Andersson");
  });
});

test("The command writes the statement to a file, and its exit code is 1 because of the leaks", async () => {
  await sandbox.azure.close();
  const output = path.join(sandbox.home, "statement.json");
  const args = ["residency", "-s", stack, "--live", "--local", "--json", "--output", output];
  const child = spawn(process.execPath, [path.join(root, "cli", "run.js"), ...args], {
    cwd: root,
    env: { ...process.env, MOOR_LOCAL_HOME: sandbox.home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  child.stdout!.resume();
  expect({ code: await exitCode(child), errors }).toMatchObject({ code: 1 });
  const statement = JSON.parse(fs.readFileSync(output, "utf8")) as Statement;
  expect(statement.content.subject.lockDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(statement.content.findings.map(({ code }) => code)).toContain("MOOR404");
});
