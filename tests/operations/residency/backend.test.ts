// Proves what a statement says about the state of a stack: the place of its storage account and of the vault of its secrets, and what is not
// known. Doesn't prove that Pulumi uses that backend: `pulumi whoami` says so.

// Before Pulumi's runtime, which reads the folder on load.
import "../../components/rootDirectory";

import { stateRowOf } from "../../../operations/residency/backend";
import { validUntil } from "../../../operations/residency/header";
import { armClient, serveAzure } from "../../azure/fakeArm";
import { contract } from "./statement";

const subscriptionId = "00000000-0000-4000-8000-000000000001";
const accounts = `/subscriptions/${subscriptionId}/providers/Microsoft.Storage/storageAccounts`;
const vaults = `/subscriptions/${subscriptionId}/providers/Microsoft.KeyVault/vaults`;
const url = "azblob://state?storage_account=moorstate";
const secretsProvider = "azurekeyvault://moor-keys.vault.azure.net/keys/pulumi";

async function row(answers: Readonly<Record<string, object | number>>, backend = url, secrets: string | undefined = secretsProvider) {
  const azure = await serveAzure(answers);
  return stateRowOf(backend, { contract, secretsProvider: secrets, azure: armClient({ pollSeconds: 0.001 }), subscriptionId }).finally(() =>
    azure.close(),
  );
}

const at = (location: string, name: string) => ({
  value: [
    { name: "other", location: "eastus" },
    { name, location },
  ],
});

test("State and secrets in Azure have a region and a country", async () => {
  expect(await row({ [accounts]: at("Sweden Central", "moorstate"), [vaults]: at("swedencentral", "moor-keys") })).toEqual({
    backend: "Azure Blob Storage, container state of the storage account moorstate",
    region: "swedencentral",
    country: "SE",
    secretsProvider: "the key vault moor-keys",
    secretsRegion: "swedencentral",
    secretsCountry: "SE",
    outcome: "proved",
    note: "",
  });
});

test("A place outside the residency is violated", async () => {
  const { outcome, note } = await row({ [accounts]: at("westeurope", "moorstate"), [vaults]: at("swedencentral", "moor-keys") });
  expect([outcome, note]).toEqual(["violated", "The state is in westeurope, outside the residency."]);
});

test("An account that isn't found, or that Azure doesn't show, is not proved", async () => {
  const { outcome, note } = await row({ [accounts]: at("swedencentral", "another"), [vaults]: 403 });
  expect([outcome, note]).toEqual([
    "unproved",
    "The state: moorstate was not found in the subscription. The secrets provider: moor-keys was not found in the subscription.",
  ]);
});

test.each([
  ["file:///home/someone/state", undefined, "files on the machine that runs Pulumi", "a passphrase"],
  ["https://app.pulumi.com/someone", undefined, "the Pulumi service app.pulumi.com", "the Pulumi service"],
  ["https://app.pulumi.com/someone", "passphrase", "the Pulumi service app.pulumi.com", "a passphrase"],
  ["s3://bucket?region=eu-north-1", "awskms://alias/key?region=eu-north-1", "s3://bucket", "awskms://alias/key"],
  ["azblob://state", "passphrase", "Azure Blob Storage, container state", "a passphrase"],
  ["", undefined, "not known", "a passphrase"],
])("%s with the secrets provider %s is not proved", async (backend, provider, text, secrets) => {
  const found = await stateRowOf(backend, { contract, secretsProvider: provider });
  expect(found).toMatchObject({ backend: text, secretsProvider: secrets, outcome: "unproved" });
  expect(found.note).not.toBe("");
});

test("In a preview, the region is not read", async () => {
  const found = await stateRowOf(url, { contract, secretsProvider });
  expect(found.note).toBe("The state: its region is read only with --live. The secrets provider: its region is read only with --live.");
});

test("A statement is valid until the first acceptance ends, and for 90 days at most", () => {
  const now = new Date("2026-11-30T12:00:00Z");
  const accepted = (until: string) => ({ acceptance: { code: "MOOR430", resource: "*", reason: "known", until } }) as never;
  expect(validUntil([], now)).toBe("2027-02-28");
  expect(validUntil([accepted("2029-12-31"), accepted("2026-12-24")], now)).toBe("2026-12-24");
  expect(validUntil([accepted("2029-12-31")], now)).toBe("2027-02-28");
});
