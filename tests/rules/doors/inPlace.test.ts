/**
 * Tests each one-way door for changes in place, with changes that go through it and changes that don't. Doesn't prove that Azure rejects the
 * changes: the sources in rules/doors/codes.ts state it.
 */
import { type Body, checkChange, doors, doorWays, SECRET, UNKNOWN } from "../../../rules";
import { bodyAt, group, type Kind, resourceOf } from "./resources";

type Value = Body[string];

/** A change of one property: from a value to another one. */
type Row = readonly [code: string, kind: Kind, property: string, from: Value, to: Value];

const id = (path: string) => `${group}/${path}`;
const network = "properties.managedNetwork";
const vaultA = id("Microsoft.KeyVault/vaults/a");
const vaultB = id("Microsoft.KeyVault/vaults/b");
const store = (name: string) => id(`Microsoft.Storage/storageAccounts/${name}`);
const registry = (name: string) => id(`Microsoft.ContainerRegistry/registries/${name}`);
const insights = (name: string) => id(`Microsoft.Insights/components/${name}`);
const identity = (name: string) => id(`Microsoft.ManagedIdentity/userAssignedIdentities/${name}`);
const user = (...names: string[]) => ({ type: "UserAssigned", userAssignedIdentities: names.map(identity) });

/** Changes through a door. */
const through: readonly Row[] = [
  ["MOOR501", "workspace", `${network}.isolationMode`, "AllowOnlyApprovedOutbound", "AllowInternetOutbound"],
  ["MOOR501", "workspace", `${network}.isolationMode`, "AllowInternetOutbound", "AllowOnlyApprovedOutbound"],
  ["MOOR501", "workspace", `${network}.isolationMode`, "AllowOnlyApprovedOutbound", undefined],
  ["MOOR501", "workspace", `${network}.isolationMode`, undefined, "AllowOnlyApprovedOutbound"],
  ["MOOR502", "workspace", `${network}.managedNetworkKind`, undefined, "V2"],
  ["MOOR502", "workspace", `${network}.managedNetworkKind`, "V2", "V1"],
  ["MOOR503", "workspace", `${network}.firewallSku`, "Basic", "Standard"],
  ["MOOR503", "workspace", `${network}.firewallSku`, "Basic", undefined],
  ["MOOR504", "workspace", "identity.type", "SystemAssigned", "SystemAssigned,UserAssigned"],
  ["MOOR504", "workspace", "identity.type", "UserAssigned", "SystemAssigned"],
  ["MOOR504", "workspace", "identity.userAssignedIdentities", [identity("a"), identity("b")], [identity("b")]],
  ["MOOR504", "workspace", "properties.primaryUserAssignedIdentity", identity("a"), identity("b")],
  ["MOOR505", "endpoint", "identity.type", undefined, "UserAssigned"],
  ["MOOR505", "endpoint", "identity.type", "UserAssigned", "SystemAssigned"],
  ["MOOR505", "endpoint", "identity.userAssignedIdentities", { [identity("a")]: {} }, { [identity("a")]: {}, [identity("b")]: {} }],
  ["MOOR505", "endpoint", "identity.userAssignedIdentities", [identity("a")], [identity("b")]],
  ["MOOR506", "workspace", "properties.keyVault", vaultA, vaultB],
  ["MOOR506", "workspace", "properties.storageAccount", store("a"), store("b")],
  ["MOOR506", "workspace", "properties.storageAccount", store("a"), undefined],
  ["MOOR507", "workspace", "properties.containerRegistry", registry("a"), registry("b")],
  ["MOOR507", "workspace", "properties.containerRegistry", registry("a"), undefined],
  ["MOOR508", "workspace", "properties.applicationInsights", insights("a"), insights("b")],
  ["MOOR509", "workspace", "properties.encryption.status", undefined, "Enabled"],
  ["MOOR509", "workspace", "properties.encryption.status", "Enabled", "Disabled"],
  ["MOOR509", "workspace", "properties.encryption.keyVaultProperties.keyVaultArmId", vaultA, vaultB],
  ["MOOR509", "workspace", "properties.enableServiceSideCMKEncryption", undefined, true],
  ["MOOR510", "workspace", "properties.hbiWorkspace", undefined, true],
  ["MOOR510", "workspace", "properties.hbiWorkspace", true, false],
  ["MOOR511", "workspace", "properties.enableDataIsolation", false, true],
  ["MOOR512", "storage", "properties.encryption.requireInfrastructureEncryption", undefined, true],
  ["MOOR512", "storage", "properties.encryption.requireInfrastructureEncryption", true, undefined],
  ["MOOR513", "storage", "sku.name", "Standard_LRS", "Standard_GRS"],
  ["MOOR513", "storage", "sku.name", "Standard_LRS", "Standard_ZRS"],
  ["MOOR513", "storage", "sku.name", "Standard_ZRS", "Standard_LRS"],
  ["MOOR513", "storage", "sku.name", "Standard_ZRS", "Standard_RAGZRS"],
  ["MOOR513", "storage", "sku.name", "Standard_GZRS", "Standard_GRS"],
  ["MOOR513", "storage", "sku.name", "Standard_LRS", "Premium_LRS"],
  ["MOOR513", "storage", "sku.name", "Standard_LRS", "StandardV2_LRS"],
  ["MOOR513", "storage", "sku.name", "Standard_LRS", "Standard_Future"],
  ["MOOR514", "storage", "properties.isHnsEnabled", undefined, true],
  ["MOOR514", "storage", "properties.isHnsEnabled", true, false],
  ["MOOR515", "blobs", "properties.deleteRetentionPolicy.enabled", true, false],
  ["MOOR515", "blobs", "properties.deleteRetentionPolicy.enabled", true, undefined],
  ["MOOR515", "blobs", "properties.containerDeleteRetentionPolicy.enabled", true, false],
  ["MOOR515", "blobs", "properties.isVersioningEnabled", true, false],
  ["MOOR516", "vault", "properties.enablePurgeProtection", true, undefined],
  ["MOOR516", "vault", "properties.enablePurgeProtection", undefined, true],
  ["MOOR517", "vault", "properties.enableSoftDelete", true, false],
  ["MOOR517", "vault", "properties.enableSoftDelete", undefined, false],
  ["MOOR517", "vault", "properties.softDeleteRetentionInDays", 90, 7],
  ["MOOR517", "vault", "properties.softDeleteRetentionInDays", undefined, 30],
  ["MOOR518", "registry", "properties.encryption.status", undefined, "enabled"],
  ["MOOR518", "registry", "properties.encryption.status", "enabled", "disabled"],
  ["MOOR519", "registry", "properties.zoneRedundancy", "Enabled", "Disabled"],
  ["MOOR519", "registry", "properties.zoneRedundancy", "Disabled", "Enabled"],
  ["MOOR520", "registry", "properties.policies.retentionPolicy.status", undefined, "enabled"],
  ["MOOR521", "logs", "properties.retentionInDays", 90, 30],
  ["MOOR521", "logs", "properties.retentionInDays", 90, undefined],
  ["MOOR521", "logs", "properties.features.immediatePurgeDataOn30Days", undefined, true],
  ["MOOR521", "table", "properties.totalRetentionInDays", 730, 90],
  ["MOOR521", "table", "properties.retentionInDays", 90, 4],
  ["MOOR521", "table", "properties.totalRetentionInDays", 730, -1],
  ["MOOR522", "alert", "location", "swedencentral", "westeurope"],
  ["MOOR522", "storage", "location", "Sweden Central", "Sweden South"],
  ["MOOR522", "alert", "location", "global", "swedencentral"],
  ["MOOR524", "deployment", "properties.instanceType", "Standard_NC24ads_A100_v4", "Standard_NC4as_T4_v3"],
  ["MOOR524", "deployment", "properties.egressPublicNetworkAccess", undefined, "Disabled"],
  ["MOOR524", "environment", "properties.image", "acr1.azurecr.io/vllm@sha256:1", "acr1.azurecr.io/vllm@sha256:2"],
  [
    "MOOR524",
    "environment",
    "properties.inferenceConfig",
    { scoringRoute: { path: "/", port: 80 } },
    { scoringRoute: { path: "/", port: 81 } },
  ],
  ["MOOR524", "environment", "properties.osType", "Linux", "Windows"],
  ["MOOR524", "environment", "properties.condaFile", "a", "b"],
  ["MOOR524", "environment", "properties.build", { contextUri: "a" }, { contextUri: "b" }],
  ["MOOR524", "environment", "properties.autoRebuild", "Disabled", "OnBaseImageUpdate"],
  ["MOOR524", "model", "properties.modelUri", "azureml://a", "azureml://b"],
  ["MOOR524", "model", "properties.modelType", "custom_model", "mlflow_model"],
  ["MOOR524", "code", "properties.codeUri", "https://a", "https://b"],
  ["MOOR524", "storage", "kind", "Storage", "StorageV2"],
];

