// Proves what is held against what a stack adopts, how it is said, and that nothing is taken for good that couldn't be read. How a run ends on
// it is tests/e2e's to prove. Doesn't prove that Azure shows its resources in this form, nor that the commands change them.
import * as pulumi from "@pulumi/pulumi";
import { type AdoptedIds, checkAdopted } from "../../../components/workspace/adopted";
import { workspacePrincipal } from "../../../components/workspace/adopted/workspaceRules";
import { type AzureHere, armClient, serveAzure } from "../../azure/fakeArm";
import { record, SUBSCRIPTION } from "../recorder";

const hub = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers`;
const elsewhere = "44444444-4444-4444-8444-444444444444";
const id = {
  workspace: `${hub}/Microsoft.MachineLearningServices/workspaces/shared`,
  imageRegistry: `${hub}/Microsoft.ContainerRegistry/registries/central`,
  logs: `${hub}/Microsoft.OperationalInsights/workspaces/logs`,
  storage: `${hub}/Microsoft.Storage/storageAccounts/shared`,
  vault: `${hub}/Microsoft.KeyVault/vaults/shared`,
  network: `${hub}/Microsoft.Network/virtualNetworks/spoke`,
};
const all: AdoptedIds = { workspace: id.workspace, imageRegistry: id.imageRegistry, logs: id.logs, subnet: `${id.network}/subnets/a` };
const place = { subscriptionId: SUBSCRIPTION, location: "swedencentral", regions: ["swedencentral", "swedensouth"] };
const properties = {
  storageAccount: id.storage,
  keyVault: id.vault,
  publicNetworkAccess: "Disabled",
  managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound" },
  v1LegacyMode: false,
};
const sound = {
  [id.workspace]: { location: "swedencentral", identity: { principalId: "p" }, properties },
  [id.imageRegistry]: { location: "Sweden Central", sku: { name: "Premium" }, properties: { loginServer: "central-e7gg.azurecr.io" } },
  [id.logs]: { location: "swedensouth", properties: {} },
  [id.storage]: { location: "swedencentral", properties: {} },
  [id.vault]: { location: "swedencentral", properties: { networkAcls: { bypass: "AzureServices" } } },
  [id.network]: { location: "swedencentral", properties: {} },
};

let azure: AzureHere;
let warned: string[];
beforeEach(async () => {
  azure = await serveAzure(sound);
  warned = [];
  jest.spyOn(pulumi.log, "warn").mockImplementation(async (message) => void warned.push(message));
  // What ends a program ends this check with the message alone.
  const said = jest.spyOn(pulumi.log, "error").mockResolvedValue(undefined);
  jest.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(code === 32 ? said.mock.lastCall![0] : `exit ${code}`);
  });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await azure.close();
});

/** What has been found, or the message. */
async function check(ids: AdoptedIds = all, where = place): Promise<unknown> {
  const { result } = await record(() => checkAdopted("platform", armClient(), ids, where).catch(({ message }: Error) => message));
  return result;
}

test("What is as needed passes without a word, and the registry's own host name is taken.", async () => {
  expect(await check()).toEqual({ workspace: sound[id.workspace], loginServer: "central-e7gg.azurecr.io", ids: all });
  expect(warned).toEqual([]);
});

test("Only what is adopted is read.", async () => {
  expect(await check({ logs: id.logs })).toEqual({ ids: { logs: id.logs } });
  expect(azure.asked).toEqual([id.logs]);
});

const workspaceWith = (changes: object) => ({ ...sound[id.workspace], properties: { ...properties, ...changes } });

test.each<[string, string, object | number, what: RegExp, fix: RegExp]>([
  [
    "workspace in another region",
    id.workspace,
    { ...sound[id.workspace], location: "westeurope" },
    /It is in westeurope; the stack's region, swedencentral, is needed/,
    /Adopt a workspace of that region/,
  ],
  [
    "workspace that the public reaches",
    id.workspace,
    workspaceWith({ publicNetworkAccess: "Enabled" }),
    /publicNetworkAccess is Enabled; Disabled is needed/,
    /az ml workspace update -g hub -n shared --public-network-access Disabled/,
  ],
  [
    "workspace that says nothing of public access, which is open",
    id.workspace,
    workspaceWith({ publicNetworkAccess: undefined }),
    /publicNetworkAccess is Enabled; Disabled is needed/,
    /--public-network-access Disabled/,
  ],
  [
    "workspace without a managed network",
    id.workspace,
    workspaceWith({ managedNetwork: undefined }),
    /isolationMode is Disabled; AllowOnlyApprovedOutbound is needed/,
    /--managed-network allow_only_approved_outbound; its computes and managed endpoints must be deleted before/,
  ],
  [
    "workspace whose network lets everything out",
    id.workspace,
    workspaceWith({ managedNetwork: { isolationMode: "AllowInternetOutbound" } }),
    /isolationMode is AllowInternetOutbound; AllowOnlyApprovedOutbound is needed/,
    /Adopt another workspace/,
  ],
  [
    "workspace in v1 legacy mode",
    id.workspace,
    workspaceWith({ v1LegacyMode: true }),
    /v1LegacyMode is true; false is needed/,
    /az ml workspace update -g hub -w shared --v1-legacy-mode False/,
  ],
  ["workspace without stores", id.workspace, workspaceWith({ storageAccount: undefined }), /It has no storage account or vault/, /Default/],
  ["workspace that isn't there", id.workspace, 404, /It doesn't exist/, /Correct the id/],
  [
    "registry that takes no private endpoint",
    id.imageRegistry,
    { ...sound[id.imageRegistry], sku: { name: "Standard" } },
    /Its tier is Standard; Premium is needed/,
    /az acr update -n central --sku Premium/,
  ],
  [
    "registry outside the residency",
    id.imageRegistry,
    { ...sound[id.imageRegistry], location: "East US" },
    /It is in eastus, outside the stack's residency; swedencentral or swedensouth is needed/,
    /moor:residency/,
  ],
  ["logs outside the residency", id.logs, { location: "westeurope", properties: {} }, /It is in westeurope, outside/, /moor:residency/],
  [
    "storage outside the residency",
    id.storage,
    { location: "westeurope", properties: {} },
    /It is in westeurope, outside/,
    /moor:residency/,
  ],
  [
    "vault that shuts out Azure's services",
    id.vault,
    { location: "swedencentral", properties: { networkAcls: { bypass: "None" } } },
    /networkAcls.bypass is None; AzureServices is needed/,
    /az keyvault update -n shared --bypass AzureServices/,
  ],
  [
    "network in another region of the residency",
    id.network,
    { location: "swedensouth", properties: {} },
    /It is in swedensouth; swedencentral is needed: a private endpoint is in the region/,
    /privateEndpoints: policy/,
  ],
])("fails on a %s, by its id, with what is needed and how to change it.", async (_, broken, shown, what, fix) => {
  azure.shown[broken] = shown;
  const message = (await check()) as string;
  expect(message.split("\n\n")).toHaveLength(2);
  expect(message).toContain("platform: of what the stack adopts, one thing is not as needed.\n\n");
  const [first, second, third] = message.split("\n\n")[1]!.split("\n");
  expect(first).toBe(broken);
  expect(second).toMatch(what);
  expect(third).toMatch(fix);
});

test("fails on a workspace and a network of another subscription than the stack's.", async () => {
  const message = (await check(all, { ...place, subscriptionId: elsewhere })) as string;
  expect(message).toContain(`It is in the subscription ${SUBSCRIPTION}; the stack's, ${elsewhere}, is needed`);
  expect(message).toContain(`Fix: pulumi config set azure-native:subscriptionId ${SUBSCRIPTION}`);
  expect(message).toContain(`It is in the subscription ${SUBSCRIPTION}; ${elsewhere} is needed: a private endpoint is in the region`);
});

