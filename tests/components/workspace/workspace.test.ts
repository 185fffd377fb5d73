// Proves the resources, options and request bodies of a workspace for each landing-zone choice, and that ARM's schemas accept them.
// Doesn't prove that the roles are sufficient in Azure, nor that the managed network is provisioned.
import * as pulumi from "@pulumi/pulumi";
import type { DnsZones } from "../../../components/network/privateLink";
import type { WorkspaceArgs } from "../../../components/workspace/args";
import { Workspace } from "../../../components/workspace/workspace";
import { BUILT_IN_ROLES } from "../../../facts/roles";
import { type FakeAzure, serveAzure } from "../../azure/fakeArm";
import { armRequest, find, listing, PRINCIPAL, type RecordOptions, record, SUBSCRIPTION, schemaErrors, TENANT } from "../recorder";

const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
const hub = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers`;
const existing = {
  workspace: `${hub}/Microsoft.MachineLearningServices/workspaces/shared`,
  imageRegistry: `${hub}/Microsoft.ContainerRegistry/registries/Central`,
  logs: `${hub}/Microsoft.OperationalInsights/workspaces/logs`,
  storage: `${hub}/Microsoft.Storage/storageAccounts/shared`,
  vault: `${hub}/Microsoft.KeyVault/vaults/shared`,
};
const zone = (name: string) => `${hub}/Microsoft.Network/privateDnsZones/${name}`;
const dnsZones = new Proxy({}, { get: (_, name) => zone(String(name)) }) as DnsZones;
const place = { subnetId: `${hub}/Microsoft.Network/virtualNetworks/spoke/subnets/endpoints`, dnsZones };
const base: WorkspaceArgs = {
  stack: "dev",
  suffix: "x7k2p9",
  resourceGroupName: "rg",
  location: "swedencentral",
  privateEndpoints: place,
  tags: { owner: "ml" },
};
const make = (args: Partial<WorkspaceArgs> = {}, options: RecordOptions = {}) =>
  record(() => new Workspace("platform", { ...base, ...args }), options);

const at = { location: "swedencentral", properties: {} };
const sound = {
  [existing.workspace]: {
    ...at,
    identity: { principalId: PRINCIPAL },
    properties: {
      storageAccount: existing.storage,
      keyVault: existing.vault,
      publicNetworkAccess: "Disabled",
      managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound" },
    },
  },
  [existing.imageRegistry]: { ...at, sku: { name: "Premium" }, properties: { loginServer: "central.azurecr.io" } },
  [existing.logs]: at,
  [existing.storage]: at,
  [existing.vault]: at,
};
let azure: FakeAzure;
beforeEach(async () => {
  azure = await serveAzure(sound);
});
afterEach(() => azure.close());

let standardRun: ReturnType<typeof make> | undefined;
/** A workspace with default arguments, registered once for all tests that only read it. */
function standard(): ReturnType<typeof make> {
  standardRun ??= make();
  return standardRun;
}

const stores = [
  "platform-app-insights: applicationinsights:Component",
  "platform-blob-service: storage:BlobServiceProperties",
  "platform-identity: managedidentity:UserAssignedIdentity",
  "platform-identity-isolation: resources:Deployment",
  "platform-storage: storage:StorageAccount",
  "platform-vault: keyvault:Vault",
  "platform-workspace: machinelearningservices:Workspace",
];
const storeRoles = [
  "platform-app-insights-contributor",
  "platform-network-approver",
  "platform-storage-contributor",
  "platform-storage-data",
  "platform-storage-files",
  "platform-vault-contributor",
  "platform-vault-data",
  "platform-workspace-contributor",
].map((name) => `${name}: authorization:RoleAssignment`);
const links = (...services: string[]) =>
  services.flatMap((service) => [
    `platform-${service}-endpoint: network:PrivateEndpoint`,
    `platform-${service}-endpoint-dns: network:PrivateDnsZoneGroup`,
  ]);

const settings = (...sources: string[]) => sources.map((source) => `platform-${source}-diagnostics: monitor:DiagnosticSetting`);

test.each([false, true])("All resources are created, private and in one region (preview %s).", async (preview) => {
  const recording = await make({}, { preview });
  expect(listing(recording)).toEqual(
    [
      "platform: moor:index:Workspace",
      "platform-logs: operationalinsights:Workspace",
      "platform-registry: containerregistry:Registry",
      "platform-registry-contributor: authorization:RoleAssignment",
      ...stores,
      ...storeRoles,
      ...links("blob", "file", "registry", "vault", "workspace"),
      ...settings("blob", "logs", "registry", "vault", "workspace"),
    ].sort(),
  );
});

const logsOfStack = `${group}/providers/Microsoft.OperationalInsights/workspaces/log-dev-x7k2p9`;
const logging = {
  blob: ["allLogs", `${group}/providers/Microsoft.Storage/storageAccounts/stdevx7k2p9/blobServices/default`, "blob service"],
  logs: ["audit", logsOfStack, "Log Analytics workspace"],
  registry: ["allLogs", `${group}/providers/Microsoft.ContainerRegistry/registries/crdevx7k2p9`, "container registry"],
  vault: ["allLogs", `${group}/providers/Microsoft.KeyVault/vaults/kv-dev-x7k2p9`, "Key Vault"],
  workspace: ["allLogs", `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-dev-x7k2p9`, "workspace"],
} as const;

test("The logs of each created resource are sent to the Log Analytics workspace, after the resource exists.", async () => {
  const recording = await standard();
  for (const [source, [categoryGroup, id]] of Object.entries(logging)) {
    const setting = find(recording, `platform-${source}-diagnostics`);
    expect(armRequest(setting)).toEqual({
      id: `${id}/providers/Microsoft.Insights/diagnosticSettings/moor`,
      body: { properties: { workspaceId: logsOfStack, logs: [{ categoryGroup, enabled: true }] } },
    });
    expect(setting.inputs.resourceUri).toBe(id);
  }
});

test.each([false, true])("With diagnostics: policy, missing settings of existing resources are reported (preview %s).", async (preview) => {
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  for (const [, id] of Object.values(logging)) azure.responses[id] = { id };
  const sent = { workspaceId: "/hub/logs", logs: [{ category: "AuditEvent", enabled: true }] };
  azure.responses[`${logging.vault[1]}/providers/Microsoft.Insights/diagnosticSettings`] = { value: [{ properties: sent }] };
  const recording = await make({ diagnostics: "policy" }, { preview });
  const asked = warn.mock.calls.map(([message]) => message).sort();
  warn.mockRestore();
  expect(recording.resources.filter(({ type }) => type.endsWith("DiagnosticSetting"))).toEqual([]);
  const missing = Object.entries(logging).filter(([source]) => source !== "vault");
  const messages = missing.map(
    ([, [, id, what]]) =>
      `diagnostics: policy: no diagnostic setting of the ${what} ${id} sends its logs to Log Analytics (the stack's workspace is ${logsOfStack}). The owner of the policy must add one.`,
  );
  // In the preview of a new stack, no ID is known.
  expect(asked).toEqual(preview ? [] : messages.sort());
});