/** Changes through no door. */
const harmless: readonly Row[] = [
  ["MOOR501", "workspace", `${network}.isolationMode`, "AllowOnlyApprovedOutbound", "allowonlyapprovedoutbound"],
  ["MOOR501", "workspace", `${network}.isolationMode`, "Disabled", undefined],
  ["MOOR501", "workspace", `${network}.outboundRules`, {}, { hub: { type: "FQDN", destination: "huggingface.co" } }],
  ["MOOR502", "workspace", `${network}.managedNetworkKind`, undefined, "V1"],
  ["MOOR503", "workspace", `${network}.firewallSku`, undefined, "Standard"],
  ["MOOR504", "workspace", "identity", user("a"), user("a", "b")],
  ["MOOR504", "workspace", "identity", user("a"), { type: "UserAssigned", userAssignedIdentities: { [identity("A")]: { clientId: "x" } } }],
  ["MOOR504", "workspace", "identity.type", "SystemAssigned,UserAssigned", "SystemAssigned, UserAssigned"],
  ["MOOR504", "workspace", "properties.primaryUserAssignedIdentity", undefined, identity("a")],
  ["MOOR505", "endpoint", "identity", user("a", "b"), user("b", "a")],
  ["MOOR505", "endpoint", "identity.type", undefined, "SystemAssigned"],
  ["MOOR505", "endpoint", "properties.authMode", "Key", "AADToken"],
  ["MOOR506", "workspace", "properties.keyVault", vaultA, vaultA.toUpperCase()],
  ["MOOR507", "workspace", "properties.containerRegistry", undefined, registry("a")],
  ["MOOR507", "workspace", "properties.containerRegistry", null, registry("a")],
  ["MOOR508", "workspace", "properties.applicationInsights", undefined, insights("a")],
  ["MOOR509", "workspace", "properties.encryption.keyVaultProperties.keyIdentifier", "https://a/keys/k/1", "https://a/keys/k/2"],
  ["MOOR510", "workspace", "properties.hbiWorkspace", undefined, false],
  ["MOOR511", "workspace", "properties.enableDataIsolation", false, undefined],
  ["MOOR512", "storage", "properties.encryption.requireInfrastructureEncryption", false, undefined],
  ["MOOR513", "storage", "sku.name", "Standard_GRS", "Standard_LRS"],
  ["MOOR513", "storage", "sku.name", "Standard_RAGZRS", "Standard_ZRS"],
  ["MOOR513", "storage", "sku.name", "Standard_GRS", "Standard_RAGRS"],
  ["MOOR514", "storage", "properties.isHnsEnabled", undefined, false],
  ["MOOR515", "blobs", "properties.deleteRetentionPolicy.enabled", false, true],
  ["MOOR515", "blobs", "properties.deleteRetentionPolicy.days", 7, 1],
  ["MOOR515", "blobs", "properties.isVersioningEnabled", undefined, true],
  ["MOOR516", "vault", "properties.enablePurgeProtection", false, undefined],
  ["MOOR517", "vault", "properties.softDeleteRetentionInDays", 90, undefined],
  ["MOOR517", "vault", "properties.enableSoftDelete", undefined, true],
  [
    "MOOR518",
    "registry",
    "properties.encryption",
    { status: "enabled" },
    { status: "enabled", keyVaultProperties: { keyIdentifier: "k" } },
  ],
  ["MOOR519", "registry", "properties.zoneRedundancy", undefined, "Enabled"],
  ["MOOR519", "registry", "properties.zoneRedundancy", "Enabled", undefined],
  ["MOOR520", "registry", "properties.policies.retentionPolicy.status", "enabled", "disabled"],
  ["MOOR520", "registry", "properties.policies.retentionPolicy.days", 30, 7],
  ["MOOR521", "logs", "properties.retentionInDays", 30, 90],
  ["MOOR521", "logs", "properties.retentionInDays", undefined, 30],
  ["MOOR521", "logs", "properties.features.immediatePurgeDataOn30Days", true, undefined],
  ["MOOR521", "table", "properties.totalRetentionInDays", 90, 730],
  ["MOOR522", "alert", "location", "Sweden Central", "swedencentral"],
  ["MOOR522", "alert", "location", undefined, "swedencentral"],
  ["MOOR522", "alert", "location", "swedencentral", undefined],
  ["MOOR522", "alert", "location", null, "swedencentral"],
  ["MOOR524", "deployment", "properties.environmentId", "a", "b"],
  ["MOOR524", "deployment", "properties.egressPublicNetworkAccess", "Enabled", undefined],
  ["MOOR524", "environment", "properties.osType", undefined, "Linux"],
  ["MOOR524", "model", "properties.modelType", "custom_model", undefined],
  ["MOOR524", "environment", "properties.inferenceConfig", { port: 80, path: "/" }, { path: "/", port: 80, startupRoute: undefined }],
  ["MOOR524", "environment", "properties.description", "a", "b"],
  ["MOOR524", "model", "tags", { a: "1" }, { a: "2" }],
];

