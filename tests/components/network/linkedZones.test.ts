// Proves that a preview finds zones that are linked to an adopted network already, and says what it didn't look at. Doesn't prove that Azure lists
// zones in this form, nor what a name resolves to: tests/azure-local/arm/names.test.ts and tests/e2e/adoptedNames.test.ts.
import * as pulumi from "@pulumi/pulumi";
import { Network, type NetworkArgs } from "../../../components/network/network";
import { type FakeAzure, serveAzure } from "../../azure/fakeArm";
import { record, SUBSCRIPTION } from "../recorder";

const subscription = `/subscriptions/${SUBSCRIPTION}`;
const networkId = `${subscription}/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/spoke`;
const zonesId = `${subscription}/providers/Microsoft.Network/privateDnsZones`;
const zone = (group: string, name: string) => `${subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateDnsZones/${name}`;
const blob = "privatelink.blob.core.windows.net";

/** A zone of a group, as Azure lists it, linked to networks. */
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

/** Resolves when the program would have ended. */
async function ended(program: Promise<unknown>): Promise<void> {
  const exited = new Promise<void>((resolve) => {
    jest.spyOn(process, "exit").mockImplementation(() => {
      resolve();
      return new Promise(() => {}) as never;
    });
  });
  await Promise.race([program, exited]);
}

test("Two stacks on one network: the zone of the first is found, by its link, and what to do about it.", async () => {
  linked("moor-other", blob, networkId.replace("resourceGroups", "resourcegroups"));
  linked("moor-other", "privatelink.file.core.windows.net", networkId);
  await ended(make());
  expect(said.error).toEqual([
    `network: private DNS zones of the stack can't be linked to ${networkId}, because Azure links one zone of a name to a network.\n\n` +
      `${zone("moor-other", blob)}\n  It is linked to the network already (link l0).\n` +
      "  Fix: Set dns: policy, and have the zone's owner give the stack's private endpoints a zone group with this zone; or have its owner delete " +
      `the link: az network private-dns link vnet delete -g moor-other -z ${blob} -n l0`,
  ]);
});

test.each<[string, () => void]>([
  ["zones of the stack's own", () => linked("RG", blob, networkId)],
  ["zones of other networks", () => linked("moor-other", blob, `${networkId}2`)],
  ["zones of other services", () => linked("moor-other", "privatelink.vaultcore.azure.net", networkId)],
])("With %s the preview goes on, and says that it doesn't see other subscriptions.", async (_, given) => {
  given();
  await make();
  expect(said).toEqual({
    error: [],
    warn: [],
    info: [
      `network: no zone ${blob} or privatelink.azurecr.io in the subscription ${SUBSCRIPTION} is linked to ${networkId}. Zones of other ` +
        "subscriptions were not looked at: Azure lists the links of a zone, and not those of a network. If a hub holds such zones, set dns: policy.",
    ],
  });
});

test("Zones that can't be listed are not taken for absent.", async () => {
  azure.responses[zonesId] = 403;
  await make();
  expect(said.warn).toEqual([
    expect.stringMatching(
      /^network: the private DNS zones of the subscription .* can't be listed \(Azure answered 403 .*\), so nothing here tells whether/,
    ),
  ]);
});

test("Zones of the landing zone and a network of the stack's own are not looked at.", async () => {
  await make({ dns: "policy" });
  await make({ network: { create: { addressSpace: "10.40.0.0/22" } } });
  await make({ services: [] });
  expect([azure.reads, said]).toEqual([[], { info: [], warn: [], error: [] }]);
});

test("A stack that doesn't exist yet has no zones of its own.", async () => {
  linked("moor-other", blob, networkId);
  await ended(record(() => void new Network("network", { ...args, resourceGroupName: unknownText() }), { preview: true }));
  expect(said.error).toHaveLength(1);
});

/** An output that a preview doesn't know. */
function unknownText(): pulumi.Output<string> {
  class Nothing extends pulumi.CustomResource {}
  return new Nothing("test:index:Nothing", "nothing", {}).id;
}
