/** Approvals of private endpoint connections, which let a network of anyone reach a resource. */
import { at } from "../resource";
import { checked, type Rule } from "../rule";
import { isOpaque, valueText } from "../values";
import { emptyRule, isOneOf, unknownText } from "./checks";

const STATUS = "properties.privateLinkServiceConnectionState.status";

/** Private endpoints of the stack are approved by Azure, so no program writes such a resource. */
export const connectionRules: readonly Rule[] = [
  ...["autoApproval", "visibility"].map((name) =>
    emptyRule({
      code: "MOOR449",
      types: ["Microsoft.Network/privateLinkServices"],
      property: `properties.${name}.subscriptions`,
      consequence: "networks of that subscription can connect to it",
      remedy: "Remove the subscription.",
    }),
  ),
  {
    code: "MOOR449",
    types: "all",
    check(resource) {
      if (!/\/privateEndpointConnections$/i.test(resource.type) || resource.from === "observed") return [];
      const value = at(resource, STATUS);
      const outcome = isOpaque(value) ? "unknown" : isOneOf(value, "Rejected", "Disconnected") ? "holds" : "violated";
      const problem =
        outcome === "unknown"
          ? unknownText(STATUS, value)
          : `\`${STATUS}\` is ${valueText(value)}, so clients in the network of the private endpoint can connect to the resource.`;
      return [checked("MOOR449", outcome, resource, STATUS, value, { problem, allowed: "Rejected" })];
    },
  },
];
