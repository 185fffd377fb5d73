// Proves the creation-only choices of a storage account, and that an update keeps those of an account that an older version created.
// Doesn't prove that the engine applies `ignoreChanges`: tests/e2e/upgrade.test.ts does.

import type { StorageAccountArgs } from "@pulumi/azure-native/storage";
import * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../../../components/base/transform";
import { createBlobService, createPrivateStorage, type StorageRedundancy } from "../../../components/workspace/storage";
import { regions } from "../../../facts/regions";
import { hasZones, REGIONS_WITHOUT_ZONES } from "../../../facts/zones";
import { serveAzure } from "../../azure/fakeArm";
import { armRequest, find, type RecordOptions, record, SUBSCRIPTION, schemaErrors } from "../recorder";

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

const accountId = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stdevx7k2p9`;
const encryptionOf = async (responses: Record<string, object | number>, given: Given = {}) => {
  const azure = await serveAzure(responses);
  const recording = await make(given, { preview: true });
  await azure.close();
  return find(recording, "platform-storage").inputs.encryption;
};

test("The rules see the encryption of an existing account, which an older version created without these choices.", async () => {
  const services = { blob: { enabled: true, keyType: "Account" }, file: { enabled: true, keyType: "Account" } };
  const created = { keySource: "Microsoft.Storage", services };
  const older = { enabled: true, keyType: "Service" };
  expect(await encryptionOf({ [accountId]: { properties: { encryption: created } } })).toEqual({
    ...created,
    requireInfrastructureEncryption: false,
    services: { ...services, queue: older, table: older },
  });
});

test.each([
  ["doesn't exist", {}],
  ["can't be read", { [accountId]: 403 }],
])("The rules see the defaults if the account %s.", async (_, responses) => {
  expect(await encryptionOf(responses)).toMatchObject({ requireInfrastructureEncryption: true });
});

test("An explicit choice is not replaced by the value of the existing account.", async () => {
  const responses = { [accountId]: { properties: { encryption: { requireInfrastructureEncryption: true } } } };
  const transform = { encryption: { requireInfrastructureEncryption: false } };
  expect(await encryptionOf(responses, { transform })).toMatchObject({ requireInfrastructureEncryption: false });
});

test("Regions without availability zones are regions of the public cloud.", () => {
  expect(REGIONS_WITHOUT_ZONES.filter((region) => regions[region as keyof typeof regions]?.cloud !== "AzureCloud")).toEqual([]);
  expect(["swedencentral", "Sweden Central", "swedensouth", "Sweden South"].map(hasZones)).toEqual([true, true, false, false]);
});
