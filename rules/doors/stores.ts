/** One-way doors of stores: storage accounts, Key Vaults, container registries and logs. */
import { armTypeOf } from "../../azure/resourceTypes";
import { at, type RuleResource } from "../resource";
import type { Value } from "../values";
import { type Change, type Door, propertyDoor } from "./door";

const storage = [armTypeOf("storage:StorageAccount")];
const blobServices = ["Microsoft.Storage/storageAccounts/blobServices"];
const vaults = [armTypeOf("keyvault:Vault")];
const registries = [armTypeOf("containerregistry:Registry")];
const logs = [armTypeOf("operationalinsights:Workspace")];
const tables = [`${armTypeOf("operationalinsights:Workspace")}/tables`];

const policies = ["properties.deleteRetentionPolicy", "properties.containerDeleteRetentionPolicy"];
const untagged = "properties.policies.retentionPolicy";

export const storageDoors: readonly Door[] = [
  propertyDoor({ code: "MOOR512", types: storage, properties: ["properties.encryption.requireInfrastructureEncryption"], absent: false }),
  propertyDoor({ code: "MOOR513", types: storage, properties: ["sku.name"], goesThrough: changesRedundancy }),
  propertyDoor({ code: "MOOR514", types: storage, properties: ["properties.isHnsEnabled"], absent: false }),
  propertyDoor({
    code: "MOOR515",
    types: blobServices,
    properties: [...policies.map((policy) => `${policy}.enabled`), "properties.isVersioningEnabled"],
    absent: false,
    goesThrough: (before) => before === true,
  }),
  ...policies.map((policy) =>
    propertyDoor({
      code: "MOOR515",
      types: blobServices,
      properties: [`${policy}.days`],
      goesThrough: (before, after, change) => isLower(before, after) && stays(change, `${policy}.enabled`, true),
    }),
  ),
];

export const vaultDoors: readonly Door[] = [
  propertyDoor({ code: "MOOR516", types: vaults, properties: ["properties.enablePurgeProtection"], absent: false }),
  propertyDoor({ code: "MOOR517", types: vaults, properties: ["properties.enableSoftDelete"], absent: true }),
  propertyDoor({ code: "MOOR517", types: vaults, properties: ["properties.softDeleteRetentionInDays"], absent: 90 }),
];

export const registryDoors: readonly Door[] = [
  propertyDoor({ code: "MOOR518", types: registries, properties: ["properties.encryption.status"], absent: "disabled" }),
  // A body without the property leaves it to Azure, which creates zone-redundant registries in regions with zones.
  propertyDoor({
    code: "MOOR519",
    types: registries,
    properties: ["properties.zoneRedundancy"],
    goesThrough: (before, after) => before !== undefined && after !== undefined,
  }),
  propertyDoor({
    code: "MOOR520",
    types: registries,
    properties: [`${untagged}.status`],
    absent: "disabled",
    goesThrough: (_, after) => isText(after, "enabled"),
  }),
  propertyDoor({
    code: "MOOR520",
    types: registries,
    properties: [`${untagged}.days`],
    // Azure's default.
    absent: 7,
    goesThrough: (before, after, change) => isLower(before, after) && stays(change, `${untagged}.status`, "enabled"),
  }),
];

export const logDoors: readonly Door[] = [
  // Azure's default without a commitment tier.
  propertyDoor({ code: "MOOR521", types: logs, properties: ["properties.retentionInDays"], absent: 30, goesThrough: isLower }),
  propertyDoor({
    code: "MOOR521",
    types: logs,
    properties: ["properties.features.immediatePurgeDataOn30Days"],
    absent: false,
    goesThrough: (_, after) => after === true,
  }),
  propertyDoor({
    code: "MOOR521",
    types: tables,
    properties: ["properties.retentionInDays", "properties.totalRetentionInDays"],
    // -1 stands for the retention of the workspace, which isn't known here.
    goesThrough: (before, after) => isLower(before, after) || after === -1,
  }),
];

function isLower(before: Value, after: Value): boolean {
  return typeof before === "number" && typeof after === "number" && after < before;
}

/** Whether a property has a value before and after the change. */
function stays({ before, after }: Change, property: string, value: Value): boolean {
  const has = (resource: RuleResource) => isText(at(resource, property), value);
  return has(before) && has(after);
}

function isText(one: Value, other: Value): boolean {
  return typeof one === "string" && typeof other === "string" ? one.toLowerCase() === other.toLowerCase() : one === other;
}

/** The redundancy in the name of a SKU, for example `Standard_RAGZRS`. */
const redundancy = /^([a-z\d]+)_(?:RA)?(G?)(L?|Z)RS$/i;

/** Removing the copy in the paired region is harmless. */
function changesRedundancy(before: Value, after: Value): boolean {
  const [was, now] = [before, after].map((sku) =>
    redundancy
      .exec(String(sku))
      ?.slice(1)
      .map((part) => part.toUpperCase()),
  );
  if (was === undefined || now === undefined) return true;
  const [tierBefore, geoBefore, localBefore] = was;
  const [tier, geo, local] = now;
  const isZonal = (part: string | undefined) => part === "Z";
  return tier !== tierBefore || isZonal(local) !== isZonal(localBefore) || (geo === "G" && geoBefore !== "G");
}
