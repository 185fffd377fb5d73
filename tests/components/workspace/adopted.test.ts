// Proves what is held against what a stack adopts, how it is said, and that nothing is taken for good that couldn't be read. How a run ends
// on it is tests/e2e's to prove. Doesn't prove that Azure shows its resources in this form, nor that the commands change them.
import * as pulumi from "@pulumi/pulumi";
import { type AdoptedIds, checkAdopted, type GivenRequirements } from "../../../components/workspace/adopted";
import { workspacePrincipal } from "../../../components/workspace/adopted/workspaceRules";
import { armClient, type FakeAzure, serveAzure } from "../../azure/fakeArm";
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
  insights: `${hub}/Microsoft.Insights/components/shared`,
  insightsLogs: `${hub}/Microsoft.OperationalInsights/workspaces/traces`,
};
const subnet = `${id.network}/subnets/a`;
const rules = `${id.workspace}/outboundRules`;
const replications = `${id.imageRegistry}/replications`;
const all: AdoptedIds = { workspace: id.workspace, imageRegistry: id.imageRegistry, logs: id.logs, subnet };
const endpoint = (name: string, addresses: number) => ({ id: `${hub}/Microsoft.Network/privateEndpoints/${name}`, addresses });
const place: GivenRequirements = {
  subscriptionId: SUBSCRIPTION,
  location: "swedencentral",
  regions: ["swedencentral", "swedensouth"],
  vaultSecrets: true,
  registryTasks: false,
  endpoints: [endpoint("blob", 1), endpoint("registry", 2), { addresses: 4 }],
};
const properties = {
  storageAccount: id.storage,
  keyVault: id.vault,
  publicNetworkAccess: "Disabled",
  managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound" },
  v1LegacyMode: false,
  applicationInsights: id.insights,
  systemDatastoresAuthMode: "Identity",
};
const closed = { publicNetworkAccess: "Disabled" };
const sound = {
  [id.workspace]: { location: "swedencentral", identity: { principalId: "p" }, properties },
  [id.imageRegistry]: {
    location: "Sweden Central",
    sku: { name: "Premium" },
    properties: { ...closed, loginServer: "central-e7gg.azurecr.io" },
  },
  [id.logs]: { location: "swedensouth", properties: {} },
  [id.storage]: { location: "swedencentral", sku: { name: "Standard_ZRS" }, properties: { ...closed, allowSharedKeyAccess: false } },
  [id.vault]: {
    location: "swedencentral",
    properties: { ...closed, enableRbacAuthorization: true, networkAcls: { bypass: "AzureServices" } },
  },
  [id.network]: { location: "swedencentral", properties: {} },
  [subnet]: { properties: { addressPrefix: "10.0.0.0/28", privateEndpointNetworkPolicies: "Disabled" } },
  [id.insights]: { location: "swedencentral", properties: { WorkspaceResourceId: id.insightsLogs } },
  [id.insightsLogs]: { location: "swedencentral", properties: {} },
};

let azure: FakeAzure;
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

/** Returns the adopted resources, or the error message. */
async function check(ids: AdoptedIds = all, where = place): Promise<unknown> {
  const { result } = await record(() => checkAdopted("platform", armClient(), ids, where).catch(({ message }: Error) => message));
  return result;
}

test("Adopted resources that meet the requirements cause no message, and the registry's actual host name is used.", async () => {
  expect(await check()).toEqual({
    workspace: sound[id.workspace],
    loginServer: "central-e7gg.azurecr.io",
    registryLocation: "swedencentral",
    ids: all,
  });
  expect(warned).toEqual([]);
});

test("Only adopted resources are read.", async () => {
  expect(await check({ logs: id.logs })).toEqual({ ids: { logs: id.logs } });
  expect(azure.reads).toEqual([id.logs]);
});

const registryWith = (changes: object) => ({
  ...sound[id.imageRegistry],
  properties: { ...sound[id.imageRegistry]!.properties, ...changes },
});
const workspaceWith = (changes: object) => ({ ...sound[id.workspace], properties: { ...properties, ...changes } });

