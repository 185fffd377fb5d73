// Proves with the real engine that names resolve in an adopted network after `up` as they did before, on a stack that adopts workspace,
// registry and network with `dns` at its default; and that a second stack's zones are found in the preview. The local Azure resolves the
// names: see azure-local/arm/resolver.ts for its sources. Doesn't prove custom DNS servers.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { resolveName } from "../../azure-local";
import { acceptances } from "../support/acceptances";
import { unpackHome } from "./fixtures/home";
import { type Change, openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(240_000);

/** Creates the landing zone of this fixture and a stack in it. */
const fixture = path.join(__dirname, "fixtures", "0.1.0");

let sandbox: Sandbox;
beforeAll(async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-home-"));
  unpackHome(path.join(fixture, "home.json.gz"), home);
  sandbox = await openSandbox({}, home);
  fs.rmSync(home, { recursive: true });
});
afterAll(() => sandbox?.close());

const group = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/hub/providers";
const networkId = `${group}/Microsoft.Network/virtualNetworks/spoke`;
const workspaceId = `${group}/Microsoft.MachineLearningServices/workspaces/shared`;
const registryId = `${group}/Microsoft.ContainerRegistry/registries/hubworkspace`;
/** The adopted registries and the storage account allow exports, and replications to other tenants. */
const accepted: Change = [["moor:accept"], acceptances("MOOR425", "MOOR416", "MOOR407")];
const network = { existing: { subnetId: `${networkId}/subnets/endpoints` } };

async function answers(): Promise<Record<string, unknown>> {
  const workspace = (await (await sandbox.arm("GET", workspaceId, "2025-12-01")).json()) as { properties: { workspaceId: string } };
  const names = [
    "hubstorage.blob.core.windows.net",
    "hubstorage.file.core.windows.net",
    "hub-vault.vault.azure.net",
    "hubworkspace.azurecr.io",
    "hubcentral.azurecr.io",
    `${workspace.properties.workspaceId}.workspace.swedencentral.api.azureml.ms`,
  ];
  return Object.fromEntries(names.map((name) => [name, resolveName(sandbox.azure.resources(), networkId, name)]));
}

/** Creates a resource and reads it, which ends the operation. */
async function exists(id: string, body: object): Promise<void> {
  for (const answer of [await sandbox.arm("PUT", id, "2024-06-01", body), await sandbox.arm("GET", id, "2024-06-01")]) {
    expect([id, answer.ok]).toEqual([id, true]);
  }
}

const linksOf = () => sandbox.resources().filter((id) => id.includes("/virtualnetworklinks/"));

test("Blob, vault, registry and api.azureml.ms resolve in the adopted network as before.", async () => {
  const [before, links] = [await answers(), linksOf()];
  expect(new Set(Object.values(before).map((answer) => (answer as { from: string }).from))).toEqual(new Set(["public"]));
  const stackFile = sandbox.edit("dev", [
    accepted,
    [["moor:platform"], { network, workspace: workspaceId, imageRegistry: registryId }],
    // A build would require a private endpoint of the registry.
    [["moor:images", "vllm"], `moor/vllm@sha256:${"ab".repeat(32)}`],
  ]);
  const up = await sandbox.run("up", "dev-on-hub", { stackFile, args: [] });
  expect(up.output).toContain("Callers use the private endpoints that the workspace's owner created");
  expect(up.output).not.toContain("error:");
  expect(up.code).toBe(0);
  expect(linksOf()).toEqual(links);
  expect(await answers()).toEqual(before);
});

test("A zone that another team has linked is found in the preview.", async () => {
  const zone = `${group}/Microsoft.Network/privateDnsZones/privatelink.azurecr.io`;
  await exists(zone, { location: "global" });
  await exists(`${zone}/virtualNetworkLinks/spoke`, { location: "global", properties: { virtualNetwork: { id: networkId } } });
  const stackFile = sandbox.edit("dev", [accepted, [["moor:platform"], { network, workspace: workspaceId }]]);
  const { code, output } = await sandbox.run("preview", "second", { stackFile });
  expect(code).not.toBe(0);
  expect(output).toContain(`network: private DNS zones of the stack can't be linked to ${networkId}`);
  expect(output).toContain("az network private-dns link vnet delete -g hub -z privatelink.azurecr.io -n spoke");
  expect(output).not.toMatch(/unhandled|\bat .*\.ts:\d/);
});
