/** Copies of a storage account's data: redundancy, replication to other accounts, and copies to accounts of others. */
import { armTypeOf } from "../../azure/resourceTypes";
import { canonicalRegion, isRegion, regionOf } from "../../facts/regions";
import { isGeoRedundant } from "../../facts/storageRedundancy";
import type { Contract } from "../contract";
import { at, type RuleResource } from "../resource";
import { checked, propertyRule, type Rule } from "../rule";
import { isOpaque, type Value, valueText } from "../values";
import { byIdOrName } from "./accounts";
import { byRegion, flowRules } from "./flows";
import { placeName } from "./judgement";

const account = armTypeOf("storage:StorageAccount");

/** SKUs whose copies stay in the region. Source: Azure docs, storage/common/storage-redundancy (2023-07-17). */
const IN_REGION = /^(Standard|StandardV2|Premium|PremiumV2)_(LRS|ZRS)$/i;

/** Redundancy: the SKU of an account, and the SKU to which an account is converted. */
const storageRedundancyRules: readonly Rule[] = [
  redundancyRule(account, "sku.name"),
  redundancyRule(`${account}/accountMigrations`, "properties.targetSkuName"),
];

function redundancyRule(type: string, property: string): Rule {
  return {
    code: "MOOR405",
    types: [type],
    check(resource, { contract }) {
      const sku = at(resource, property);
      const allowed = "Standard_LRS, Standard_ZRS, Premium_LRS or Premium_ZRS";
      if (isOpaque(sku))
        return [checked("MOOR405", "unknown", resource, property, sku, { problem: `The redundancy is ${valueText(sku)}.`, allowed })];
      const holds = typeof sku === "string" && (IN_REGION.test(sku) || (isGeoRedundant(sku) && isPairDeclared(resource, contract)));
      return [checked("MOOR405", holds ? "holds" : "violated", resource, property, sku, { problem: skuProblem(resource, sku), allowed })];
    },
  };
}

function skuProblem(resource: RuleResource, sku: Value): string {
  const pair = pairOf(resource);
  const copy = pair === undefined ? "the paired region" : placeName(pair);
  const isGeo = typeof sku === "string" && isGeoRedundant(sku);
  return isGeo
    ? `With the redundancy ${sku}, Azure stores a copy of all data in ${copy}.`
    : `The redundancy is ${valueText(sku)}, so the regions of the copies aren't known.`;
}

/** Whether the contract names the paired region itself. A geography doesn't: the copy is a choice of the stack, and isn't needed. */
function isPairDeclared(resource: RuleResource, { declared }: Contract): boolean {
  const pair = pairOf(resource);
  return pair !== undefined && (declared.regions ?? []).some((region) => canonicalRegion(region) === pair);
}

function pairOf(resource: RuleResource): string | undefined {
  const location = at(resource, "location");
  const region = typeof location === "string" ? canonicalRegion(location) : "";
  return isRegion(region) ? regionOf(region).pairedRegion : undefined;
}

/** Where Azure stores the account, as observed. */
const observedPlaceRules = flowRules([
  {
    code: "MOOR405",
    types: [account],
    properties: ["properties.primaryLocation", "properties.secondaryLocation"],
    flow: "Azure stores its data in",
    judge: byRegion,
  },
]);

/** Replication of blobs to another account. */
const replicationRules = flowRules([
  {
    code: "MOOR406",
    types: [`${account}/objectReplicationPolicies`],
    properties: ["properties.destinationAccount", "properties.sourceAccount"],
    flow: "Blobs are replicated between the account and",
    judge: byIdOrName,
  },
]);

/** Copies to accounts of other tenants, and to accounts anywhere. */
const copyScopeRules: readonly Rule[] = [
  propertyRule({
    code: "MOOR407",
    types: [account],
    property: "properties.allowCrossTenantReplication",
    allowed: [false],
    consequence: "blobs can be replicated to accounts of other tenants",
  }),
  propertyRule({
    code: "MOOR407",
    types: [account],
    property: "properties.allowedCopyScope",
    // Unset while weights are loaded by URL: Azure refuses sources on the internet otherwise.
    allowed: [undefined, "AAD", "PrivateLink"],
    consequence: "blobs can be copied from and to accounts of other tenants",
    remedy: "Remove the property, or set it to AAD or PrivateLink.",
  }),
];

export const storageRules: readonly Rule[] = [
  ...storageRedundancyRules,
  ...observedPlaceRules,
  ...replicationRules,
  ...copyScopeRules,
  ...otherRedundancy(),
];

/** Redundancy of backup vaults. Azure's default is geo-redundant. Source: Azure docs, backup/backup-create-recovery-services-vault. */
function otherRedundancy(): Rule[] {
  const inRegion = ["LocallyRedundant", "ZoneRedundant"];
  const consequence = "backups are copied to the paired region";
  return [
    propertyRule({
      code: "MOOR405",
      types: ["Microsoft.RecoveryServices/vaults"],
      property: "properties.redundancySettings.standardTierStorageRedundancy",
      allowed: inRegion,
      consequence,
    }),
    propertyRule({
      code: "MOOR405",
      types: ["Microsoft.RecoveryServices/vaults/backupstorageconfig"],
      property: "properties.storageModelType",
      allowed: inRegion,
      consequence,
    }),
    propertyRule({
      code: "MOOR405",
      types: ["Microsoft.RecoveryServices/vaults"],
      property: "properties.redundancySettings.crossRegionRestore",
      allowed: [undefined, "Disabled"],
      consequence: "backups can be restored in the paired region",
    }),
    propertyRule({
      code: "MOOR405",
      types: ["Microsoft.DataProtection/backupVaults"],
      property: "properties.storageSettings.0.type",
      allowed: inRegion,
      consequence,
    }),
  ];
}