function check(kind: Kind, property: string, from: Value, to: Value) {
  return checkChange({ before: resourceOf(kind, bodyAt(property, from)), after: resourceOf(kind, bodyAt(property, to)) });
}

const title = (text: string) => `%s, %s: %s from %j to %j ${text}`;

test.each(through)(title("goes through the door"), (code, kind, property, from, to) => {
  const found = check(kind, property, from, to);
  expect(found.map((one) => [one.code, one.outcome, one.property, one.resource.name])).toEqual([
    [code, "violated", property, `moor-${kind}`],
  ]);
});

test.each(harmless)(title("goes through no door"), (_, kind, property, from, to) => {
  expect(check(kind, property, from, to)).toEqual([]);
});

test("each door for changes in place has a change through it and a harmless one", () => {
  const codesOf = (rows: readonly Row[]) => [...new Set(rows.map(([code]) => code))].sort();
  const own = [...new Set(doors.map(({ code }) => code))].sort();
  expect(codesOf(through)).toEqual(own);
  expect(codesOf(harmless)).toEqual(own);
  expect(Object.entries(doorWays).flatMap(([code, ways]) => (ways.some((way) => way === "inPlace") ? [code] : []))).toEqual(own);
});

test.each([
  ["deleteRetentionPolicy", 14, 7, true, ["properties.deleteRetentionPolicy.days"]],
  ["containerDeleteRetentionPolicy", 14, 7, true, ["properties.containerDeleteRetentionPolicy.days"]],
  ["deleteRetentionPolicy", 7, 14, true, []],
  ["deleteRetentionPolicy", 14, 7, false, []],
] as const)("%s from %d to %d days, enabled %s", (policy, from, to, enabled, properties) => {
  const found = check("blobs", `properties.${policy}`, { days: from, enabled }, { days: to, enabled });
  expect(found.map(({ code, property }) => [code, property])).toEqual(properties.map((property) => ["MOOR515", property]));
});

