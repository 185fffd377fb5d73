import * as network from "@pulumi/azure-native/network";
import * as privatedns from "@pulumi/azure-native/privatedns";
import * as pulumi from "@pulumi/pulumi";
import { canonicalArmId, parentOf } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { type DnsZoneName, dnsZonesOf, type LinkedServiceName } from "../../planner/linkedServices";
import { azureOf } from "../base/azure";
import { platformName } from "../base/platformName";
import { resolved } from "../base/resolved";
import { stateInputs, type Transform, transformed } from "../base/transform";
import { refuseLinkedZones } from "./linkedZones";
import { DNS_ZONE_NAMES, type DnsZones, type PrivateEndpointPlace } from "./privateLink";
import { privateEndpointRules } from "./securityRules";

/** A virtual network to create. */
export interface CreatedNetwork {
  /** CIDR block of the virtual network, at most /26 in size; Docker takes `dockerRange` on the instances, so it can't be used. Changing it replaces nothing but needs an empty subnet. */
  readonly addressSpace: string;
  /**
   * IPv4 addresses of the network's DNS servers. Private DNS zones answer through Azure DNS (168.63.129.16) only, so these servers must forward
   * the names of the private endpoints to it, from a network that the zones are linked to.
   * @default - Azure DNS
   */
  readonly dnsServers?: readonly string[];
  /**
   * Network security group of the subnet: `create`, or the ARM id of one in the same region and subscription.
   * @default "create"
   */
  readonly securityGroup?: "create" | { readonly existing: string };
}

/** A virtual network that this component creates, or a subnet of the landing zone. */
export type NetworkChoice =
  | { readonly create: CreatedNetwork }
  | { readonly existing: { /** ARM id of a subnet that accepts private endpoints. */ readonly subnetId: string } };

export interface NetworkArgs {
  /** Stack name; part of physical names. */
  readonly stack: string;
  /** Makes physical names unique: lower-case letters and digits. */
  readonly suffix: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  /** Azure region. Changing it replaces the network. */
  readonly location: pulumi.Input<string>;
  readonly network: NetworkChoice;
  /**
   * Who holds the private DNS zones: `moor` creates those of `services` and links them to the network; `policy` leaves them to the landing
   * zone. Azure links one zone of a name to a network, so in a landing zone with a hub this is nearly always `policy`.
   * @default "moor"
   * @see Azure docs, how-to-custom-dns
   */
  readonly dns?: "moor" | "policy";
  /**
   * Services that private endpoints in this network reach, with `dns: moor`: `linkedServices` says which a `Workspace` creates. A linked zone
   * answers for all names of its service, so a zone without the address of a private endpoint makes these names fail in the whole network.
   * @default - all services
   * @see Azure docs, private-link/private-endpoint-dns
   */
  readonly services?: readonly LinkedServiceName[];
  readonly tags?: Readonly<Record<string, string>>;
  /** Last changes to the children's arguments. */
  readonly transform?: {
    readonly virtualNetwork?: Transform<network.VirtualNetworkArgs>;
    readonly securityGroup?: Transform<network.NetworkSecurityGroupArgs>;
    readonly subnet?: Transform<network.SubnetArgs>;
    readonly dnsZone?: Transform<privatedns.PrivateZoneArgs>;
    readonly dnsLink?: Transform<privatedns.VirtualNetworkLinkArgs>;
  };
}

/**
 * The place of the private endpoints: a subnet, and the private DNS zones through which clients find them. Clients reach an inference
 * endpoint only through the private endpoint of its workspace, and so through this network.
 *
 * The subnet is created with a network security group, because landing zones deny subnets without one. The subnet's
 * `privateEndpointNetworkPolicies` is `Disabled`, so Azure doesn't apply the group to the traffic of private endpoints; it only filters other
 * network interfaces in the subnet. To apply it to private endpoints too, set `privateEndpointNetworkPolicies` to
 * `NetworkSecurityGroupEnabled` with the transform `subnet`. The rules of the created group then let clients in connected networks reach the
 * private endpoints, and deny everything else.
 *
 * Cost: the network and its security group are free; a private DNS zone costs about 0.50 USD a month.
 *
 * @example
 * const network = new Network("network", {
 *   stack: "dev", suffix: "x7k2p9", resourceGroupName, location: "swedencentral",
 *   network: { create: { addressSpace: "10.40.0.0/22" } },
 * });
 */
export class Network extends pulumi.ComponentResource {
  /** ARM id of the subnet that takes private endpoints. */
  readonly subnetId: pulumi.Output<string>;
  readonly virtualNetworkId: pulumi.Output<string>;
  /** ARM ids of the private DNS zones; none where the landing zone holds them. */
  readonly dnsZones: DnsZones | undefined;
  /** What a component needs to put a private endpoint here. */
  readonly place: PrivateEndpointPlace;

