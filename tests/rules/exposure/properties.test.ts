// Tests the rules for single properties: each allowed value, other values, wrong types, case, and values that aren't known.
import { SECRET, UNKNOWN, type Value } from "../../../rules";
import { bodyWith, checksOf, outcomes, resourceOf } from "./support";

const STORAGE = "Microsoft.Storage/storageAccounts";
const VAULT = "Microsoft.KeyVault/vaults";
const REGISTRY = "Microsoft.ContainerRegistry/registries";
const LOGS = "Microsoft.OperationalInsights/workspaces";
const INSIGHTS = "Microsoft.Insights/components";
const WORKSPACE = "Microsoft.MachineLearningServices/workspaces";
const ENDPOINT = `${WORKSPACE}/onlineEndpoints`;
const DEPLOYMENT = `${ENDPOINT}/deployments`;
const COMPUTE = `${WORKSPACE}/computes`;

const on = [true] as const;
const off = [false] as const;
const offOrAbsent = [false, undefined] as const;
const disabled = ["Disabled"] as const;

/** Code, type, property, allowed values, and a value that isn't allowed. */
const rows: readonly (readonly [string, string, string, readonly Value[], Value])[] = [
  ...[STORAGE, VAULT, REGISTRY, WORKSPACE, ENDPOINT, "Microsoft.MachineLearningServices/registries"].flatMap((type) => [
    ["MOOR440", type, "properties.publicNetworkAccess", disabled, "Enabled"] as const,
    ["MOOR440", type, "properties.publicNetworkAccess", disabled, "SecuredByPerimeter"] as const,
  ]),
  ["MOOR440", "Microsoft.EventHub/namespaces", "properties.publicNetworkAccess", ["Disabled"], undefined],
  ["MOOR440", WORKSPACE, "properties.allowPublicAccessWhenBehindVnet", offOrAbsent, true],
  ["MOOR443", STORAGE, "properties.networkAcls.bypass", ["AzureServices", "None", undefined], "Logging, Metrics"],
  ["MOOR443", STORAGE, "properties.networkAcls.bypass", ["AzureServices", "None", undefined], "AzureServices, Metrics"],
  ["MOOR443", VAULT, "properties.networkAcls.bypass", ["AzureServices", "None", undefined], "Everything"],
  ["MOOR443", REGISTRY, "properties.networkRuleBypassOptions", ["AzureServices", "None", undefined], "All"],
  ["MOOR444", REGISTRY, "properties.networkRuleBypassAllowedForTasks", offOrAbsent, true],
  ...[LOGS, INSIGHTS].flatMap((type) => [
    ["MOOR445", type, "properties.publicNetworkAccessForQuery", disabled, "Enabled"] as const,
    ["MOOR446", type, "properties.publicNetworkAccessForIngestion", disabled, "Enabled"] as const,
  ]),
  ["MOOR445", "Microsoft.Insights/privateLinkScopes", "properties.accessModeSettings.queryAccessMode", ["PrivateOnly"], "Open"],
  ["MOOR446", "Microsoft.Insights/privateLinkScopes", "properties.accessModeSettings.ingestionAccessMode", ["PrivateOnly"], "Open"],
  ["MOOR462", LOGS, "properties.features.disableLocalAuth", on, false],
  ["MOOR462", INSIGHTS, "properties.DisableLocalAuth", on, false],
  ["MOOR447", STORAGE, "properties.allowBlobPublicAccess", off, true],
  ["MOOR447", `${STORAGE}/blobServices/containers`, "properties.publicAccess", ["None", undefined], "Blob"],
  ["MOOR447", `${STORAGE}/blobServices/containers`, "properties.publicAccess", ["None", undefined], "Container"],
  ["MOOR447", STORAGE, "properties.isNfsV3Enabled", offOrAbsent, true],
  ["MOOR447", `${STORAGE}/blobServices`, "properties.staticWebsite.enabled", offOrAbsent, true],
  ["MOOR447", REGISTRY, "properties.anonymousPullEnabled", offOrAbsent, true],
  ["MOOR460", STORAGE, "properties.allowSharedKeyAccess", off, true],
  ["MOOR460", STORAGE, "properties.defaultToOAuthAuthentication", on, false],
  ["MOOR460", STORAGE, "properties.isLocalUserEnabled", offOrAbsent, true],
  ["MOOR460", STORAGE, "properties.isSftpEnabled", offOrAbsent, true],
  ["MOOR460", WORKSPACE, "properties.systemDatastoresAuthMode", ["Identity"], "AccessKey"],
  ["MOOR460", WORKSPACE, "properties.systemDatastoresAuthMode", ["Identity"], "UserDelegationSAS"],
  ["MOOR460", `${WORKSPACE}/datastores`, "properties.credentials.credentialsType", ["None"], "AccountKey"],
  ["MOOR461", REGISTRY, "properties.adminUserEnabled", offOrAbsent, true],
  ["MOOR461", `${REGISTRY}/tokens`, "properties.status", ["disabled"], "enabled"],
  ["MOOR463", VAULT, "properties.enableRbacAuthorization", on, false],
  ["MOOR464", VAULT, "properties.enabledForDeployment", offOrAbsent, true],
  ["MOOR464", VAULT, "properties.enabledForDiskEncryption", offOrAbsent, true],
  ["MOOR464", VAULT, "properties.enabledForTemplateDeployment", offOrAbsent, true],
  ["MOOR465", VAULT, "properties.enableSoftDelete", [true, undefined], false],
  ["MOOR465", VAULT, "properties.enablePurgeProtection", on, false],
  ["MOOR466", STORAGE, "properties.supportsHttpsTrafficOnly", [true, undefined], false],
  ["MOOR466", STORAGE, "properties.minimumTlsVersion", ["TLS1_2", "TLS1_3"], "TLS1_0"],
  ["MOOR466", STORAGE, "properties.minimumTlsVersion", ["TLS1_2", "TLS1_3"], "TLS1_1"],
  ["MOOR466", `${STORAGE}/fileServices`, "properties.protocolSettings.smb.encryptionInTransit.required", [true, undefined], false],
  ["MOOR470", WORKSPACE, "properties.managedNetwork.isolationMode", ["AllowOnlyApprovedOutbound"], "AllowInternetOutbound"],
  ["MOOR470", WORKSPACE, "properties.managedNetwork.isolationMode", ["AllowOnlyApprovedOutbound"], "Disabled"],
  ["MOOR470", WORKSPACE, "properties.v1LegacyMode", offOrAbsent, true],
  ["MOOR470", ENDPOINT, "properties.compute", [undefined], "/subscriptions/1/kubernetes"],
  ["MOOR470", DEPLOYMENT, "properties.endpointComputeType", ["Managed"], "Kubernetes"],
  ["MOOR470", DEPLOYMENT, "properties.egressPublicNetworkAccess", ["Disabled", undefined], "Enabled"],
  ["MOOR471", WORKSPACE, "properties.serverlessComputeSettings.serverlessComputeNoPublicIP", [true, undefined], false],
  ["MOOR471", COMPUTE, "properties.properties.enableNodePublicIp", offOrAbsent, true],
  ["MOOR471", COMPUTE, "properties.properties.remoteLoginPortPublicAccess", ["Disabled", "NotSpecified", undefined], "Enabled"],
  ["MOOR471", COMPUTE, "properties.properties.sshSettings.sshPublicAccess", ["Disabled", undefined], "Enabled"],
  ["MOOR472", DEPLOYMENT, "identity", [undefined], { type: "SystemAssigned" }],
  ["MOOR472", ENDPOINT, "identity.type", ["UserAssigned"], "SystemAssigned"],
  ["MOOR472", ENDPOINT, "identity.type", ["UserAssigned"], "SystemAssigned,UserAssigned"],
  ["MOOR475", WORKSPACE, "properties.hbiWorkspace", on, false],
  ["MOOR477", "Microsoft.Resources/deployments", "properties.debugSetting.detailLevel", ["none", undefined], "requestContent"],
  ["MOOR478", STORAGE, "properties.encryption.services.blob.enabled", [true, undefined], false],
  ["MOOR457", "Microsoft.ContainerInstance/containerGroups", "properties.ipAddress.type", ["Private", undefined], "Public"],
  ["MOOR468", VAULT, "properties.tenantId", ["22222222-2222-4222-8222-222222222222"], "99999999-9999-4999-8999-999999999999"],
  ["MOOR467", ENDPOINT, "properties.authMode", ["Key", "AMLToken", "AADToken"], "None"],
];