test("The bodies disable public access and account keys, and ARM's schemas accept them.", async () => {
  const recording = await standard();
  const body = (name: string) => armRequest(find(recording, name)).body;
  const place = { location: "swedencentral", tags: { owner: "ml" } };
  expect(body("platform-storage")).toEqual({
    ...place,
    kind: "StorageV2",
    sku: { name: "Standard_LRS" },
    properties: {
      encryption: {
        keySource: "Microsoft.Storage",
        requireInfrastructureEncryption: true,
        services: {
          blob: { enabled: true, keyType: "Account" },
          file: { enabled: true, keyType: "Account" },
          queue: { enabled: true, keyType: "Account" },
          table: { enabled: true, keyType: "Account" },
        },
      },
      publicNetworkAccess: "Disabled",
      networkAcls: { defaultAction: "Deny", bypass: "AzureServices" },
      allowBlobPublicAccess: false,
      allowSharedKeyAccess: false,
      allowCrossTenantReplication: false,
      defaultToOAuthAuthentication: true,
      supportsHttpsTrafficOnly: true,
      minimumTlsVersion: "TLS1_2",
    },
  });
  expect(body("platform-vault")).toEqual({
    ...place,
    properties: {
      tenantId: TENANT,
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      enableSoftDelete: true,
      enablePurgeProtection: true,
      enabledForDeployment: false,
      enabledForDiskEncryption: false,
      enabledForTemplateDeployment: false,
      publicNetworkAccess: "Disabled",
      softDeleteRetentionInDays: 90,
      networkAcls: { bypass: "AzureServices", defaultAction: "Deny" },
    },
  });
  expect(body("platform-registry")).toMatchObject({
    sku: { name: "Premium" },
    properties: {
      adminUserEnabled: false,
      anonymousPullEnabled: false,
      publicNetworkAccess: "Disabled",
      networkRuleBypassOptions: "AzureServices",
      policies: { exportPolicy: { status: "disabled" } },
    },
  });
  // Queries from public addresses, with Microsoft Entra ID only.
  const access = { publicNetworkAccessForIngestion: "Disabled", publicNetworkAccessForQuery: "Enabled" };
  expect(body("platform-logs")).toEqual({
    ...place,
    properties: { ...access, sku: { name: "PerGB2018" }, retentionInDays: 90, features: { disableLocalAuth: true } },
  });
  expect(body("platform-app-insights")).toEqual({
    ...place,
    kind: "web",
    properties: {
      ...access,
      Application_Type: "web",
      Flow_Type: "Bluefield",
      Request_Source: "rest",
      DisableLocalAuth: true,
      IngestionMode: "LogAnalytics",
      WorkspaceResourceId: `${group}/providers/Microsoft.OperationalInsights/workspaces/log-dev-x7k2p9`,
    },
  });
  expect(body("platform-workspace")).toEqual({
    ...place,
    kind: "Default",
    sku: { name: "Basic", tier: "Basic" },
    identity: {
      type: "UserAssigned",
      userAssignedIdentities: { [`${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-dev-x7k2p9`]: {} },
    },
    properties: {
      primaryUserAssignedIdentity: `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-dev-x7k2p9`,
      storageAccount: `${group}/providers/Microsoft.Storage/storageAccounts/stdevx7k2p9`,
      keyVault: `${group}/providers/Microsoft.KeyVault/vaults/kv-dev-x7k2p9`,
      applicationInsights: `${group}/providers/Microsoft.Insights/components/appi-dev-x7k2p9`,
      containerRegistry: `${group}/providers/Microsoft.ContainerRegistry/registries/crdevx7k2p9`,
      publicNetworkAccess: "Disabled",
      hbiWorkspace: true,
      v1LegacyMode: false,
      systemDatastoresAuthMode: "Identity",
      managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound", firewallSku: "Basic", enableNetworkMonitor: false },
      provisionNetworkNow: true,
    },
  });
  expect(recording.resources.filter(({ custom }) => custom).flatMap(schemaErrors)).toEqual([]);
});

