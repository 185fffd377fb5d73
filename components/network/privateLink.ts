import * as network from "@pulumi/azure-native/network";
import type * as pulumi from "@pulumi/pulumi";
import { LINKED_SERVICES } from "../../facts/privateLink";
import type { DnsZoneName, LinkedServiceName } from "../../planner/linkedServices";
import { fail } from "../../program/fail";

/** ARM ids of private DNS zones, by name. */
export type DnsZones = Readonly<Partial<Record<DnsZoneName, pulumi.Output<string>>>>;

/** The zones of all services. */
export const DNS_ZONE_NAMES: readonly DnsZoneName[] = Object.values(LINKED_SERVICES).flatMap((service) => [...service.zones]);

/** Where private endpoints go, and who writes their addresses into DNS. */
export interface PrivateEndpointPlace {
  /** ARM id of the subnet that takes the private endpoints. */
  readonly subnetId: pulumi.Input<string>;
  /** The same where others made it, whose network is then looked at. @default - the program makes it */
  readonly adoptedSubnetId?: string;
  /**
   * Zones that the addresses are written to.
   * @default - none: a policy of the landing zone writes them
   */
  readonly dnsZones?: DnsZones;
}

export interface PrivateLinkArgs {
  readonly service: LinkedServiceName;
  /** ARM id of the resource to reach. */
  readonly targetId: pulumi.Input<string>;
  readonly endpointName: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: pulumi.Input<string>;
  readonly place: PrivateEndpointPlace;
  readonly tags?: Readonly<Record<string, string>>;
}

type PrivateLink = [endpoint: network.PrivateEndpoint, ...rest: pulumi.Resource[]];

/** A private endpoint and, where the DNS zones are ours, the group that keeps its addresses in them. */
export function createPrivateLink(name: string, args: PrivateLinkArgs, opts: pulumi.CustomResourceOptions): PrivateLink {
  const { groupId, zones } = LINKED_SERVICES[args.service];
  const endpoint = new network.PrivateEndpoint(
    name,
    {
      privateEndpointName: args.endpointName,
      resourceGroupName: args.resourceGroupName,
      location: args.location,
      subnet: { id: args.place.subnetId },
      privateLinkServiceConnections: [{ name: groupId, privateLinkServiceId: args.targetId, groupIds: [groupId] }],
      tags: args.tags,
    },
    opts,
  );
  const { dnsZones } = args.place;
  if (dnsZones === undefined) return [endpoint];
  const group = new network.PrivateDnsZoneGroup(
    `${name}-dns`,
    {
      privateDnsZoneGroupName: "default",
      privateEndpointName: endpoint.name,
      resourceGroupName: args.resourceGroupName,
      privateDnsZoneConfigs: zones.map((zone) => ({ name: zone.replaceAll(".", "-"), privateDnsZoneId: zoneIn(dnsZones, zone, name) })),
    },
    opts,
  );
  return [endpoint, group];
}

function zoneIn(dnsZones: DnsZones, zone: DnsZoneName, endpoint: string): pulumi.Output<string> {
  const given = Object.keys(dnsZones).join(", ") || "none";
  return (
    dnsZones[zone] ??
    fail(`${endpoint}: there is no zone ${zone} for its address. Zones given: ${given}. Add the service to \`services\` of the network.`)
  );
}
