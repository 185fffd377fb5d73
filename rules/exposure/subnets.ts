/** Subnets: their network security group, and ways to the internet. */
import type { Check } from "../finding";
import { at, type ResourceSet, type RuleResource } from "../resource";
import { checked, type Rule } from "../rule";
import { isOpaque, type Value, valueAt, valueText } from "../values";
import { isOneOf, itemsOf, lastOf, unknownText } from "./checks";
import { isForScripts } from "./scriptSubnets";
import { letsOut } from "./securityGroups";
import { NETWORK, SUBNET } from "./types";

/** Subnets in which Azure doesn't allow a network security group. Source: Azure docs, virtual-network/virtual-network-vnet-plan-design-arm. */
const withoutGroup = ["GatewaySubnet", "AzureFirewallSubnet", "AzureFirewallManagementSubnet", "RouteServerSubnet"] as const;

/** A subnet in a resource. */
interface Subnet {
  readonly resource: RuleResource;
  readonly name: Value;
  /** Path of the subnet's properties in the resource. */
  readonly path: string;
}

function subnetChecks(subnet: Subnet, resources: ResourceSet): Check[] {
  return [securityGroup(subnet), ...groupLetsOut(subnet, resources), defaultAccess(subnet), natGateway(subnet), serviceEndpoints(subnet)];
}

function securityGroup({ resource, name, path }: Subnet): Check {
  const property = `${path}.networkSecurityGroup.id`;
  const value = at(resource, property);
  const isSet = typeof value === "string" && value !== "";
  const outcome = isSet || isOneOf(name, ...withoutGroup) ? "holds" : isOpaque(value) ? "holds" : "violated";
  const problem = `\`${property}\` is ${valueText(value)}, so Azure doesn't filter the traffic of network interfaces in the subnet.`;
  return checked("MOOR452", outcome, resource, property, value, { problem, allowed: "the ARM ID of a network security group" });
}

/** In an update, a network security group can be created before its subnet, so the subnet checks what the group lets out. */
function groupLetsOut({ resource, path }: Subnet, resources: ResourceSet): Check[] {
  const property = `${path}.networkSecurityGroup.id`;
  const id = at(resource, property);
  const group = typeof id === "string" ? resources.find(id) : undefined;
  const isOther = !isForScripts(at(resource, path)) && !isOpaque(at(resource, `${path}.delegations`));
  if (group === undefined || resources.isComplete || !isOther) return [];
  const outcome = letsOut(group, resources) ? "violated" : "holds";
  const problem = `The network security group ${group.name} allows traffic out of the network, and the subnet isn't for deployment scripts.`;
  return [
    checked("MOOR451", outcome, resource, property, id, {
      problem,
      allowed: "a network security group that allows no traffic out of the network",
    }),
  ];
}

function defaultAccess({ resource, path }: Subnet): Check {
  const property = `${path}.defaultOutboundAccess`;
  const value = at(resource, property);
  // Azure doesn't return the property of a subnet that was created without it.
  const isUnstated = (value === undefined || value === null) && resource.from === "observed";
  const outcome = isOpaque(value) || isUnstated ? "unknown" : value === false ? "holds" : "violated";
  const problem =
    outcome === "unknown"
      ? unknownText(property, value)
      : `\`${property}\` is ${valueText(value)}, so network interfaces in the subnet can connect to the internet.`;
  return checked("MOOR453", outcome, resource, property, value, { problem, allowed: "false" });
}

function natGateway({ resource, path }: Subnet): Check {
  const property = `${path}.natGateway.id`;
  const value = at(resource, property);
  const isSet = value !== undefined && value !== null;
  const delegations = at(resource, `${path}.delegations`);
  const outcome = !isSet || isForScripts(at(resource, path)) ? "holds" : isOpaque(delegations) ? "unknown" : "violated";
  const problem = `\`${property}\` is ${valueText(value)}, so network interfaces in the subnet can connect to the internet.`;
  return checked("MOOR453", outcome, resource, property, value, { problem, allowed: "none, except for a subnet for deployment scripts" });
}

function serviceEndpoints({ resource, path }: Subnet): Check {
  const property = `${path}.serviceEndpoints`;
  const value = at(resource, property);
  const outcome = isOpaque(value) ? "unknown" : itemsOf(value).length === 0 ? "holds" : "violated";
  const problem =
    outcome === "unknown"
      ? unknownText(property, value)
      : `\`${property}\` is ${valueText(value)}, so clients in the subnet can connect to these services of any customer over public addresses.`;
  return checked("MOOR453", outcome, resource, property, value, { problem, allowed: "no service endpoints" });
}

export const subnetRules: readonly Rule[] = [
  {
    code: "MOOR452",
    types: [SUBNET],
    check(resource, { resources }) {
      const name = resource.id === undefined ? undefined : lastOf(resource.id);
      return subnetChecks({ resource, name, path: "properties" }, resources);
    },
  },
  {
    code: "MOOR452",
    types: [NETWORK],
    check(resource, { resources }) {
      return itemsOf(at(resource, "properties.subnets")).flatMap((item, index) => {
        const id = valueAt(item, "id");
        // Azure returns subnets in their network too. They are checked as resources of their own.
        if (isOpaque(item) || (typeof id === "string" && resources.find(id) !== undefined)) return [];
        return subnetChecks({ resource, name: valueAt(item, "name"), path: `properties.subnets.${index}.properties` }, resources);
      });
    },
  },
];