test.each([true, false])("A stated hbiWorkspace (%s) is compared with the existing workspace.", async (hbiWorkspace) => {
  const workspace = find(await make({ hbiWorkspace }), "platform-workspace");
  expect(workspace.inputs.hbiWorkspace).toBe(hbiWorkspace);
  expect(workspace.ignoreChanges).not.toContain("hbiWorkspace");
});

test("The rules see hbiWorkspace of an existing workspace, which an older version created.", async () => {
  const id = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-dev-x7k2p9`;
  azure.responses[id] = { properties: {} };
  expect(find(await make({}, { preview: true }), "platform-workspace").inputs.hbiWorkspace).toBe(false);
  azure.responses[id] = { properties: { hbiWorkspace: true } };
  expect(find(await make({}, { preview: true }), "platform-workspace").inputs.hbiWorkspace).toBe(true);
});

test("With logQueries: private, logs can't be queried from public addresses.", async () => {
  const recording = await make({ logQueries: "private" });
  const access = { publicNetworkAccessForIngestion: "Disabled", publicNetworkAccessForQuery: "Disabled" };
  for (const name of ["platform-logs", "platform-app-insights"]) expect(find(recording, name).inputs).toMatchObject(access);
});

test("The keys of Application Insights are secrets in the state.", async () => {
  expect(find(await standard(), "platform-app-insights").secretOutputs).toEqual(["connectionString", "instrumentationKey"]);
});

test("The registry's zone redundancy is left to Azure, which enables it in regions with zones.", async () => {
  const registry = find(await standard(), "platform-registry");
  expect(registry.inputs).not.toHaveProperty("zoneRedundancy");
  expect(registry.ignoreChanges).toEqual(["zoneRedundancy"]);
});

test("The workspace waits for its identity's roles, has a timeout of an hour, and ignores rules that Azure adds to its network.", async () => {
  const recording = await standard();
  const workspace = find(recording, "platform-workspace");
  const roles = recording.resources.filter(
    ({ type, name }) => type.endsWith("RoleAssignment") && name !== "platform-workspace-contributor",
  );
  expect(roles).toHaveLength(8);
  expect(workspace.dependsOn).toEqual(expect.arrayContaining(["platform-identity-isolation", ...roles.map(({ name }) => name)]));
  expect(workspace.ignoreChanges).toEqual(["managedNetwork.outboundRules", "provisionNetworkNow", "hbiWorkspace"]);
  expect(workspace.customTimeouts).toEqual({ create: "60m", update: "60m", delete: "60m" });
  expect(workspace.hooks).toEqual({ beforeCreate: ["platform-workspace-role-wait"] });
});

test("By default, only the workspace and its stores are protected.", async () => {
  const protectedNames = ({ resources }: Awaited<ReturnType<typeof make>>) =>
    resources.filter(({ protect }) => protect).map(({ name }) => name);
  expect(protectedNames(await standard()).sort()).toEqual([
    "platform-registry",
    "platform-storage",
    "platform-vault",
    "platform-workspace",
  ]);
  expect(protectedNames(await make({ protect: false }))).toEqual([]);
});

test("A role assignment has the role's ID, its scope, a service principal, and a stable GUID.", async () => {
  const [first, second] = [await standard(), await make()];
  expect(armRequest(find(first, "platform-network-approver"))).toEqual({
    id: armRequest(find(second, "platform-network-approver")).id,
    body: {
      properties: {
        principalId: PRINCIPAL,
        principalType: "ServicePrincipal",
        roleDefinitionId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${BUILT_IN_ROLES["Azure AI Enterprise Network Connection Approver"]}`,
      },
    },
  });
  expect(find(first, "platform-network-approver").inputs.scope).toBe(group);
});

