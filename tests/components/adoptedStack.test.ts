// Proves which resources a stack makes on what other teams own, and that they don't depend on how the stack file spells an id. Doesn't prove that
// Azure takes them, nor how names resolve afterwards: tests/e2e/adoptedNames.test.ts resolves them on the local Azure.

// Before Pulumi's runtime, which reads the folder when it is loaded.
import "./rootDirectory";

import { type FakeAzure, serveAzure } from "../azure/fakeArm";
import { adoptedIds, soundHub } from "./landingZone";
import { program } from "./program";
import { listing, type Recorded, type Recording, record } from "./recorder";
import { shippedConfig } from "./shippedStacks";

let azure: FakeAzure;
beforeAll(async () => {
  jest.spyOn(console, "log").mockImplementation(() => {});
  azure = await serveAzure(soundHub());
});
afterAll(async () => {
  jest.restoreAllMocks();
  await azure.close();
});

const { subnet, ...ids } = adoptedIds;
const network = { existing: { subnetId: subnet } };

function run(platform: object): Promise<Recording> {
  return record(program, { config: { ...shippedConfig("dev"), "moor:platform": JSON.stringify({ network, ...platform }) } });
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

/** Ways to spell an id; Azure Resource Manager compares ids without case. */
const spellings: [name: string, spell: (id: string) => string][] = [
  ["in lower case", (id) => id.toLowerCase()],
  ["in upper case", (id) => id.toUpperCase()],
  ["with resourcegroups, as many commands print it", (id) => id.replace("resourceGroups", "resourcegroups")],
];

test.each(spellings)("The same resources with the same inputs are made of ids %s.", async (_, spell) => {
  const spelt = (how: (id: string) => string) =>
    run({
      network: { existing: { subnetId: how(subnet) } },
      ...Object.fromEntries(Object.entries(ids).map(([key, id]) => [key, how(id)])),
    });
  const registryOnly = (how: (id: string) => string) =>
    run({ network: { existing: { subnetId: how(subnet) } }, imageRegistry: how(ids.imageRegistry), logs: how(ids.logs) });
  for (const make of [spelt, registryOnly]) {
    const [asAzure, otherwise] = [await make((id) => id), await make(spell)];
    expect(customs(otherwise)).toEqual(customs(asAzure));
  }
});

function customs({ resources }: Recording): Pick<Recorded, "name" | "inputs" | "dependsOn">[] {
  const made = resources.filter(({ custom }) => custom).map(({ name, inputs, dependsOn }) => ({ name, inputs, dependsOn }));
  return made.sort((a, b) => a.name.localeCompare(b.name));
}
