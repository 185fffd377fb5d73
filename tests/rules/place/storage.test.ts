// Proves which settings of a storage account let data leave its region or its tenant. Doesn't prove where copies are that people make.
import { SECRET, UNKNOWN, type Value } from "../../../rules/values";
import { checksOf, inside, missing, outside, resourceOf, resultsOf, sweden, types } from "./world";

const account = (body: Readonly<Record<string, Value>>) => resourceOf(types.account, { location: "swedencentral", ...body });
const bothRegions = { ...sweden, declared: { regions: ["swedencentral", "Sweden South"] } };

test.each<[Value, string]>([
  [{ name: "Standard_LRS" }, "holds"],
  [{ name: "standard_lrs" }, "holds"],
  [{ name: "Standard_ZRS" }, "holds"],
  [{ name: "Premium_LRS" }, "holds"],
  [{ name: "Premium_ZRS" }, "holds"],
  [{ name: "StandardV2_LRS" }, "holds"],
  [{ name: "PremiumV2_ZRS" }, "holds"],
  [{ name: "Standard_GRS" }, "violated"],
  [{ name: "Standard_RAGRS" }, "violated"],
  [{ name: "Standard_GZRS" }, "violated"],
  [{ name: "Standard_RAGZRS" }, "violated"],
  [{ name: "STANDARD_ragrs" }, "violated"],
  [{ name: "StandardV2_GRS" }, "violated"],
  [{ name: "Standard_XRS" }, "violated"],
  [{ name: 3 }, "violated"],
  [{}, "violated"],
  [undefined, "violated"],
  [UNKNOWN, "unknown"],
  [{ name: SECRET }, "unknown"],
])("the SKU %p", (sku, outcome) => {
  expect(resultsOf("MOOR405", account({ sku }))).toEqual([`${outcome} sku.name`]);
});

test("geo-redundancy is allowed only if the stack file lists the paired region", () => {
  const sku = { name: "Standard_GRS" };
  expect(checksOf(account({ sku })).find(({ code }) => code === "MOOR405")?.problem).toBe(
    "With the redundancy Standard_GRS, Azure stores a copy of all data in swedensouth (Sweden).",
  );
  expect(resultsOf("MOOR405", account({ sku }), bothRegions)).toEqual(["holds sku.name"]);
  expect(resultsOf("MOOR405", account({ location: "brazilsouth", sku }), bothRegions)).toEqual(["violated sku.name"]);
});

test.each<[Value, string[]]>([
  ["swedensouth", ["holds properties.secondaryLocation"]],
  ["North Europe", ["violated properties.secondaryLocation"]],
  [UNKNOWN, ["unknown properties.secondaryLocation"]],
  [undefined, []],
  [null, []],
])("an account with the observed secondary region %p", (secondaryLocation, expected) => {
  const observed = resourceOf(
    types.account,
    { location: "swedencentral", sku: { name: "Standard_LRS" }, properties: { primaryLocation: "swedencentral", secondaryLocation } },
    { from: "observed" },
  );
  expect(resultsOf("MOOR405", observed)).toEqual(["holds sku.name", "holds properties.primaryLocation", ...expected]);
});

test.each<[Value, string]>([
  [false, "holds"],
  [true, "violated"],
  ["true", "violated"],
  [undefined, "violated"],
  [UNKNOWN, "unknown"],
])("allowCrossTenantReplication %p", (allowCrossTenantReplication, outcome) => {
  expect(resultsOf("MOOR407", account({ properties: { allowCrossTenantReplication } }))[0]).toBe(
    `${outcome} properties.allowCrossTenantReplication`,
  );
});

test.each<[Value, string]>([
  [undefined, "holds"],
  [null, "holds"],
  ["AAD", "holds"],
  ["aad", "holds"],
  ["PrivateLink", "holds"],
  ["All", "violated"],
  [1, "violated"],
  [UNKNOWN, "unknown"],
])("allowedCopyScope %p", (allowedCopyScope, outcome) => {
  expect(resultsOf("MOOR407", account({ properties: { allowedCopyScope } }))[1]).toBe(`${outcome} properties.allowedCopyScope`);
});

test.each<[string, Value, string]>([
  ["an account in the residency", inside.account, "holds"],
  ["its name", "home", "holds"],
  ["an account outside", outside.account, "violated"],
  ["its ID in capitals", outside.account.toUpperCase(), "violated"],
  ["its name", "away", "violated"],
  ["an ID that isn't in the review", missing.account, "unknown"],
  ["a name that isn't in the review", "stranger", "violated"],
  ["an unknown ID", UNKNOWN, "unknown"],
  ["a number", 5, "violated"],
])("object replication to %s", (_, destinationAccount, outcome) => {
  const policy = resourceOf(`${types.account}/objectReplicationPolicies`, { properties: { sourceAccount: "home", destinationAccount } });
  expect(resultsOf("MOOR406", policy)).toEqual([`${outcome} properties.destinationAccount`, "holds properties.sourceAccount"]);
});

test("an account is converted only to a redundancy within the region", () => {
  const migration = (targetSkuName: string) => resourceOf(`${types.account}/accountMigrations`, { properties: { targetSkuName } });
  expect(resultsOf("MOOR405", migration("Standard_ZRS"))).toEqual(["holds properties.targetSkuName"]);
  expect(resultsOf("MOOR405", migration("Standard_GZRS"))).toEqual(["violated properties.targetSkuName"]);
});

test.each<[string, Value, string]>([
  ["Microsoft.RecoveryServices/vaults", { redundancySettings: { standardTierStorageRedundancy: "ZoneRedundant" } }, "holds"],
  ["Microsoft.RecoveryServices/vaults", { redundancySettings: { standardTierStorageRedundancy: "GeoRedundant" } }, "violated"],
  ["Microsoft.RecoveryServices/vaults", {}, "violated"],
  ["Microsoft.DataProtection/backupVaults", { storageSettings: [{ type: "LocallyRedundant" }] }, "holds"],
  ["Microsoft.DataProtection/backupVaults", { storageSettings: [{ type: "GeoRedundant" }] }, "violated"],
  ["Microsoft.RecoveryServices/vaults/backupstorageconfig", { storageModelType: "GeoRedundant" }, "violated"],
])("backups in %s with %j", (type, properties, outcome) => {
  expect(resultsOf("MOOR405", resourceOf(type, { location: "swedencentral", properties }))[0]?.split(" ")[0]).toBe(outcome);
});