test.each<[string, string, object | number, what: RegExp, fix: RegExp]>([
  [
    "workspace in another region",
    id.workspace,
    { ...sound[id.workspace], location: "westeurope" },
    /It is in westeurope\. Required: swedencentral, the region of the stack/,
    /Adopt a workspace in swedencentral, or create a stack for westeurope/,
  ],
  [
    "workspace with public network access",
    id.workspace,
    workspaceWith({ publicNetworkAccess: "Enabled" }),
    /publicNetworkAccess is Enabled\. Required: Disabled/,
    /az ml workspace update -g hub -n shared --public-network-access Disabled/,
  ],
  [
    "workspace without publicNetworkAccess, which means Enabled",
    id.workspace,
    workspaceWith({ publicNetworkAccess: undefined }),
    /publicNetworkAccess is Enabled\. Required: Disabled/,
    /--public-network-access Disabled/,
  ],
  [
    "workspace without a managed network",
    id.workspace,
    workspaceWith({ managedNetwork: undefined }),
    /isolationMode is Disabled\. Required: AllowOnlyApprovedOutbound/,
    /Delete its computes and managed endpoints, then run: .* --managed-network allow_only_approved_outbound/,
  ],
  [
    "workspace whose managed network allows all outbound traffic",
    id.workspace,
    workspaceWith({ managedNetwork: { isolationMode: "AllowInternetOutbound" } }),
    /isolationMode is AllowInternetOutbound\. Required: AllowOnlyApprovedOutbound/,
    /Adopt another workspace/,
  ],
  [
    "workspace in v1 legacy mode",
    id.workspace,
    workspaceWith({ v1LegacyMode: true }),
    /v1LegacyMode is true\. Required: false/,
    /az ml workspace update -g hub -w shared --v1-legacy-mode False/,
  ],
  [
    "workspace without stores",
    id.workspace,
    workspaceWith({ storageAccount: undefined }),
    /It has no storage account or Key Vault/,
    /Default/,
  ],
  ["workspace that doesn't exist", id.workspace, 404, /It doesn't exist/, /Correct the ID/],
  [
    "registry that doesn't support private endpoints",
    id.imageRegistry,
    { ...sound[id.imageRegistry], sku: { name: "Standard" } },
    /Its tier is Standard\. Required: Premium/,
    /az acr update -n central --sku Premium/,
  ],
  [
    "registry outside the residency",
    id.imageRegistry,
    { ...sound[id.imageRegistry], location: "East US" },
    /It is in eastus, outside the stack's residency\. Allowed: swedencentral or swedensouth\./,
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
    "vault without access for Azure's trusted services",
    id.vault,
    { location: "swedencentral", properties: { enableRbacAuthorization: true, networkAcls: { bypass: "None" } } },
    /networkAcls.bypass is None\. Required: AzureServices/,
    /az keyvault update -n shared --bypass AzureServices/,
  ],
  [
    "network in another region of the residency",
    id.network,
    { location: "swedensouth", properties: {} },
    /It is in swedensouth\. Required: swedencentral, because a private endpoint must be in the region/,
    /privateEndpoints: policy/,
  ],
])("fails on a %s, with its ID, the requirement and the fix.", async (_, broken, shown, what, fix) => {
  azure.responses[broken] = shown;
  const message = (await check()) as string;
  expect(message.split("\n\n")).toHaveLength(2);
  expect(message).toContain("platform: 1 problem with adopted resources.\n\n");
  const [first, second, third] = message.split("\n\n")[1]!.split("\n");
  expect(first).toBe(broken);
  expect(second).toMatch(what);
  expect(third).toMatch(fix);
});

const vaultWith = (changes: object) => ({ location: "swedencentral", properties: { ...sound[id.vault]!.properties, ...changes } });
const storageWith = (changes: object, sku = "Standard_ZRS") => ({
  location: "swedencentral",
  sku: { name: sku },
  properties: { ...sound[id.storage]!.properties, ...changes },
});
const subnetWith = (changes: object) => ({ properties: { ...sound[subnet]!.properties, ...changes } });
const rule = (name: string, properties: object) => ({ value: [{ name, properties: { category: "UserDefined", ...properties } }] });
const replicated = { enabled: true, location: "westeurope" };

/** Problems that would fail later: the changed resource, its response, and the resource in the report. */
const later: [what: string, changed: string, shown: object | number, named: string, what: RegExp, fix: RegExp][] = [
  [
    "a vault with access policies, if deployments read a token from it",
    id.vault,
    vaultWith({ enableRbacAuthorization: false, accessPolicies: [{ objectId: "P", permissions: { secrets: ["all"] } }] }),
    id.vault,
    /enableRbacAuthorization is false\. Required: true, because deployments read the Hugging Face token with a role/,
    /az keyvault update -n shared --enable-rbac-authorization true/,
  ],
  [
    "a vault without enableRbacAuthorization, which means access policies",
    id.vault,
    vaultWith({ enableRbacAuthorization: undefined, accessPolicies: [{ objectId: "p", permissions: { secrets: ["Set"] } }] }),
    id.vault,
    /enableRbacAuthorization is false\. Required: true/,
    /--enable-rbac-authorization true/,
  ],
  [
    "a delegated subnet",
    subnet,
    subnetWith({ delegations: [{ properties: { serviceName: "Microsoft.App/environments" } }] }),
    subnet,
    /It is delegated to Microsoft\.App\/environments\. Required: no delegation/,
    /az network vnet subnet update --ids .*\/subnets\/a --remove delegations/,
  ],
  [
    "a subnet with too few addresses",
    subnet,
    subnetWith({ addressPrefix: "10.0.0.0/29" }),
    subnet,
    /It has 3 free addresses of 3 \(10\.0\.0\.0\/29\)\. Required: 7 /,
    /--address-prefixes/,
  ],
  [
    "a subnet whose addresses are used by other resources",
    `${id.network}/usages`,
    { value: [{ id: subnet.toUpperCase(), currentValue: 5, limit: 11 }] },
    subnet,
    /It has 6 free addresses of 11 \(10\.0\.0\.0\/28\)\. Required: 7 /,
    /Adopt a larger subnet/,
  ],
  ["a subnet that doesn't exist", subnet, 404, subnet, /It doesn't exist/, /Correct the ID/],
  [
    "a registry with a replication outside the residency",
    replications,
    {
      value: [
        { name: "home", location: "Sweden Central" },
        { name: "far", location: "West Europe" },
      ],
    },
    id.imageRegistry,
    /It is replicated to West Europe, outside the stack's residency/,
    /az acr replication delete -r central -n far/,
  ],
  [
    "a storage account with a copy in a region outside the residency",
    id.storage,
    storageWith({ secondaryLocation: "northeurope" }, "Standard_RAGRS"),
    id.storage,
    /Its redundancy is Standard_RAGRS, with a copy in northeurope, outside the stack's residency/,
    /az storage account update -n shared -g hub --sku Standard_LRS/,
  ],
  [
    "a geo-redundant storage account without secondaryLocation",
    id.storage,
    storageWith({}, "Standard_GZRS"),
    id.storage,
    /with a copy in the paired region, outside/,
    /--sku Standard_ZRS/,
  ],
  [
    "a storage account with a hierarchical namespace",
    id.storage,
    storageWith({ isHnsEnabled: true }),
    id.storage,
    /isHnsEnabled is true\. Required: false/,
    /Adopt another workspace/,
  ],
  [
    "a storage account with disabled keys, if the workspace reads it with a key",
    id.workspace,
    workspaceWith({ systemDatastoresAuthMode: "AccessKey" }),
    id.storage,
    /allowSharedKeyAccess is false, but the workspace reads its datastores with the account's key/,
    /az ml workspace update -n shared -g hub --system-datastores-auth-mode identity/,
  ],
  [
    "Application Insights outside the residency",
    id.insights,
    { location: "westeurope", properties: {} },
    id.insights,
    /It is in westeurope, outside/,
    /moor:residency/,
  ],
  [
    "traces in a Log Analytics workspace outside the residency",
    id.insightsLogs,
    { location: "westeurope", properties: {} },
    id.insightsLogs,
    /It is in westeurope, outside/,
    /moor:residency/,
  ],
  [
    "logs that are replicated out of the residency",
    id.logs,
    { location: "swedencentral", properties: { replication: replicated } },
    id.logs,
    /Its logs are replicated to westeurope, outside the stack's residency/,
    /az rest --method put/,
  ],
  [
    "traces that are replicated out of the residency",
    id.insightsLogs,
    { location: "swedencentral", properties: { replication: replicated } },
    id.insightsLogs,
    /Its logs are replicated to westeurope/,
    /az rest --method put/,
  ],
  [
    "a workspace without an identity",
    id.workspace,
    { ...sound[id.workspace], identity: undefined },
    id.workspace,
    /It has no identity\. Required: an identity/,
    /workspace: create/,
  ],
];
test.each(later)("fails in the preview on %s.", async (_, changed, shown, named, what, fix) => {
  azure.responses[changed] = shown;
  const message = (await check()) as string;
  const blocks = message.split("\n\n").slice(1);
  expect(blocks.map((block) => block.split("\n")[0])).toEqual([named]);
  expect(blocks[0]).toMatch(what);
  expect(blocks[0]).toMatch(fix);
});

test("fails on an outbound rule of the workspace to a resource outside the residency.", async () => {
  const target = `${hub}/Microsoft.Storage/storageAccounts/far`;
  azure.responses[rules] = rule("far", { type: "PrivateEndpoint", destination: { serviceResourceId: target } });
  azure.responses[target] = { location: "westeurope", properties: {} };
  const message = (await check()) as string;
  expect(message).toContain(
    `Its outbound rule far allows deployments to send data to ${target} in westeurope, outside the stack's residency`,
  );
  expect(message).toContain("Fix: az ml workspace outbound-rule remove -g hub -w shared --rule far");
});

test.each<[string, string, object, RegExp]>([
  [
    "a vault with access policies but without one for the workspace",
    id.vault,
    vaultWith({ enableRbacAuthorization: false }),
    /no access policy allows the workspace's identity p to write secrets.* Fix: az keyvault set-policy -n shared --object-id p/,
  ],
  [
    "a vault with public network access",
    id.vault,
    vaultWith({ publicNetworkAccess: "Enabled" }),
    /public network access is enabled.*--public-network-access Disabled/,
  ],
  [
    "a registry with public network access",
    id.imageRegistry,
    registryWith({ publicNetworkAccess: "Enabled" }),
    /az acr update -n central --public-network-enabled false/,
  ],
  ["a registry with an admin user", id.imageRegistry, registryWith({ adminUserEnabled: true }), /--admin-enabled false/],
  ["a registry with anonymous pull", id.imageRegistry, registryWith({ anonymousPullEnabled: true }), /--anonymous-pull-enabled false/],
  [
    "a registry without trusted services",
    id.imageRegistry,
    registryWith({ networkRuleBypassOptions: "None" }),
    /--allow-trusted-services true/,
  ],
  [
    "a registry with a quarantine policy",
    id.imageRegistry,
    registryWith({ policies: { quarantinePolicy: { status: "enabled" } } }),
    /can't pull an image before it is released/,
  ],
  [
    "a storage account with public network access",
    id.storage,
    storageWith({ publicNetworkAccess: "Enabled" }),
    /az storage account update -n shared -g hub --public/,
  ],
  [
    "a subnet whose network policies apply to private endpoints",
    subnet,
    subnetWith({ privateEndpointNetworkPolicies: "Enabled" }),
    /--private-endpoint-network-policies Disabled/,
  ],
  [
    "a rule to a host on the internet",
    rules,
    rule("pypi", { type: "FQDN", destination: "pypi.org" }),
    /rule pypi allows deployments to send data to pypi\.org/,
  ],
  [
    "a rule to a service tag without a region",
    rules,
    rule("all", { type: "ServiceTag", destination: { serviceTag: "Storage" } }),
    /service tag Storage/,
  ],
  [
    "a rule to a resource of an unknown type",
    rules,
    rule("x", { type: "PrivateEndpoint", destination: { serviceResourceId: `${hub}/Contoso.X/things/a` } }),
    /Can't read .*\/Contoso\.X\/things\/a .* An outbound rule of the adopted workspace/,
  ],
  [
    "a managed network that isn't provisioned",
    id.workspace,
    workspaceWith({ managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound", status: { status: "Inactive" } } }),
    /its managed network is Inactive.* az ml workspace provision-network -g hub -n shared/,
  ],
  [
    "a workspace without a private endpoint",
    id.workspace,
    workspaceWith({ privateEndpointConnections: [] }),
    /Clients can't call the stack's endpoints/,
  ],
  ["outbound rules that can't be read", rules, 403 as unknown as object, /Can't read .*\/outboundRules \(Azure returned 403\)/],
  ["replications that can't be read", replications, 403 as unknown as object, /Can't read .*\/replications /],
])("warns of %s and continues.", async (_, changed, shown, warning) => {
  azure.responses[changed] = shown;
  const where = { ...place, vaultSecrets: false };
  expect(await check(all, where)).toMatchObject({ ids: all });
  expect(warned).toEqual([expect.stringMatching(warning)]);
});

test.each<[string, object]>([
  ["Azure's own rules", rule("r", { category: "Required", type: "ServiceTag", destination: { serviceTag: "AzureActiveDirectory" } })],
  ["rules of this stack", rule("hf-hub-dev", { type: "FQDN", destination: "huggingface.co" })],
  ["rules within the residency", rule("s", { type: "ServiceTag", destination: { serviceTag: "Storage.SwedenCentral" } })],
])("logs nothing about %s.", async (_, list) => {
  azure.responses[rules] = list;
  expect(await check()).toMatchObject({ ids: all });
  expect(warned).toEqual([]);
});

test("The addresses of existing private endpoints are not counted again.", async () => {
  azure.responses[`${id.network}/usages`] = { value: [{ id: subnet, currentValue: 7, limit: 11 }] };
  azure.responses[subnet] = subnetWith({
    privateEndpoints: [{ id: place.endpoints![0]!.id!.toUpperCase() }, { id: place.endpoints![1]!.id }],
  });
  expect(await check()).toMatchObject({ ids: all });
});

test("fails on a workspace and a network in a different subscription than the stack.", async () => {
  const message = (await check(all, { ...place, subscriptionId: elsewhere })) as string;
  expect(message).toContain(`It is in subscription ${SUBSCRIPTION}. Required: ${elsewhere}, the subscription of the stack`);
  expect(message).toContain(`Fix: pulumi config set azure-native:subscriptionId ${SUBSCRIPTION}`);
  expect(message).toContain(
    `It is in subscription ${SUBSCRIPTION}. Required: ${elsewhere}, because a private endpoint must be in the region`,
  );
});

test("One message lists all problems.", async () => {
  azure.responses[id.workspace] = workspaceWith({ publicNetworkAccess: "Enabled", v1LegacyMode: true });
  azure.responses[id.logs] = 404;
  azure.responses[id.network] = { location: "westeurope", properties: {} };
  const message = (await check()) as string;
  expect(message).toContain("4 problems with adopted resources");
  expect(message.split("\n\n").map((block) => block.split("\n")[0])).toEqual([
    "platform: 4 problems with adopted resources.",
    id.workspace,
    id.workspace,
    id.logs,
    id.network,
  ]);
});

test("Resources that can't be read cause a warning, except for a workspace, which is an error.", async () => {
  azure.responses[id.logs] = 403;
  azure.responses[id.imageRegistry] = 403;
  expect(await check()).toEqual({ workspace: sound[id.workspace], loginServer: undefined, ids: all });
  expect(warned.map((message) => message.split(" (Azure returned")[0])).toEqual([
    `Can't read ${id.imageRegistry}`,
    `Can't read ${id.logs}`,
  ]);
  azure.responses[id.workspace] = 403;
  expect(await check({ workspace: id.workspace })).toBe(
    `platform: can't read ${id.workspace}. To adopt it, the identity of this run requires the role Reader on it.`,
  );
});

test("A workspace with hbiWorkspace causes a warning.", async () => {
  azure.responses[id.workspace] = workspaceWith({ hbiWorkspace: true });
  await check();
  expect(warned).toEqual([expect.stringMatching(/workspaces\/shared: hbiWorkspace is true, which can't be changed/)]);
});

test("Any other error ends the run.", async () => {
  azure.responses[id.logs] = 500;
  expect(await check()).toMatch(/^Can't read an adopted resource: Azure answered 500 500 to GET .*\/workspaces\/logs/);
});

test("The identity of a workspace is the system-assigned one, or else the primary user-assigned one.", () => {
  const assigned = { [`${hub}/X/A`]: { principalId: "a" }, [`${hub}/X/B`]: { principalId: "b" } };
  const of = (identity: object, more: object = {}) => workspacePrincipal({ identity, properties: more });
  expect(of({ principalId: "own", userAssignedIdentities: assigned })).toBe("own");
  expect(of({ userAssignedIdentities: assigned }, { primaryUserAssignedIdentity: `${hub}/x/b` })).toBe("b");
  expect(of({ principalId: "", userAssignedIdentities: assigned })).toBe("a");
});
