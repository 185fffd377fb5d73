// Proves the creation-only choices of a storage account, and that an update keeps those of an account that an older version created.
// Doesn't prove that the engine applies `ignoreChanges`: tests/e2e/upgrade.test.ts does.

import type { StorageAccountArgs } from "@pulumi/azure-native/storage";
import * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../../../components/base/transform";
import { createBlobService, createPrivateStorage, type StorageRedundancy } from "../../../components/workspace/storage";
import { regions } from "../../../facts/regions";
import { hasZones, REGIONS_WITHOUT_ZONES } from "../../../facts/zones";
import { armRequest, created, find, type RecordOptions, record, schemaErrors, type World } from "../recorder";

interface Given {
  readonly redundancy?: StorageRedundancy;
  readonly transform?: Transform<StorageAccountArgs>;
}

const make = ({ redundancy, transform }: Given = {}, options: RecordOptions = {}) =>
  record(() => {
    const parent = new pulumi.ComponentResource("tests:index:Parent", "platform");
    const place = { stack: "dev", suffix: "x7k2p9", resourceGroupName: "rg", location: "swedencentral", tags: {} };
    const context = { ...place, parentName: "platform", parent, protect: false };
    const account = createPrivateStorage({ context, redundancy, transform, opts: { parent } });
    createBlobService(context, account, undefined);
  }, options);

/** A world in which the account has another SKU. */
const accountWith = (name: string): World => ({
  met: (type, _name, inputs) => created(type, inputs),
  seen: (_name, inputs) => inputs,
  before: (_type, resource, inputs) => (resource === "platform-storage" ? { ...inputs, sku: { name } } : undefined),
});

test.each([
  [undefined, "Standard_LRS"],
  ["LRS", "Standard_LRS"],
  ["ZRS", "Standard_ZRS"],
] as const)("With the redundancy %s, the SKU is %s.", async (redundancy, name) => {
  expect(armRequest(find(await make({ redundancy }), "platform-storage")).body.sku).toEqual({ name });
});

test("An existing account keeps its encryption.", async () => {
  expect(find(await make(), "platform-storage").ignoreChanges).toEqual(["encryption"]);
});

test.each<[string, Transform<StorageAccountArgs>, string[]]>([
  ["changes the encryption", { encryption: { requireInfrastructureEncryption: false } }, []],
  ["removes the encryption", { encryption: undefined }, []],
  ["changes another property", { accessTier: "Cool" }, ["encryption"]],
  ["is a function that changes another property", (args) => void Object.assign(args, { accessTier: "Cool" }), ["encryption"]],
])("With a transform that %s, an update ignores %j.", async (_, transform, ignored) => {
  expect(find(await make({ transform }), "platform-storage").ignoreChanges).toEqual(ignored);
});

test("Deleted blobs and containers can be restored for seven days.", async () => {
  const recording = await make();
  const service = find(recording, "platform-blob-service");
  expect(armRequest(service).body).toEqual({
    properties: { deleteRetentionPolicy: { enabled: true, days: 7 }, containerDeleteRetentionPolicy: { enabled: true, days: 7 } },
  });
  expect(service.deletedWith).toBe("platform-storage");
  expect(recording.resources.filter(({ custom }) => custom).flatMap(schemaErrors)).toEqual([]);
});

test.each<[StorageRedundancy, string, string | undefined]>([
  ["LRS", "Standard_LRS", undefined],
  ["LRS", "Standard_GRS", undefined],
  ["ZRS", "Standard_GZRS", undefined],
  [
    "ZRS",
    "Standard_LRS",
    "from Standard_LRS to Standard_ZRS. Allowed: Standard_LRS. To keep it, set `moor:platform.storageRedundancy: LRS`",
  ],
  [
    "LRS",
    "Standard_ZRS",
    "from Standard_ZRS to Standard_LRS. Allowed: Standard_ZRS. To keep it, set `moor:platform.storageRedundancy: ZRS`",
  ],
])("A preview of %s for an account with %s is refused: %s.", async (redundancy, name, refusal) => {
  const { refusals } = await make({ redundancy }, { preview: true, world: accountWith(name) });
  expect(refusals).toEqual(refusal === undefined ? [] : [expect.stringContaining(refusal)]);
});

test("Regions without availability zones are regions of the public cloud.", () => {
  expect(REGIONS_WITHOUT_ZONES.filter((region) => regions[region as keyof typeof regions]?.cloud !== "AzureCloud")).toEqual([]);
  expect(["swedencentral", "Sweden Central", "swedensouth", "Sweden South"].map(hasZones)).toEqual([true, true, false, false]);
});
