// Proves the ways to other networks that a resource names. Doesn't prove which networks are behind a gateway.
import { UNKNOWN, type Value } from "../../../rules/values";
import { inside, missing, outside, resourceOf, resultsOf } from "./world";

const paths: readonly (readonly [type: string, property: string, body: (id: Value) => Value])[] = [
  ["Microsoft.Network/virtualNetworks/virtualNetworkPeerings", "remoteVirtualNetwork.id", (id) => ({ remoteVirtualNetwork: { id } })],
  ["Microsoft.Network/privateDnsZones/virtualNetworkLinks", "virtualNetwork.id", (id) => ({ virtualNetwork: { id } })],
  ["Microsoft.Network/virtualHubs/hubVirtualNetworkConnections", "remoteVirtualNetwork.id", (id) => ({ remoteVirtualNetwork: { id } })],
  [
    "Microsoft.Network/virtualNetworks",
    "virtualNetworkPeerings.0.properties.remoteVirtualNetwork.id",
    (id) => ({ virtualNetworkPeerings: [{ properties: { remoteVirtualNetwork: { id } } }] }),
  ],
];

describe.each(paths)("%s", (type, property, body) => {
  test.each<[string, Value, string]>([
    ["inside", inside.network, "holds"],
    ["outside", outside.network, "violated"],
    ["outside, in capitals", outside.network.toUpperCase(), "violated"],
    ["not in the review", missing.network, "unknown"],
    ["unknown", UNKNOWN, "unknown"],
    ["a number", 1, "violated"],
  ])("a network %s", (_, id, outcome) => {
    expect(resultsOf("MOOR422", resourceOf(type, { location: "swedencentral", properties: body(id) }))).toEqual([
      `${outcome} properties.${property}`,
    ]);
  });
});

test.each(["connections", "localNetworkGateways", "virtualNetworkGateways", "expressRouteCircuits", "vpnSites"])(
  "%s lead to places that aren't proved",
  (type) => {
    expect(resultsOf("MOOR422", resourceOf(`Microsoft.Network/${type}`, { location: "swedencentral" }))).toEqual(["violated type"]);
    const observed = resourceOf(`Microsoft.Network/${type}`, { location: "swedencentral" }, { from: "observed" });
    expect(resultsOf("MOOR422", observed)).toEqual(["unknown type"]);
  },
);
