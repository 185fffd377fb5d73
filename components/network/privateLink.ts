import * as network from "@pulumi/azure-native/network";
import type * as pulumi from "@pulumi/pulumi";
import { LINKED_SERVICES } from "../../facts/privateLink";
import type { DnsZoneName, LinkedServiceName } from "../../planner/linkedServices";
import { fail } from "../../program/fail";

/** ARM IDs of private DNS zones, by name. */
export type DnsZones = Readonly<Partial<Record<DnsZoneName, pulumi.Output<string>>>>;

/** Names of the zones of all services. */
export const DNS_ZONE_NAMES: readonly DnsZoneName[] = Object.values(LINKED_SERVICES).flatMap((service) => [...service.zones]);

/** The subnet of private endpoints, and the DNS zones that contain their addresses. */
export interface PrivateEndpointPlace {
  /** ARM ID of the subnet in which private endpoints are created. */
  readonly subnetId: pulumi.Input<string>;
  /** ARM ID of the subnet if it is adopted. The subnet and its network are then checked. @default - the program creates the subnet */
  readonly adoptedSubnetId?: string;
  /**
   * Zones to which the addresses are written.
   * @default - none: a policy of the landing zone writes the addresses
   */
  readonly dnsZones?: DnsZones;
}

export interface PrivateLinkArgs {
  readonly service: LinkedServiceName;
  /** ARM ID of the target resource. */
  readonly targetId: pulumi.Input<string>;
  readonly endpointName: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: pulumi.Input<string>;
  readonly place: PrivateEndpointPlace;
  readonly tags?: Readonly<Record<string, string>>;
}

type PrivateLink = [endpoint: network.PrivateEndpoint, ...rest: pulumi.Resource[]];

/** Creates a private endpoint and, if `place` has DNS zones, a zone group that writes its addresses to them. */
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
    fail(`${endpoint}: the private DNS zone ${zone} is missing. Available zones: ${given}. Add the service to \`services\` of the network.`)
  );
}