test("With roles: external, no role is granted, and missing roles are reported before the resource that requires them is created.", async () => {
  const recording = await make({ roles: "external", imageRegistry: { existing: existing.imageRegistry } });
  expect(recording.resources.filter(({ type }) => type.endsWith("RoleAssignment"))).toEqual([]);
  expect(find(recording, "platform-workspace").hooks).toEqual({ beforeCreate: ["platform-workspace-role-requests"] });
  expect(find(recording, "platform-image-registry").hooks).toEqual({ beforeCreate: ["platform-image-registry-role-requests"] });
});

test("With privateEndpoints: policy, no private endpoints are created, and without DNS zones there are no zone groups.", async () => {
  const none = await make({ privateEndpoints: undefined });
  expect(none.resources.filter(({ type }) => type.includes(":network:"))).toEqual([]);
  const noZones = await make({ privateEndpoints: { subnetId: place.subnetId } });
  expect(noZones.resources.filter(({ type }) => type.includes(":network:")).map(({ type }) => type)).toEqual(
    Array(5).fill("azure-native:network:PrivateEndpoint"),
  );
});

test.each([false, true])("Missing zones are reported for each private endpoint that exists (preview %s).", async (preview) => {
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  await make({ privateEndpoints: { subnetId: place.subnetId } }, { preview });
  const asked = warn.mock.calls.map(([message]) => message).sort();
  warn.mockRestore();
  const lacking = { blob: "blob.core.windows.net", file: "file.core.windows.net", registry: "azurecr.io", vault: "vaultcore.azure.net" };
  const expected = Object.entries(lacking).map(([service, zone]) => [service, `privatelink.${zone}`]);
  expected.push(["workspace", "privatelink.api.azureml.ms and privatelink.notebooks.azure.net"]);
  const messages = expected.map(([service, zones]) => {
    const endpoint = `${group}/providers/Microsoft.Network/privateEndpoints/pe-dev-${service}-x7k2p9`;
    return `dns: policy: the private endpoint ${endpoint} has no zone group with ${zones}. The owner of the zones must add one.`;
  });
  expect(asked).toEqual(preview ? [] : messages);
});

