// Proves on the local Azure that a statement contains each resource once, that planted leaks are findings in the row that they belong to, and
// that the document matches its schema. Doesn't prove the rules themselves: tests/rules does.

// Before Pulumi's runtime, which reads the folder on load.
import "../../components/rootDirectory";

import * as fs from "node:fs";
import * as path from "node:path";
import { Ajv2020 } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { type Content, complete, digestOf, statementJson } from "../../../operations/residency/document";
import { statementMarkdown } from "../../../operations/residency/markdown";
import { Caller, fastClock } from "../../azure-local/arm/client";
import { buildPlatform, grant, paths } from "../../azure-local/arm/platform";
import { liveContent } from "./statement";

let caller: Caller;

beforeAll(async () => {
  caller = await Caller.start({ clock: fastClock() });
  await buildPlatform(caller);
});
afterAll(() => caller.stop());

const header = { time: "2026-11-30T12:00:00.000Z", validUntil: "2027-02-28", versions: { moor: "0.1.0", pulumi: "v3", azureNative: "3" } };

/** The ARM IDs of all rows, in lower case: how often each is the resource of a row, and where it is a part. */
function appearances({ stores, flows, access, exceptions }: Content): Map<string, number> {
  const rows = [
    ...stores.filter(({ copy }) => copy === "original"),
    ...flows.filter(({ id }) => !/^flow\/(requests|alerts)\//.test(id)),
    ...access,
  ];
  const ids = [
    ...rows.map(({ resource }) => resource.armId),
    ...[...stores, ...flows].flatMap(({ includes }) => includes.map(({ armId }) => armId)),
  ];
  const counts = new Map<string, number>();
  for (const id of ids) if (id !== undefined) counts.set(id.toLowerCase(), (counts.get(id.toLowerCase()) ?? 0) + 1);
  for (const { armId = "" } of exceptions.flatMap(({ resources }) => resources)) {
    if (!counts.has(armId.toLowerCase())) counts.set(armId.toLowerCase(), 1);
  }
  return counts;
}

test("Each resource of the local Azure is in exactly one row or in an exception", async () => {
  const counts = appearances(await liveContent(caller));
  const ids = caller.arm.everything().map(({ id }) => (id as string).toLowerCase());
  expect(ids.filter((id) => counts.get(id) !== 1)).toEqual([]);
  expect(ids.length).toBeGreaterThan(30);
});

test("Each row has an identifier of its own", async () => {
  const { stores, flows, keys, access, exposure, exceptions, unproved, findings } = await liveContent(caller);
  const ids = [stores, flows, keys, access, exposure, exceptions, unproved, findings].flatMap((rows) => rows.map(({ id }) => id));
  expect(ids.length - new Set(ids).size).toBe(0);
});

test("Two readings have the same digest; a changed property changes it", async () => {
  const [one, other] = [await liveContent(caller), await liveContent(caller)];
  expect(digestOf(other)).toBe(digestOf(one));
  const registry = (await caller.get(paths.registry)).body;
  await caller.made(paths.registry, { ...registry, properties: { ...registry.properties, adminUserEnabled: true } });
  expect(digestOf(await liveContent(caller))).not.toBe(digestOf(one));
  await caller.made(paths.registry, { ...registry, properties: { ...registry.properties, adminUserEnabled: false } });
});

test("The document matches its schema", async () => {
  const schema = JSON.parse(fs.readFileSync(path.join(__dirname, "../../../operations/residency/statement.schema.json"), "utf8"));
  const ajv = new Ajv2020({ strict: true });
  addFormats(ajv);
  const validate = ajv.compile(schema);
  const statement = JSON.parse(statementJson(complete(header, await liveContent(caller))));
  expect([validate(statement), validate.errors]).toEqual([true, null]);
  expect(validate({ ...statement, digest: "none" })).toBe(false);
});

test("A vault and a registry have a row for the copy in the paired region, with its country", async () => {
  const sweden = await liveContent(caller);
  const copies = ({ stores }: Content) =>
    stores
      .filter(({ copy }) => copy !== "original")
      .map(({ store, region, country, basis, outcome }) => [store, region, country, basis, outcome]);
  expect(copies(sweden)).toEqual([
    ["Container registry", "swedensouth", "SE", "documentation", "documented"],
    ["Key vault", "swedensouth", "SE", "documentation", "documented"],
  ]);
  const narrow = { home: "swedencentral", regions: ["swedencentral"], declared: { regions: ["swedencentral"] }, principals: [] } as const;
  expect(copies(await liveContent(caller, { contract: narrow })).map((row) => row.at(-1))).toEqual(["violated", "violated"]);
});

describe("A leak that someone plants", () => {
  const findingsAt = ({ findings }: Content) => findings.map(({ code, resource }) => `${code} ${resource.split("/").at(-1)}`);
  let before: string[];

  beforeAll(async () => {
    before = findingsAt(await liveContent(caller));
  });

  /** The findings that a written resource adds. The resource is removed again. */
  async function added(id: string, body: object, apiVersion: string): Promise<[string[], Content]> {
    const { status } = await caller.send("PUT", id, body, apiVersion);
    expect([200, 201]).toContain(status);
    const content = await liveContent(caller);
    await caller.outcome(await caller.send("DELETE", id, undefined, apiVersion));
    return [findingsAt(content).filter((one) => !before.includes(one)), content];
  }

  test("a sink in another region", async () => {
    await caller.made("/resourceGroups/hub", { location: "eastus" });
    const sink = "/resourceGroups/hub/providers/Microsoft.OperationalInsights/workspaces/central";
    await caller.made(sink, { location: "eastus", properties: {} });
    const setting = `${paths.endpoint}/providers/Microsoft.Insights/diagnosticSettings/central`;
    const logs = [{ category: "AmlOnlineEndpointConsoleLog", enabled: true }];
    const [findings, { flows, stores }] = await added(
      setting,
      { properties: { workspaceId: caller.id(sink), logs } },
      "2021-05-01-preview",
    );
    expect(findings).toEqual(expect.arrayContaining(["MOOR410 central", "MOOR401 central"]));
    expect(flows.find(({ resource }) => resource.armId === caller.id(setting))).toMatchObject({
      outcome: "violated",
      ends: [{ region: "eastus", country: "US" }],
    });
    expect(stores.find(({ resource }) => resource.armId === caller.id(sink))).toMatchObject({
      region: "eastus",
      country: "US",
      outcome: "violated",
    });
  });

  test("a replica of the registry", async () => {
    const [findings, { stores }] = await added(`${paths.registry}/replications/eastus`, { location: "eastus" }, "2024-11-01-preview");
    expect(findings).toEqual(expect.arrayContaining(["MOOR404 eastus"]));
    expect(stores.find(({ store }) => store === "Registry replica")).toMatchObject({
      region: "eastus",
      country: "US",
      outcome: "violated",
    });
  });

  test("a foreign identity that can score", async () => {
    const principal = "99999999-0000-4000-8000-000000000001";
    const scientist = "f6c7c914-8db3-469d-8ca1-694a8f32e121";
    const [id, body] = grant(caller, paths.endpoint, "11111111-0000-4000-8000-000000000009", scientist, principal);
    const [findings, { access }] = await added(id, body as object, "2022-04-01");
    expect(findings).toEqual(["MOOR480 11111111-0000-4000-8000-000000000009"]);
    expect(access.find((row) => row.principal === principal)).toMatchObject({
      role: "AzureML Data Scientist",
      can: ["score", "read endpoint keys"],
      inherited: false,
      outcome: "violated",
    });
  });

  test("an owner of the subscription is shown as inherited", async () => {
    const owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
    const [id, body] = grant(caller, "", "11111111-0000-4000-8000-000000000008", owner, "99999999-0000-4000-8000-000000000002");
    const [, { access }] = await added(id, body as object, "2022-04-01");
    expect(access.find(({ role }) => role === "Owner")).toMatchObject({
      inherited: true,
      can: expect.arrayContaining(["score", "grant roles"]),
    });
  });
});

test("Without rights, the statement names the read, and the row is not proved", async () => {
  caller.arm.setFaults([
    {
      effect: "refuse",
      type: "Microsoft.OperationalInsights/workspaces",
      status: 403,
      code: "AuthorizationFailed",
      times: "until cleared",
      strikes: "all",
    },
  ]);
  const content = await liveContent(caller).finally(() => caller.arm.setFaults([]));
  expect(content.unproved).toContainEqual({
    id: `unproved/unread${caller.id(paths.logs)}`,
    subject: caller.id(paths.logs),
    reason: "No permission (Azure returned 403 AuthorizationFailed). Assign the role Reader at this scope to the identity of this run.",
  });
  expect(content.stores.find(({ resource }) => resource.armId === caller.id(paths.logs))?.outcome).not.toBe("proved");
});

test("The Markdown form has the headings of the statement in their order, and no row of the JSON form is lost in the counts", async () => {
  const content = await liveContent(caller);
  const text = statementMarkdown(complete(header, content));
  expect(text.match(/^## .*$/gm)).toEqual([
    "## Subject",
    "## Declared residency",
    "## Parties",
    "## Result",
    ...(content.findings.length > 0 ? ["## Findings"] : []),
    "## Stores",
    "## Flows",
    "## Keys",
    "## Access",
    "## Exceptions",
    "## Not proved",
    "## Policy results",
    "## State of the stack",
    "## Method and limits",
    "## Signature",
  ]);
  expect(text).toContain(`Of ${content.stores.length + content.flows.length} stores and flows,`);
});
