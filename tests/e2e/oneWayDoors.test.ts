// Proves with the real engine that a change through a one-way door is refused before any write, accepted by name, and refused after expiry.
import * as fs from "node:fs";
import * as path from "node:path";
import { doorWays } from "../../rules";
import { acceptancesExcept } from "../support/acceptances";
import { cloneProgram } from "./clone";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(240_000);

let folder: string;
let sandbox: Sandbox;
beforeAll(async () => {
  folder = cloneProgram();
  sandbox = await openSandbox({}, undefined, folder);
});
afterAll(async () => {
  await sandbox?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const others = acceptancesExcept((code) => Object.hasOwn(doorWays, code));

interface Entry {
  readonly code: string;
  readonly resource: string;
}
type Changes = Readonly<Record<string, object | null>>;

/** Runs a program with one resource of each kind. `changes` are merged into the inputs of a resource; `null` removes the resource. */
function run(verb: string, changes: Changes = {}, accept: readonly Entry[] = [], until = "2999-12-31", args: string[] = []) {
  const entries = [...others, ...accept.map((entry) => ({ ...entry, reason: "For this test.", until }))];
  const program = fs.readFileSync(path.join(__dirname, "fixtures", "doors.ts.txt"), "utf8");
  fs.writeFileSync(
    path.join(folder, "index.ts"),
    program.replace('"<changes>"', JSON.stringify(changes)).replace('"<accept>"', JSON.stringify(entries)),
  );
  return sandbox.run(verb, "dev", { args });
}

/** Code and resource of each finding in a report. */
const findings = (output: string): Entry[] => {
  const lines = output.match(/(?<=^ *)MOOR5\d\d \S+ [\w.]+$/gm) ?? [];
  const pairs = new Set(lines.map((line) => line.split(" ").slice(0, 2).join(" ")));
  return [...pairs].sort().map((pair) => ({ code: pair.split(" ")[0]!, resource: pair.split(" ")[1]! }));
};
/** The resource IDs in a workspace's inputs are text, so that the change of a store doesn't hide the change of the workspace. */
const inGroup = (type: string, name: string) =>
  `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/doors/providers/${type}/${name}`;
const identity = (name: string) => inGroup("Microsoft.ManagedIdentity/userAssignedIdentities", name);

/** One change for each door, by resource. */
const inPlace: Changes = {
  workspace: {
    managedNetwork: { isolationMode: "AllowInternetOutbound", managedNetworkKind: "V2", firewallSku: "Basic" },
    identity: { type: "SystemAssigned", userAssignedIdentities: null },
    keyVault: inGroup("Microsoft.KeyVault/vaults", "doorsvault2"),
    containerRegistry: inGroup("Microsoft.ContainerRegistry/registries", "doorsregistry2"),
    applicationInsights: inGroup("Microsoft.Insights/components", "doorsinsights2"),
    encryption: {
      status: "Enabled",
      keyVaultProperties: {
        keyVaultArmId: inGroup("Microsoft.KeyVault/vaults", "doorsvault"),
        keyIdentifier: "https://doorsvault.vault.azure.net/keys/k/0123456789abcdef0123456789abcdef",
      },
    },
    hbiWorkspace: true,
    enableDataIsolation: true,
  },
  endpoint: { identity: { type: "UserAssigned", userAssignedIdentities: [identity("doors-identity2")] } },
  store: { encryption: { keySource: "Microsoft.Storage", requireInfrastructureEncryption: false }, sku: { name: "Standard_ZRS" } },
  blobs: { isVersioningEnabled: false, deleteRetentionPolicy: { enabled: true, days: 7 } },
  vault: { properties: { enablePurgeProtection: null, softDeleteRetentionInDays: 7 } },
  registry: {
    encryption: { status: "enabled" },
    zoneRedundancy: "Disabled",
    policies: { retentionPolicy: { status: "enabled", days: 7 } },
  },
  logs: { retentionInDays: 30 },
};
const replacing: Changes = {
  hns: { isHnsEnabled: true },
  kind: { kind: "BlobStorage" },
  insights: { location: "swedensouth" },
  renamed: { workspaceName: "doors-renamed2" },
};
const removed = inGroup("Microsoft.Storage/storageAccounts", "doorsremoved");
const changes: Changes = { ...inPlace, ...replacing, removed: null, goneVault: {}, goneWorkspace: {} };

const entries = (codesOf: Readonly<Record<string, readonly number[]>>): Entry[] =>
  Object.entries(codesOf).flatMap(([resource, numbers]) => numbers.map((number) => ({ code: `MOOR${number}`, resource })));
const doors = entries({
  workspace: [501, 502, 503, 504, 506, 507, 508, 509, 510, 511],
  endpoint: [505],
  store: [512, 513],
  hns: [514],
  blobs: [515],
  vault: [516, 517],
  registry: [518, 519, 520],
  logs: [521],
  insights: [522],
  renamed: [523],
  kind: [524],
  [removed]: [525],
  goneVault: [527],
  goneWorkspace: [528],
});
const byText = (list: readonly Entry[]) => list.map(({ code, resource }) => `${code} ${resource}`).sort();

test("This test has each door but MOOR526, which risksAndOutputs.test.ts has with a deployment that serves.", () => {
  const codesHere = new Set([...doors.map(({ code }) => code), "MOOR526"]);
  expect([...codesHere].sort()).toEqual(Object.keys(doorWays).sort());
});

test("Without a change, nothing is refused.", async () => {
  expect(await run("up")).toMatchObject({ code: 0 });
  expect(await run("preview", {}, [], undefined, ["--expect-no-changes"])).toMatchObject({ code: 0 });
});

test("The removal of a storage account without containers is no finding.", async () => {
  const { output } = await run("preview", { removed: null });
  expect(findings(output)).toEqual([]);
  // Pulumi protects the resource as before.
  expect(output).toContain("protected");
  const container = await sandbox.arm("PUT", `${removed}/blobServices/default/containers/data`, "2024-01-01", { properties: {} });
  expect(container.status).toBe(201);
});

test("A preview refuses each door in one report, and again after its entry has expired.", async () => {
  for (const [name, type, apiVersion] of [
    ["doorsgone", "Microsoft.KeyVault/vaults", "2024-11-01"],
    ["doors-gone", "Microsoft.MachineLearningServices/workspaces", "2025-12-01"],
  ] as const) {
    const like = type === "Microsoft.KeyVault/vaults" ? "doorsvault" : "doors-workspace";
    const body = (await (await sandbox.arm("GET", inGroup(type, like), apiVersion)).json()) as { properties: object };
    await sandbox.arm("PUT", inGroup(type, name), apiVersion, body);
    await sandbox.arm("GET", inGroup(type, name), apiVersion);
    await sandbox.arm("DELETE", inGroup(type, name), apiVersion);
  }
  const refused = await run("preview", changes);
  expect({ code: refused.code, found: byText(findings(refused.output)) }).toEqual({ code: 1, found: byText(doors) });
  const expired = await run("preview", changes, doors, "2020-01-01");
  expect({ code: expired.code, found: byText(findings(expired.output)) }).toEqual({ code: 1, found: byText(doors) });
  expect(expired.output.match(/The acceptance expired on 2020-01-01: For this test\./g)!.length).toBeGreaterThanOrEqual(doors.length);
});

test("An update without a preview refuses a replacement and a removal before anything is deleted.", async () => {
  const before = sandbox.resources();
  for (const [change, found] of [
    [{ hns: replacing.hns! }, "MOOR514 hns"],
    [{ removed: null }, `MOOR525 ${removed}`],
  ] as const) {
    const { code, output } = await run("up", change);
    expect({ code, found: byText(findings(output)) }).toEqual({ code: 1, found: [found] });
  }
  expect(sandbox.resources()).toEqual(before);
});

test("Entries by name accept each door. An update with an entry removes the protection, and the next one the resource.", async () => {
  const accepted = await run("up", {}, doors);
  expect(accepted).toMatchObject({ code: 0 });
  const { code, output } = await run("preview", changes, doors);
  expect({ code, output }).toMatchObject({ code: 0 });
  const carriedOut = { hns: replacing.hns!, insights: replacing.insights!, logs: inPlace.logs!, removed: null };
  expect(await run("up", carriedOut, doors)).toMatchObject({ code: 0 });
  expect(sandbox.resources().filter((id) => /doors(removed|hns)$/.test(id))).toEqual([
    inGroup("Microsoft.Storage/storageAccounts", "doorshns").toLowerCase(),
  ]);
});