test("Two private endpoints of one storage account are created one after the other, others in parallel.", async () => {
  const recording = await standard();
  const endpoints = ["blob", "file", "registry", "vault", "workspace"].map((service) => find(recording, `platform-${service}-endpoint`));
  const before = endpoints.map(({ name, dependsOn }) => [name, dependsOn.filter((other) => other.includes("-endpoint"))]);
  expect(before.filter(([, others]) => others!.length > 0)).toEqual([
    ["platform-file-endpoint", ["platform-blob-endpoint", "platform-blob-endpoint-dns"]],
  ]);
  expect(find(recording, "platform-blob-endpoint").dependsOn).toContain("platform-blob-service");
});

test("The workspace's private endpoint is in both of its zones.", async () => {
  const recording = await standard();
  expect(armRequest(find(recording, "platform-workspace-endpoint")).body).toEqual({
    location: "swedencentral",
    tags: { owner: "ml" },
    properties: {
      // The SDK's defaults for a subnet; Azure only reads the ID.
      subnet: {
        id: place.subnetId,
        properties: { privateEndpointNetworkPolicies: "Disabled", privateLinkServiceNetworkPolicies: "Enabled" },
      },
      privateLinkServiceConnections: [
        {
          name: "amlworkspace",
          properties: {
            groupIds: ["amlworkspace"],
            privateLinkServiceId: `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-dev-x7k2p9`,
          },
        },
      ],
    },
  });
  expect(armRequest(find(recording, "platform-workspace-endpoint-dns")).body).toEqual({
    properties: {
      privateDnsZoneConfigs: ["privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"].map((name) => ({
        name: name.replaceAll(".", "-"),
        properties: { privateDnsZoneId: zone(name) },
      })),
    },
  });
});

test("An adopted registry gets an approver role and then an outbound rule, but no private endpoint of the stack.", async () => {
  const recording = await make({ imageRegistry: { existing: existing.imageRegistry } });
  expect(listing(recording)).toEqual(
    [
      "platform: moor:index:Workspace",
      "platform-image-registry-approver: authorization:RoleAssignment",
      "platform-image-registry: machinelearningservices:ManagedNetworkSettingsRule",
      "platform-logs: operationalinsights:Workspace",
      ...stores,
      ...storeRoles,
      ...links("blob", "file", "vault", "workspace"),
      ...settings("blob", "logs", "vault", "workspace"),
    ].sort(),
  );
  expect(armRequest(find(recording, "platform-workspace")).body.properties).not.toHaveProperty("containerRegistry");
  const rule = find(recording, "platform-image-registry");
  expect(armRequest(rule).body).toEqual({
    properties: {
      type: "PrivateEndpoint",
      category: "UserDefined",
      destination: { serviceResourceId: existing.imageRegistry, subresourceTarget: "registry", sparkEnabled: false },
    },
  });
  expect(rule.dependsOn).toEqual(expect.arrayContaining(["platform-image-registry-approver", "platform-workspace"]));
  expect(rule.hooks).toEqual({ beforeCreate: ["platform-image-registry-role-wait"] });
  expect(find(recording, "platform-image-registry-approver").inputs.scope).toBe(existing.imageRegistry);
  expect(recording.outputs.platform).toMatchObject({ imageRegistryId: existing.imageRegistry, loginServer: "central.azurecr.io" });
});

test("Outbound rules are created one after another.", async () => {
  const recording = await make({
    outboundRules: { first: { fqdn: "a.example" }, second: { fqdn: "*.b.example" }, third: { fqdn: "c.example" } },
  });
  expect(find(recording, "platform-second").dependsOn).toContain("platform-first");
  expect(find(recording, "platform-third").dependsOn).toContain("platform-second");
  expect(armRequest(find(recording, "platform-second")).body).toEqual({
    properties: { type: "FQDN", category: "UserDefined", destination: "*.b.example" },
  });
});

