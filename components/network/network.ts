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
import { checkLinkedZones } from "./linkedZones";
import { DNS_ZONE_NAMES, type DnsZones, type PrivateEndpointPlace } from "./privateLink";
import { privateEndpointRules } from "./securityRules";

/** Settings of a virtual network that the component creates. */
export interface CreatedNetwork {
  /**
   * CIDR block of the virtual network, /26 or larger. It must not overlap `dockerRange`, which Docker uses on the instances. Changing it
   * replaces nothing, but requires an empty subnet.
   */
  readonly addressSpace: string;
  /**
   * IPv4 addresses of the network's DNS servers. Only Azure DNS (168.63.129.16) resolves private DNS zones, so these servers must forward
   * queries for the names of the private endpoints to it, from a network that the zones are linked to.
   * @default - Azure DNS
   */
  readonly dnsServers?: readonly string[];
  /**
   * Network security group of the subnet: `create`, or the ARM ID of an existing one in the same region and subscription.
   * @default "create"
   */
  readonly securityGroup?: "create" | { readonly existing: string };
}

/** A virtual network that the component creates, or an existing subnet of the landing zone. */
export type NetworkChoice =
  | { readonly create: CreatedNetwork }
  | { readonly existing: { /** ARM ID of a subnet that accepts private endpoints. */ readonly subnetId: string } };

export interface NetworkArgs {
  /** Stack name; part of physical names. */
  readonly stack: string;
  /** Suffix that makes physical names unique: lowercase letters and digits. */
  readonly suffix: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  /** Azure region. Changing it replaces the network. */
  readonly location: pulumi.Input<string>;
  readonly network: NetworkChoice;
  /**
   * Who manages the private DNS zones. `moor`: the component creates the zones of `services` and links them to the network. `policy`: the
   * landing zone manages them. A network can be linked to only one zone with a given name, so a landing zone with a hub usually requires
   * `policy`.
   * @default "moor"
   * @see Azure docs, how-to-custom-dns
   */
  readonly dns?: "moor" | "policy";
  /**
   * With `dns: moor`: services that have private endpoints in this network. `linkedServices` returns those that a `Workspace` creates. A
   * linked zone answers all queries for its service, so a zone without a private endpoint's address breaks the resolution of these names in
   * the whole network.
   * @default - all services
   * @see Azure docs, private-link/private-endpoint-dns
   */
  readonly services?: readonly LinkedServiceName[];
  readonly tags?: Readonly<Record<string, string>>;
  /** Changes to the children's arguments, applied last. */
  readonly transform?: {
    readonly virtualNetwork?: Transform<network.VirtualNetworkArgs>;
    readonly securityGroup?: Transform<network.NetworkSecurityGroupArgs>;
    readonly subnet?: Transform<network.SubnetArgs>;
    readonly dnsZone?: Transform<privatedns.PrivateZoneArgs>;
    readonly dnsLink?: Transform<privatedns.VirtualNetworkLinkArgs>;
  };
}

/**
 * The network of the private endpoints: a virtual network with a subnet and a network security group, or an existing subnet, and private
 * DNS zones that resolve their names. Clients can call an inference endpoint only through the private endpoint of its workspace,
 * and therefore only through this network.
 *
 * The subnet is created with a network security group, because landing zones deny subnets without one. The subnet's
 * `privateEndpointNetworkPolicies` is `Disabled`, so Azure doesn't apply the group to the traffic of private endpoints; it only filters
 * other network interfaces in the subnet. To apply it to private endpoints too, set `privateEndpointNetworkPolicies` to
 * `NetworkSecurityGroupEnabled` with the transform `subnet`. The rules of the created group then allow clients in connected networks to
 * reach the private endpoints, and deny everything else.
 *
 * Cost: the network and its security group are free. A private DNS zone costs about 0.50 USD a month.
 *
 * Changing `stack`, `suffix`, `resourceGroupName` or `location` replaces the network.
 *
 * @example
 * const network = new Network("network", {
 *   stack: "dev", suffix: "x7k2p9", resourceGroupName, location: "swedencentral",
 *   network: { create: { addressSpace: "10.40.0.0/22" } },
 * });
 */
export class Network extends pulumi.ComponentResource {
  /** ARM ID of the subnet for private endpoints. */
  readonly subnetId: pulumi.Output<string>;
  /** ARM ID of the virtual network. */
  readonly virtualNetworkId: pulumi.Output<string>;
  /** ARM IDs of the private DNS zones, by name. Undefined with `dns: policy`. */
  readonly dnsZones: DnsZones | undefined;
  /** Subnet and DNS zones, for components that create private endpoints in this network. */
  readonly place: PrivateEndpointPlace;

  private readonly name: string;
  private readonly created: {
    virtualNetwork?: network.VirtualNetwork;
    securityGroup?: network.NetworkSecurityGroup;
    subnet?: network.Subnet;
  } = {};
  /** The network to link the zones to. For an adopted network, it resolves after the check. */
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

  /** The resources that this component created; adopted resources are not included. */
  get nodes() {
    return { ...this.created, dnsZones: this.zones };
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
        // The subnet is a separate resource, so the list that Azure returns in the network must not show up as a difference. In landing
        // zones, a policy sets the DDoS protection plan.
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
    Object.assign(this.created, { virtualNetwork, subnet });
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
    Object.assign(this.created, { securityGroup });
    return securityGroup;
  }

  private networkToLink(args: NetworkArgs, adoptedSubnetId: string | undefined): pulumi.Output<string> {
    const zones = zoneNames(args);
    if (adoptedSubnetId === undefined || zones.length === 0) return this.virtualNetworkId;
    const networkId = parentOf(adoptedSubnetId);
    const check = async () => {
      const group = await resolved<unknown>(args.resourceGroupName);
      const resourceGroupName = typeof group === "string" ? group : undefined;
      const azure = azureOf(this);
      await checkLinkedZones(this.name, azure, { networkId, zones, resourceGroupName });
      // The ID with the case that Azure returns, which can differ from the stack file. If the network can't be read, `Workspace` reports it.
      const shown = await azure.find<{ readonly id?: string }>(networkId).catch(() => undefined);
      return shown?.id ?? networkId;
    };
    return pulumi.output(check());
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

/** Names of the zones that the component creates and links. */
function zoneNames({ dns, services }: NetworkArgs): readonly DnsZoneName[] {
  if (dns === "policy") return [];
  return services === undefined ? DNS_ZONE_NAMES : dnsZonesOf(services);
}

/**
 * Returns the first /26 of an address space (59 usable addresses), or the whole space if it is smaller. The remaining addresses are for
 * runners and clients.
 */
export function firstSubnet(addressSpace: string): string {
  const [address, prefix] = addressSpace.split("/");
  return `${address}/${Math.max(26, Number(prefix))}`;
}
