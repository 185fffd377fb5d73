/** Network paths to other places: peerings, gateways, and DNS zones. */
import { armTypeOf } from "../../azure/resourceTypes";
import { allowedText } from "../contract";
import { checked, type Rule } from "../rule";
import { byId, flowRules } from "./flows";

const network = armTypeOf("network:VirtualNetwork");

/** Connections to networks outside Azure. Their other end has no region that Azure knows. */
const remoteConnectionRule: Rule = {
  code: "MOOR422",
  types: [
    "Microsoft.Network/connections",
    "Microsoft.Network/expressRouteCircuits",
    "Microsoft.Network/expressRouteGateways",
    "Microsoft.Network/localNetworkGateways",
    "Microsoft.Network/p2sVpnGateways",
    "Microsoft.Network/virtualNetworkGateways",
    "Microsoft.Network/vpnGateways",
    "Microsoft.Network/vpnSites",
  ],
  check: (resource, { contract }) => [
    // The networks of a landing zone are its owner's decision.
    checked("MOOR422", resource.from === "planned" ? "violated" : "unknown", resource, "type", resource.type, {
      problem: "The resource connects the virtual network to networks outside Azure, whose locations are not proved.",
      allowed: allowedText(contract),
    }),
  ],
};

export const networkPathRules: readonly Rule[] = [
  ...flowRules([
    {
      code: "MOOR422",
      types: [`${network}/virtualNetworkPeerings`],
      properties: ["properties.remoteVirtualNetwork.id"],
      flow: "The network is connected to",
      judge: byId,
    },
    {
      code: "MOOR422",
      types: [network],
      properties: ["properties.virtualNetworkPeerings.*.properties.remoteVirtualNetwork.id"],
      flow: "The network is connected to",
      judge: byId,
    },
    {
      code: "MOOR422",
      types: [armTypeOf("privatedns:VirtualNetworkLink")],
      properties: ["properties.virtualNetwork.id"],
      flow: "The zone is linked to",
      judge: byId,
    },
    {
      code: "MOOR422",
      types: ["Microsoft.Network/virtualHubs/hubVirtualNetworkConnections"],
      properties: ["properties.remoteVirtualNetwork.id"],
      flow: "The network is connected to",
      judge: byId,
    },
  ]),
  remoteConnectionRule,
];
