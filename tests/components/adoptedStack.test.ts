// Proves which resources a stack makes on what other teams own, and that they don't depend on how the stack file spells an id. Doesn't prove that
// Azure takes them, nor how names resolve afterwards: tests/e2e/adoptedNames.test.ts resolves them on the local Azure.

// Before Pulumi's runtime, which reads the folder when it is loaded.
import "./rootDirectory";

import { type AzureHere, serveAzure } from "../azure/fakeArm";
import { adoptedIds, soundHub } from "./landingZone";
import { listing, type Recording } from "./recorder";
import { runStack } from "./shippedStacks";

let azure: AzureHere;
beforeAll(async () => {
  azure = await serveAzure(soundHub());
});
afterAll(async () => {
  jest.restoreAllMocks();
  await azure.close();
});

const { subnet, ...ids } = adoptedIds;
const network = { existing: { subnetId: subnet } };

function run(platform: object): Promise<Recording> {
  return runStack("dev", { config: { "moor:platform": JSON.stringify({ network, ...platform }) } });
}

const zonesOf = (recording: Recording) => listing(recording).filter((line) => line.endsWith("privatedns:PrivateZone"));

test("A stack that makes no private endpoint links no private DNS zone to an adopted network, or its names would stop resolving.", async () => {
  const { workspace, imageRegistry } = ids;
  expect(zonesOf(await run({ workspace, imageRegistry }))).toEqual([]);
  expect(zonesOf(await run({ privateEndpoints: "policy" }))).toEqual([]);
});

test("A stack links the zones of the private endpoints that it makes, and no others.", async () => {
  expect(zonesOf(await run({ workspace: ids.workspace }))).toEqual(["network-privatelink.azurecr.io: privatedns:PrivateZone"]);
  expect(zonesOf(await run({ imageRegistry: ids.imageRegistry }))).toEqual(
    [
      "privatelink.api.azureml.ms",
      "privatelink.blob.core.windows.net",
      "privatelink.file.core.windows.net",
      "privatelink.notebooks.azure.net",
      "privatelink.vaultcore.azure.net",
    ].map((zone) => `network-${zone}: privatedns:PrivateZone`),
  );
});
