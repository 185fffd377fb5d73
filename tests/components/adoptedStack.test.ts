// Proves which resources a stack creates on adopted resources, and that they don't depend on the case of an ID in the stack file. Doesn't
// prove that Azure accepts them, nor how names resolve: tests/e2e/adoptedNames.test.ts resolves them on the local Azure.

// Before Pulumi's runtime, which reads the folder on load.
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

const runs = new Map<string, Promise<Recording>>();

/** What a platform registers; each is run once. */
function run(platform: object): Promise<Recording> {
  const config = { ...shippedConfig("dev"), "moor:platform": JSON.stringify({ network, ...platform }) };
  const key = JSON.stringify(config);
  if (!runs.has(key)) runs.set(key, record(program, { config }));
  return runs.get(key)!;
}

const zonesOf = (recording: Recording) => listing(recording).filter((line) => line.endsWith("privatedns:PrivateZone"));

test("A stack without private endpoints links no private DNS zone to an adopted network, because its names would stop resolving.", async () => {
  const { workspace, imageRegistry } = ids;
  expect(zonesOf(await run({ workspace, imageRegistry }))).toEqual([]);
  expect(zonesOf(await run({ privateEndpoints: "policy" }))).toEqual([]);
});

test("A stack links only the zones of the private endpoints that it creates.", async () => {
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

/** Forms of an ID; Azure Resource Manager compares IDs case-insensitively. */
const spellings: [name: string, spell: (id: string) => string][] = [
  ["in lower case", (id) => id.toLowerCase()],
  ["in upper case", (id) => id.toUpperCase()],
  ["with resourcegroups, as many commands print it", (id) => id.replace("resourceGroups", "resourcegroups")],
];

test.each(spellings)("Resources and inputs are the same with IDs %s.", async (_, spell) => {
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