function outcome(code: string, type: string, property: string, value: Value): string | undefined {
  return outcomes(code, resourceOf(type, bodyWith(property, value)))
    .find((one) => one.endsWith(` ${property}`))
    ?.split(" ")[0];
}

test.each(rows)("%s %s %s", (code, type, property, allowed, refused) => {
  expect(allowed.map((value) => outcome(code, type, property, value) ?? "holds")).toEqual(allowed.map(() => "holds"));
  expect(outcome(code, type, property, refused)).toBe("violated");
  // Texts are compared without case, types exactly.
  for (const value of allowed) {
    if (typeof value === "string") expect(outcome(code, type, property, value.toUpperCase())).toBe("holds");
    if (typeof value === "boolean") expect(outcome(code, type, property, String(value))).toBe("violated");
  }
  for (const value of [0, "", " ", ["Disabled"], { value: "Disabled" }]) {
    if (property !== "identity") expect(outcome(code, type, property, value)).toBe("violated");
  }
  for (const value of [UNKNOWN, SECRET] as const) expect(outcome(code, type, property, value)).toBe("unknown");
  if (!allowed.includes(undefined)) expect(outcome(code, type, property, undefined)).toBe("violated");
});

test("the case of a property has no meaning", () => {
  const resource = resourceOf(REGISTRY, { properties: { AdminUserEnabled: true } });
  expect(outcomes("MOOR461", resource)).toEqual(["violated properties.adminUserEnabled"]);
});

test("an unknown parent makes its properties unknown", () => {
  expect(outcomes("MOOR460", resourceOf(STORAGE, { properties: UNKNOWN }))).toEqual([
    "unknown properties.allowSharedKeyAccess",
    "unknown properties.defaultToOAuthAuthentication",
    "unknown properties.isLocalUserEnabled",
    "unknown properties.isSftpEnabled",
  ]);
});

test.each([STORAGE, VAULT, REGISTRY, LOGS, INSIGHTS, WORKSPACE, ENDPOINT, DEPLOYMENT])(
  "%s with an empty body breaks no rule's code",
  (type) => {
    for (const body of [{}, { properties: null }, { properties: [] }, { properties: "text" }, { properties: 7 }])
      expect(() => checksOf([resourceOf(type, body)])).not.toThrow();
  },
);
