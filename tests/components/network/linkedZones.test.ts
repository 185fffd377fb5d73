// Proves that a preview finds zones that are already linked to an adopted network, and logs what it didn't check. Doesn't prove that Azure
// lists zones in this form, nor how names resolve: tests/azure-local/arm/names.test.ts and tests/e2e/adoptedNames.test.ts do.
import * as pulumi from "@pulumi/pulumi";
import { Network, type NetworkArgs } from "../../../components/network/network";
import { type FakeAzure, serveAzure } from "../../azure/fakeArm";
import { record, SUBSCRIPTION } from "../recorder";

const subscription = `/subscriptions/${SUBSCRIPTION}`;
const networkId = `${subscription}/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/spoke`;
const zonesId = `${subscription}/providers/Microsoft.Network/privateDnsZones`;
const zone = (group: string, name: string) => `${subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateDnsZones/${name}`;
const blob = "privatelink.blob.core.windows.net";

/** Adds a zone of a resource group to Azure's list, linked to networks. */
function linked(group: string, name: string, ...networks: string[]): void {
  const id = zone(group, name);
  const list = (azure.responses[zonesId] ?? { value: [] }) as { value: object[] };
  azure.responses[zonesId] = { value: [...list.value, { id, name }] };
  azure.responses[`${id}/virtualNetworkLinks`] = {
    value: networks.map((network, index) => ({
      id: `${id}/virtualNetworkLinks/l${index}`,
      properties: { virtualNetwork: { id: network } },
    })),
  };
}

let azure: FakeAzure;
let said: Record<"info" | "warn" | "error", string[]>;
beforeEach(async () => {
  azure = await serveAzure({});
  said = { info: [], warn: [], error: [] };
  for (const level of ["info", "warn", "error"] as const)
    jest.spyOn(pulumi.log, level).mockImplementation(async (...spoken: unknown[]) => void said[level].push(String(spoken[0])));
  jest.spyOn(process, "exit").mockImplementation(() => new Promise(() => {}) as never);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await azure.close();
});

const args: NetworkArgs = {
  stack: "dev",
  suffix: "x7k2p9",
  resourceGroupName: "rg",
  location: "swedencentral",
  network: { existing: { subnetId: `${networkId}/subnets/endpoints` } },
  services: ["blob", "registry"],
};
const make = (changes: Partial<NetworkArgs> = {}) => record(() => void new Network("network", { ...args, ...changes }), { preview: true });

/** Resolves when the program ends. */
async function ended(program: Promise<unknown>): Promise<void> {
  const exited = new Promise<void>((resolve) => {
    jest.spyOn(process, "exit").mockImplementation(() => {
      resolve();
      return new Promise(() => {}) as never;
    });
  });
  await Promise.race([program, exited]);
}

test("Two stacks on one network: the linked zone of the first is reported, with the fix.", async () => {
  linked("moor-other", blob, networkId.replace("resourceGroups", "resourcegroups"));
  linked("moor-other", "privatelink.file.core.windows.net", networkId);
  await ended(make());
  expect(said.error).toEqual([
    `network: private DNS zones of the stack can't be linked to ${networkId}, because a network can be linked to only one zone with a given name.\n\n` +
      `${zone("moor-other", blob)}\n  It is already linked to the network (link l0).\n` +
      "  Fix: Set dns: policy and have the zone's owner add a zone group with this zone to the stack's private endpoints. Or have the owner delete " +
      `the link: az network private-dns link vnet delete -g moor-other -z ${blob} -n l0`,
  ]);
});

test.each<[string, () => void]>([
  ["zones of the stack", () => linked("RG", blob, networkId)],
  ["zones of other networks", () => linked("moor-other", blob, `${networkId}2`)],
  ["zones of other services", () => linked("moor-other", "privatelink.vaultcore.azure.net", networkId)],
])("With %s the preview continues, and logs that it doesn't check other subscriptions.", async (_, given) => {
  given();
  await make();
  expect(said).toEqual({
    error: [],
    warn: [],
    info: [
      `network: no zone ${blob} or privatelink.azurecr.io in subscription ${SUBSCRIPTION} is linked to ${networkId}. Zones in other ` +
        "subscriptions were not checked, because Azure can't list the zones that are linked to a network. If a hub subscription contains such zones, set dns: policy.",
    ],
  });
});

test("Zones that can't be listed cause a warning.", async () => {
  azure.responses[zonesId] = 403;
  await make();
  expect(said.warn).toEqual([
    expect.stringMatching(
      /^network: can't list the private DNS zones of subscription .* \(Azure answered 403 .*\), so Moor can't check whether zones with the same names/,
    ),
  ]);
});

test("There is no check with dns: policy, for a created network and without services.", async () => {
  await make({ dns: "policy" });
  await make({ network: { create: { addressSpace: "10.40.0.0/22" } } });
  await make({ services: [] });
  expect([azure.reads, said]).toEqual([[], { info: [], warn: [], error: [] }]);
});

test("A stack that doesn't exist yet has no zones.", async () => {
  linked("moor-other", blob, networkId);
  await ended(record(() => void new Network("network", { ...args, resourceGroupName: unknownText() }), { preview: true }));
  expect(said.error).toHaveLength(1);
});

/** An output that is unknown in a preview. */
function unknownText(): pulumi.Output<string> {
  class Nothing extends pulumi.CustomResource {}
  return new Nothing("test:index:Nothing", "nothing", {}).id;
}