test("fails on an outbound rule whose name Azure would reject.", async () => {
  await expect(make({ outboundRules: { "a.b": { fqdn: "a.example" } } })).rejects.toThrow(
    'platform: the outbound rule name "a.b" is not valid. Allowed: 3 to 33 letters, digits, "-" or "_", starting with a letter or digit.',
  );
});

test("The stores and the identity of an existing workspace are read, and only the other resources are created.", async () => {
  const recording = await make({ workspace: { existing: existing.workspace }, logs: { existing: existing.logs } });
  expect(listing(recording)).toEqual(
    [
      "platform: moor:index:Workspace",
      "platform-image-registry-approver: authorization:RoleAssignment",
      "platform-image-registry: machinelearningservices:ManagedNetworkSettingsRule",
      "platform-registry: containerregistry:Registry",
      ...links("registry"),
      ...settings("registry"),
    ].sort(),
  );
  const rules = `${existing.workspace}/outboundRules`;
  expect(azure.reads).toEqual([existing.workspace, existing.storage, existing.vault, rules, existing.logs]);
  expect(recording.outputs.platform).toMatchObject({
    id: existing.workspace,
    name: "shared",
    resourceGroupName: "hub",
    storageAccountId: existing.storage,
    vaultId: existing.vault,
    logsId: existing.logs,
  });
  expect(find(recording, "platform-image-registry-approver").inputs.principalId).toBe(PRINCIPAL);
  expect(find(recording, "platform-image-registry").inputs).toMatchObject({ workspaceName: "shared", resourceGroupName: "hub" });
});

test.each([
  ["its own", existing.imageRegistry.toUpperCase(), []],
  ["another", `${hub}/Microsoft.ContainerRegistry/registries/other`, ["platform-image-registry", "platform-image-registry-approver"]],
  ["one where it has none", undefined, ["platform-image-registry", "platform-image-registry-approver"]],
])("An existing workspace with an existing registry that is %s gets a rule only if Azure has created none.", async (_, own, made) => {
  const { properties, ...rest } = sound[existing.workspace]!;
  azure.responses[existing.workspace] = {
    ...rest,
    properties: { ...properties, ...(own === undefined ? {} : { containerRegistry: own }) },
  };
  const args = { workspace: { existing: existing.workspace }, imageRegistry: { existing: existing.imageRegistry } };
  for (const preview of [false, true]) {
    const recording = await make(args, { preview });
    const names = recording.resources.map(({ name }) => name).filter((name) => name.startsWith("platform-image-registry"));
    expect(names.sort()).toEqual(made);
  }
});

test("An existing identity is used as given.", async () => {
  const id = `${hub}/Microsoft.ManagedIdentity/userAssignedIdentities/theirs`;
  const recording = await make({ identity: { existing: { id, principalId: TENANT } } });
  expect(recording.resources.filter(({ type }) => type.endsWith("UserAssignedIdentity"))).toEqual([]);
  expect(find(recording, "platform-workspace").inputs.primaryUserAssignedIdentity).toBe(id);
  expect(find(recording, "platform-storage-data").inputs.principalId).toBe(TENANT);
});

test("Its nodes are the created resources, without adopted ones.", async () => {
  const nodesOf = async (args: Partial<WorkspaceArgs> = {}) => ((await make(args)).result as Workspace).nodes;
  const own = await nodesOf();
  expect(Object.keys(own).sort()).toEqual([
    "appInsights",
    "blobService",
    "diagnostics",
    "identity",
    "isolation",
    "logs",
    "privateEndpoints",
    "registry",
    "storage",
    "vault",
    "workspace",
  ]);
  expect(Object.keys(own.diagnostics ?? {}).sort()).toEqual(["blob", "logs", "registry", "vault", "workspace"]);
  expect(Object.keys(own.privateEndpoints ?? {})).toEqual(["blob", "file", "vault", "workspace", "registry"]);
  expect(Object.keys(await nodesOf({ logs: { existing: existing.logs } }))).not.toContain("logs");
});
