// Proves with the real engine that a stack can be deployed in a landing zone without later changes. The landing zone denies what Azure
// Landing Zones deny by default, and its policies add tags. Doesn't prove that a real landing zone has no other policies; the policies of
// the local Azure name their sources.
import { acceptances } from "../support/acceptances";
import { quick } from "./quick";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = quick(await openSandbox({ arm: { policies: { deny: ["landing-zone"], addTags: { "cost-centre": "4711" } } } }));
});
afterAll(() => sandbox.close());

/** A landing zone allows secrets that are valid for at most 90 days. */
const inSixtyDays = new Date(Date.now() + 60 * 24 * 3600 * 1000).toISOString().slice(0, 10);
const policyTags = ["cost-centre", "CreatedBy"];
const settings = (owner: string) =>
  sandbox.edit("dev", [
    // A webhook is in no known place.
    [["moor:accept"], acceptances("MOOR425", "MOOR420")],
    [["moor:platform", "policyTags"], policyTags],
    [["moor:platform", "tags", "owner"], owner],
    [["moor:platform", "alerts"], { emails: ["ml-platform@example.com"] }],
    [["moor:alertWebhook"], { secure: "v1:only:TheRealStackDecryptsThis" }],
    [["moor:huggingFaceToken"], { secure: "v1:only:TheRealStackDecryptsThisToo" }],
    [["moor:huggingFaceTokenExpires"], inSixtyDays],
  ]);

interface Shown {
  readonly tags?: Readonly<Record<string, string>>;
}

/** API versions to read and tag each type. */
const versions: readonly [type: RegExp, apiVersion: string][] = [
  [/^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+$/, "2024-03-01"],
  [/\/microsoft\.machinelearningservices\/workspaces\/[^/]+(\/onlineendpoints\/[^/]+(\/deployments\/[^/]+)?)?$/, "2025-12-01"],
  [/\/storageaccounts\/[^/]+$/, "2024-01-01"],
  [/\/(virtualnetworks|networksecuritygroups|privateendpoints)\/[^/]+$/, "2024-05-01"],
  [/\/privatednszones\/[^/]+$/, "2024-06-01"],
];
const versionOf = (id: string) => versions.find(([type]) => type.test(id))?.[1];

/** The resources of these types, in the stack's group. */
const taggable = () => sandbox.resources().filter((id) => versionOf(id) !== undefined && id.includes("/moor-dev-swedencentral"));

async function tagsOf(id: string): Promise<Shown["tags"]> {
  return ((await (await sandbox.arm("GET", id, versionOf(id)!)).json()) as Shown).tags;
}

/** Resources without a tag or with another value of it. */
async function without(name: string, value: string): Promise<string[]> {
  const ids = taggable();
  expect(ids.length).toBeGreaterThan(15);
  const tags = await Promise.all(ids.map(tagsOf));
  return ids.filter((_, index) => tags[index]?.[name] !== value);
}

test("the stack comes up where a subnet without a network security group and a secret without content type or expiry are denied", async () => {
  const { code, output } = await sandbox.run("up", "dev", { stackFile: settings("ml") });
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Resources:\n {4}\+ \d+ created\n/) });
  expect(sandbox.requests().filter(({ status }) => status === 403)).toEqual([]);
  expect(sandbox.requests().filter(({ method, path }) => method === "PUT" && /\/vaults\/[^/]+\/secrets\//.test(path))).toHaveLength(1);
  expect(await without("cost-centre", "4711")).toEqual([]);
});

test("the webhook of alerts reaches Azure, and stands in plain text neither in the state nor in an output", async () => {
  const [group] = sandbox.requests().filter(({ method, path }) => method === "PUT" && /\/actionGroups\//i.test(path));
  const { properties } = group!.body as { properties: { webhookReceivers: readonly { readonly serviceUri: string }[] } };
  // The stand-in for the secret of the real stack.
  const webhook = properties.webhookReceivers[0]!.serviceUri;
  expect(webhook).toMatch(/^https:\/\/stand-in-for-a-secret-of-the-real-stack-[0-9a-f]{8}\.example\.com$/);
  const state = await sandbox.pulumiQuietly(["stack", "export", "--stack", "dev"]);
  const outputs = await sandbox.pulumiQuietly(["stack", "output", "--json", "--show-secrets", "--stack", "dev"]);
  const { output } = await sandbox.run("preview", "dev", { stackFile: settings("ml"), args: ["--diff", "--show-sames"] });
  expect([state, outputs, output].filter((text) => text.includes("stand-in-for-a-secret"))).toEqual([]);
  expect(await sandbox.pulumiQuietly(["stack", "export", "--show-secrets", "--stack", "dev"])).toContain(webhook);
});

test("a tag that a policy adds later is no change to refresh and preview, and stays where something else changes", async () => {
  for (const id of taggable()) {
    const patched = await sandbox.arm("PATCH", id, versionOf(id)!, { tags: { ...(await tagsOf(id)), CreatedBy: "landing-zone" } });
    expect([id, patched.ok]).toEqual([id, true]);
    // Until the operation is read, child resources can't be written.
    await tagsOf(id);
  }
  expect(await without("CreatedBy", "landing-zone")).toEqual([]);
  const unchanged = { stackFile: settings("ml"), args: ["--expect-no-changes", "--diff"] };
  for (const verb of ["preview", "refresh", "preview", "refresh"]) {
    const { code, output } = await sandbox.run(verb, "dev", unchanged);
    expect({ verb, code, output }).toEqual({ verb, code: 0, output: expect.any(String) });
  }
  const { code, output } = await sandbox.run("up", "dev", { stackFile: settings("another-team") });
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Resources:\n {4}~ \d+ updated\n/) });
  expect(await without("owner", "another-team")).toEqual([]);
  expect(await without("CreatedBy", "landing-zone")).toEqual([]);
  expect(await without("cost-centre", "4711")).toEqual([]);
  const again = { stackFile: settings("another-team"), args: ["--expect-no-changes", "--diff"] };
  for (const verb of ["preview", "refresh"]) expect(await sandbox.run(verb, "dev", again)).toMatchObject({ code: 0 });
});