test("Everything that is wrong is in one message.", async () => {
  azure.shown[id.workspace] = workspaceWith({ publicNetworkAccess: "Enabled", v1LegacyMode: true });
  azure.shown[id.logs] = 404;
  azure.shown[id.network] = { location: "westeurope", properties: {} };
  const message = (await check()) as string;
  expect(message).toContain("4 things are not as needed");
  expect(message.split("\n\n").map((block) => block.split("\n")[0])).toEqual([
    "platform: of what the stack adopts, 4 things are not as needed.",
    id.workspace,
    id.workspace,
    id.logs,
    id.network,
  ]);
});

test("What can't be read is warned of and passes; a workspace that can't be read doesn't.", async () => {
  azure.shown[id.logs] = 403;
  azure.shown[id.imageRegistry] = 403;
  expect(await check()).toEqual({ workspace: sound[id.workspace], loginServer: undefined, ids: all });
  expect(warned.map((message) => message.split(" can't")[0])).toEqual([id.imageRegistry, id.logs]);
  azure.shown[id.workspace] = 403;
  expect(await check({ workspace: id.workspace })).toBe(`platform: without Reader on ${id.workspace} it can't be adopted.`);
});

test("A workspace with high business impact is warned of.", async () => {
  azure.shown[id.workspace] = workspaceWith({ hbiWorkspace: true });
  await check();
  expect(warned).toEqual([expect.stringMatching(/workspaces\/shared has hbiWorkspace on, which can't be changed/)]);
});

test("An answer that is neither is the run's error.", async () => {
  azure.shown[id.logs] = 500;
  expect(await check()).toMatch(/^What the stack adopts can't be read: Azure answered 500 500 to GET .*\/workspaces\/logs/);
});

test("A workspace acts by its own identity, or by the primary one of those assigned to it.", () => {
  const assigned = { [`${hub}/X/A`]: { principalId: "a" }, [`${hub}/X/B`]: { principalId: "b" } };
  const of = (identity: object, more: object = {}) => workspacePrincipal({ location: "x", identity, properties: more });
  expect(of({ principalId: "own", userAssignedIdentities: assigned })).toBe("own");
  expect(of({ userAssignedIdentities: assigned }, { primaryUserAssignedIdentity: `${hub}/x/b` })).toBe("b");
  expect(of({ principalId: "", userAssignedIdentities: assigned })).toBe("a");
});