  private readonly name: string;
  private readonly made: {
    virtualNetwork?: network.VirtualNetwork;
    securityGroup?: network.NetworkSecurityGroup;
    subnet?: network.Subnet;
  } = {};
  /** The network that zones are linked to; an adopted one once it has been looked at. */
  private readonly linkedNetworkId: pulumi.Output<string>;
  private readonly zones: Partial<
    Record<DnsZoneName, { readonly zone: privatedns.PrivateZone; readonly link: privatedns.VirtualNetworkLink }>
  > = {};

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("moor:index:Network", name, stateInputs(args), opts);
    this.name = name;
    const adoptedSubnetId =
      "create" in args.network ? undefined : canonicalArmId(args.network.existing.subnetId, armTypeOf("network:Subnet"));
    this.subnetId = "create" in args.network ? this.createSubnet(args, args.network.create) : pulumi.output(adoptedSubnetId!);
    this.virtualNetworkId = this.subnetId.apply(parentOf);
    this.linkedNetworkId = this.networkToLink(args, adoptedSubnetId);
    this.dnsZones = args.dns === "policy" ? undefined : this.createDnsZones(args);
    this.place = { subnetId: this.subnetId, adoptedSubnetId, dnsZones: this.dnsZones };
    this.registerOutputs({ subnetId: this.subnetId, virtualNetworkId: this.virtualNetworkId, dnsZones: this.dnsZones });
  }

  /** The resources that this component made; none where the landing zone made them. */
  get nodes() {
    return { ...this.made, dnsZones: this.zones };
  }

  private createSubnet(args: NetworkArgs, create: CreatedNetwork): pulumi.Output<string> {
    const virtualNetwork = new network.VirtualNetwork(
      ...transformed(
        args.transform?.virtualNetwork,
        `${this.name}-vnet`,
        {
          virtualNetworkName: pulumi.output(args.suffix).apply((suffix) => platformName("virtualNetwork", args.stack, suffix)),
          resourceGroupName: args.resourceGroupName,
          location: args.location,
          addressSpace: { addressPrefixes: [create.addressSpace] },
          ...(create.dnsServers === undefined ? {} : { dhcpOptions: { dnsServers: [...create.dnsServers] } }),
          enableDdosProtection: false,
          enableVmProtection: false,
          tags: args.tags,
        },
        // The subnet is a resource of its own; the list that Azure shows inside the network must not be taken for a difference. The plan against
        // DDoS attacks is set by a policy in landing zones.
        { parent: this, ignoreChanges: ["subnets", "enableDdosProtection", "ddosProtectionPlan"] },
      ),
    );
    const { securityGroup = "create" } = create;
    const securityGroupId = securityGroup === "create" ? this.createSecurityGroup(args).id : securityGroup.existing;
    const subnet = new network.Subnet(
      ...transformed(
        args.transform?.subnet,
        `${this.name}-private-endpoints`,
        {
          subnetName: "private-endpoints",
          virtualNetworkName: virtualNetwork.name,
          resourceGroupName: args.resourceGroupName,
          addressPrefix: firstSubnet(create.addressSpace),
          networkSecurityGroup: { id: securityGroupId },
          privateEndpointNetworkPolicies: "Disabled",
          privateLinkServiceNetworkPolicies: "Enabled",
          defaultOutboundAccess: false,
        },
        { parent: this },
      ),
    );
    Object.assign(this.made, { virtualNetwork, subnet });
    return subnet.id;
  }

  private createSecurityGroup(args: NetworkArgs): network.NetworkSecurityGroup {
    const securityGroup = new network.NetworkSecurityGroup(
      ...transformed(
        args.transform?.securityGroup,
        `${this.name}-nsg`,
        {
          networkSecurityGroupName: pulumi.output(args.suffix).apply((suffix) => platformName("networkSecurityGroup", args.stack, suffix)),
          resourceGroupName: args.resourceGroupName,
          location: args.location,
          securityRules: privateEndpointRules,
          tags: args.tags,
        },
        { parent: this },
      ),
    );
    Object.assign(this.made, { securityGroup });
    return securityGroup;
  }

  private networkToLink(args: NetworkArgs, adoptedSubnetId: string | undefined): pulumi.Output<string> {
    const zones = zoneNames(args);
    if (adoptedSubnetId === undefined || zones.length === 0) return this.virtualNetworkId;
    const networkId = parentOf(adoptedSubnetId);
    const look = async () => {
      const group = await resolved<unknown>(args.resourceGroupName);
      const resourceGroupName = typeof group === "string" ? group : undefined;
      const azure = azureOf(this);
      await refuseLinkedZones(this.name, azure, { networkId, zones, resourceGroupName });
      // As Azure spells it, however the stack file does; a network that can't be read is the workspace's to report.
      const shown = await azure.find<{ readonly id?: string }>(networkId).catch(() => undefined);
      return shown?.id ?? networkId;
    };
    return pulumi.output(look());
  }

  private createDnsZones(args: NetworkArgs): DnsZones {
    return Object.fromEntries(zoneNames(args).map((zone) => [zone, this.createDnsZone(args, zone)]));
  }

  private createDnsZone(args: NetworkArgs, zoneName: DnsZoneName): pulumi.Output<string> {
    const { resourceGroupName, tags } = args;
    const zone = new privatedns.PrivateZone(
      ...transformed(
        args.transform?.dnsZone,
        `${this.name}-${zoneName}`,
        { privateZoneName: zoneName, resourceGroupName, location: "global", tags },
        { parent: this },
      ),
    );
    const link = new privatedns.VirtualNetworkLink(
      ...transformed(
        args.transform?.dnsLink,
        `${this.name}-${zoneName}-link`,
        {
          virtualNetworkLinkName: pulumi.output(args.suffix).apply((suffix) => platformName("virtualNetwork", args.stack, suffix)),
          privateZoneName: zone.name,
          resourceGroupName,
          location: "global",
          virtualNetwork: { id: this.linkedNetworkId },
          registrationEnabled: false,
          tags,
        },
        { parent: this },
      ),
    );
    this.zones[zoneName] = { zone, link };
    return zone.id;
  }
}

/** Zones that the network creates and links. */
function zoneNames({ dns, services }: NetworkArgs): readonly DnsZoneName[] {
  if (dns === "policy") return [];
  return services === undefined ? DNS_ZONE_NAMES : dnsZonesOf(services);
}

/** The first /26 of an address space (59 usable addresses), or all of a smaller one; the rest stays free for runners and clients. */
export function firstSubnet(addressSpace: string): string {
  const [address, prefix] = addressSpace.split("/");
  return `${address}/${Math.max(26, Number(prefix))}`;
}