test.each([
  [30, 7, 1],
  [7, 30, 0],
  [30, undefined, 1],
  [undefined, 7, 0],
] as const)("the retention of untagged images from %j to %j days goes through %d doors", (from, to, count) => {
  const policy = "properties.policies.retentionPolicy";
  const found = check("registry", policy, { days: from, status: "enabled" }, { days: to, status: "enabled" });
  expect(found.map(({ code, property }) => [code, property])).toEqual(Array(count).fill(["MOOR520", `${policy}.days`]));
});

test.each(through)(title("isn't proved while the new value is unknown"), (code, kind, property, from) => {
  const found = check(kind, property, from, UNKNOWN);
  expect(found.map((one) => [one.code, one.outcome, one.property])).toEqual([[code, "unknown", property]]);
});

const unknownIdentities: readonly (readonly [what: string, value: Value])[] = [
  ["an identity in a list", [UNKNOWN]],
  ["the list", UNKNOWN],
];

test.each(unknownIdentities)("%s that isn't known yet isn't proved", (_, now) => {
  for (const [kind, code] of [
    ["workspace", "MOOR504"],
    ["endpoint", "MOOR505"],
  ] as const) {
    const found = check(kind, "identity", user("a"), { type: "UserAssigned", userAssignedIdentities: now });
    expect(found.map((one) => [one.code, one.outcome, one.property])).toEqual([[code, "unknown", "identity.userAssignedIdentities"]]);
  }
});

test("a value in an object that isn't known yet makes the object unknown, also if both have it", () => {
  const found = check("environment", "properties.build", { contextUri: "a" }, { contextUri: UNKNOWN });
  expect(found.map(({ outcome }) => outcome)).toEqual(["unknown"]);
});

test("a secret is never shown, and an unchanged one is no change", () => {
  const found = check("model", "properties.modelUri", "https://a/?sig=secret", SECRET);
  expect(found.map(({ outcome, value }) => [outcome, value])).toEqual([["unknown", "a secret → a secret"]]);
  expect(check("model", "properties.modelUri", SECRET, SECRET)).toEqual([]);
});

test("a change shows the value before and after, why it is one-way, and what is allowed", () => {
  expect(check("logs", "properties.retentionInDays", 90, 30)).toEqual([
    {
      code: "MOOR521",
      outcome: "violated",
      resource: resourceOf("logs", bodyAt("properties.retentionInDays", 30)),
      property: "properties.retentionInDays",
      value: "90 → 30",
      problem:
        "`properties.retentionInDays` changes from 90 to 30. Azure deletes the older logs permanently, 30 days after the change or immediately.",
      allowed: "90",
      remedy:
        "Restore the retention (in a stack file of Moor: `moor:platform.logRetentionDays`). Export the logs first if they must be kept.",
    },
  ]);
});

test("types are compared without case, and a resource without changes goes through no door", () => {
  const change = { before: resourceOf("vault"), after: resourceOf("vault", { properties: { enablePurgeProtection: true } }) };
  const type = "microsoft.keyvault/VAULTS";
  expect(checkChange({ before: { ...change.before, type }, after: { ...change.after, type } })).toHaveLength(1);
  expect(checkChange({ before: change.after, after: change.after })).toEqual([]);
});
