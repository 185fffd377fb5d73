// Proves on the local Azure that a statement contains each resource once, that planted leaks are findings in the row that they belong to, and
// that the document matches its schema. Doesn't prove the rules themselves: tests/rules does.

// Before Pulumi's runtime, which reads the folder on load.
import "../../components/rootDirectory";

import * as fs from "node:fs";
import * as path from "node:path";
import { Ajv2020 } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { builtInPowers } from "../../../facts/roleAccess";
import { contentOf } from "../../../operations/residency/content";
import { type Content, complete, digestOf, statementJson } from "../../../operations/residency/document";
import { statementMarkdown } from "../../../operations/residency/markdown";
import type { Body, RuleResource } from "../../../rules";
import { Caller, fastClock } from "../../azure-local/arm/client";
import { buildPlatform, grant, paths } from "../../azure-local/arm/platform";
import { inputOf, liveContent } from "./statement";

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
    ...flows.filter(({ id }) => !/^flow\/(requests|alerts|weights)\//.test(id)),
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

  test("a webhook, whose address Azure doesn't return, is not proved", async () => {
    const id = `${paths.registry}/webhooks/hook1x`;
    const properties = { serviceUri: "https://evil.example.com", actions: ["push"] };
    const [, { flows, unproved }] = await added(id, { location: "swedencentral", properties }, "2024-11-01-preview");
    expect(flows.find(({ flow }) => flow === "Webhook of the registry")).toMatchObject({
      outcome: "unproved",
      ends: [{ place: "not known" }],
    });
    expect(unproved.map(({ reason }) => reason)).toContain("Events of images are sent to an address that Azure doesn't return.");
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

describe("The Markdown form", () => {
  const part = (text: string, heading: string) => text.split(`\n## ${heading}\n`)[1]!.split("\n## ")[0]!;

  test("counts findings by what they are about, names resources completely with the fix, and has no validity with findings", async () => {
    const content = await liveContent(caller, { acceptances: [] });
    const { validUntil: _, ...withFindings } = header;
    const text = statementMarkdown(complete(withFindings, content));
    const [, all, locations, others] =
      /\*\*(\d+) findings\*\* \((\d+) about locations, (\d+) about public access, authentication and roles\)/.exec(part(text, "Result"))!;
    expect(Number(locations) + Number(others)).toBe(Number(all));
    expect(content.findings.length).toBe(Number(all));
    expect(text).toContain("not valid: it has findings");
    const [{ resource, remedy } = { resource: "", remedy: "" }] = content.findings;
    expect(part(text, "Findings")).toContain(`| ${resource} |`);
    expect(part(text, "Findings")).toContain(`| ${remedy} |`);
  });

  test("the number of entries that are not proved is that of the rows", async () => {
    const text = statementMarkdown(complete(header, await liveContent(caller)));
    const rows = part(text, "Not proved").match(/^\| /gm)!.length - 2;
    expect(part(text, "Result")).toContain(`"Not proved" lists ${rows} entries.`);
  });

  test("a deployment that the next update skips is named in the result and as not proved", async () => {
    const skipped = [{ name: "chat/main", reason: "Its weights are not staged." }];
    const text = statementMarkdown(complete(header, await liveContent(caller, { skipped })));
    expect(part(text, "Result")).toContain("**Not in this statement:** Deployment chat/main.");
    expect(part(text, "Not proved")).toContain("| Deployment chat/main | The statement doesn't describe it as the stack file declares it.");
  });

  test("a role that is known only during the update is not proved", async () => {
    const content = await liveContent(caller);
    const [row] = content.access;
    const { roleId: _, ...unknown } = { ...row!, can: [], outcome: "unproved" as const, inherited: false };
    const text = statementMarkdown(complete(header, { ...content, access: [unknown, unknown] }));
    expect(part(text, "Access")).toContain("2 role assignments are not proved: the role is known only during the update.");
    expect(part(text, "Access")).not.toContain("give no access");
  });
});

test("Requests are not proved, because no property shows where callers are", async () => {
  const { flows } = await liveContent(caller);
  expect(flows.find(({ id }) => id.startsWith("flow/requests/"))).toMatchObject({
    outcome: expect.stringMatching(/^(unproved|violated)$/),
    unproved: "No property shows the location of the callers.",
  });
});

test("Weights of a deployment have a row with the registered model and its description", () => {
  const workspace = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/w";
  const observed = (id: string, type: string, body: Body): RuleResource => ({ type, apiVersion: "", name: id, id, from: "observed", body });
  const model = `${workspace}/models/qwen/versions/1`;
  const ml = "Microsoft.MachineLearningServices/workspaces";
  const endpoint = `${workspace}/onlineEndpoints/chat`;
  const { flows } = contentOf(
    inputOf([
      observed(workspace, ml, { location: "swedencentral" }),
      observed(model, `${ml}/models/versions`, { properties: { description: "Qwen/Qwen3-0.6B at abc" } }),
      observed(endpoint, `${ml}/onlineEndpoints`, { location: "swedencentral" }),
      observed(`${endpoint}/deployments/main`, `${ml}/onlineEndpoints/deployments`, { location: "swedencentral", properties: { model } }),
    ]),
  );
  expect(flows.find(({ flow }) => flow === "Weights of a deployment")).toMatchObject({
    ends: [{ place: expect.stringMatching(/: Qwen\/Qwen3-0.6B at abc$/), region: "swedencentral", country: "SE" }],
    outcome: "proved",
  });
});

test("Roles that can write say so", () => {
  expect(builtInPowers["Key Vault Administrator"]).toEqual(["read secrets", "change secrets"]);
  expect(builtInPowers["Storage Blob Data Contributor"]).toEqual(["read stored data", "change stored data"]);
});
