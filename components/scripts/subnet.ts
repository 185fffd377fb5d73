/** The subnet in which deployment scripts run: created with a security group and a NAT gateway, or adopted and checked. */
import * as network from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { fail, stop } from "../../program/fail";
import { armIdOf } from "../base/azure";
import { platformName } from "../base/platformName";
import { type Transform, transformed } from "../base/transform";
import { scriptRules } from "./securityRules";

/** The service that a subnet for deployment scripts must be delegated to. Source: Azure docs, deployment-script-vnet-private-endpoint. */
export const scriptDelegation = "Microsoft.ContainerInstance/containerGroups";

/** Changes to the arguments of the resources of a created subnet, applied last. */
export interface SubnetTransforms {
  readonly securityGroup?: Transform<network.NetworkSecurityGroupArgs>;
  readonly publicIpAddress?: Transform<network.PublicIPAddressArgs>;
  readonly natGateway?: Transform<network.NatGatewayArgs>;
  readonly subnet?: Transform<network.SubnetArgs>;
}

export interface CreatedSubnetArgs {
  /** Logical name of the component. */
  readonly name: string;
  readonly stack: string;
  readonly suffix: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: pulumi.Input<string>;
  /** ARM ID of the virtual network. */
  readonly virtualNetworkId: pulumi.Input<string>;
  /** CIDR block of the virtual network. */
  readonly addressSpace: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly transform?: SubnetTransforms;
}

/** Resources of a created subnet. */
export interface SubnetNodes {
  readonly securityGroup: network.NetworkSecurityGroup;
  readonly publicIpAddress: network.PublicIPAddress;
  readonly natGateway: network.NatGateway;
  readonly subnet: network.Subnet;
}

/** Creates the subnet. @param opts Options of all resources, with the network's resources as dependencies. */
export function createSubnet(args: CreatedSubnetArgs, opts: pulumi.CustomResourceOptions): SubnetNodes {
  const { name, stack, suffix, resourceGroupName, location, addressSpace, tags, transform = {} } = args;
  const named = (type: "networkSecurityGroup" | "publicIpAddress" | "natGateway") =>
    pulumi.output(suffix).apply((text) => platformName(type, stack, text, "scripts"));
  const { parent } = opts;
  const place = { resourceGroupName, location, tags };
  const securityGroup = new network.NetworkSecurityGroup(
    ...transformed(
      transform.securityGroup,
      `${name}-nsg`,
      { networkSecurityGroupName: named("networkSecurityGroup"), ...place, securityRules: scriptRules },
      { parent },
    ),
  );
  const publicIpAddress = new network.PublicIPAddress(
    ...transformed(
      transform.publicIpAddress,
      `${name}-public-ip`,
      {
        publicIpAddressName: named("publicIpAddress"),
        ...place,
        sku: { name: "Standard" },
        publicIPAllocationMethod: "Static",
        publicIPAddressVersion: "IPv4",
      },
      // Azure adds the gateway that uses the address, after the address was created. It is the only back reference of these resources that is
      // also an argument: the subnets of a gateway and of a security group are not.
      { parent, ignoreChanges: ["natGateway"] },
    ),
  );
  const natGateway = new network.NatGateway(
    ...transformed(
      transform.natGateway,
      `${name}-nat`,
      { natGatewayName: named("natGateway"), ...place, sku: { name: "Standard" }, publicIpAddresses: [{ id: publicIpAddress.id }] },
      { parent },
    ),
  );
  const virtualNetwork = pulumi.output(args.virtualNetworkId).apply(armIdOf);
  const subnet = new network.Subnet(
    ...transformed(
      transform.subnet,
      `${name}-subnet`,
      {
        subnetName: "scripts",
        virtualNetworkName: virtualNetwork.name,
        resourceGroupName: virtualNetwork.resourceGroupName,
        addressPrefix: scriptSubnet(addressSpace),
        networkSecurityGroup: { id: securityGroup.id },
        natGateway: { id: natGateway.id },
        delegations: [{ name: "containers", serviceName: scriptDelegation }],
        privateEndpointNetworkPolicies: "Disabled",
        privateLinkServiceNetworkPolicies: "Enabled",
        defaultOutboundAccess: false,
      },
      // Azure writes one subnet of a network at a time, so the subnet for private endpoints comes first.
      opts,
    ),
  );
  return { securityGroup, publicIpAddress, natGateway, subnet };
}

/**
 * Returns the second /26 of an address space (59 usable addresses). The first is the subnet of the private endpoints.
 * @throws pulumi.RunError if the address space has no second /26
 */
export function scriptSubnet(addressSpace: string): string {
  const [address = "", prefix] = addressSpace.split("/");
  if (!(Number(prefix) <= 25))
    fail(
      `The address space ${addressSpace} has no room for a subnet for deployment scripts after the subnet for private endpoints. ` +
        "Allowed: /25 or larger. Enlarge the address space, or adopt a subnet for scripts.",
    );
  const bytes = address.split(".").map(Number);
  // The first address of a /25 or larger ends with 0 or 128.
  return `${[...bytes.slice(0, 3), bytes[3]! + 64].join(".")}/26`;
}

interface ShownSubnet {
  readonly properties: { readonly delegations?: readonly { readonly properties?: { readonly serviceName?: string } }[] };
}

/**
 * Checks that an adopted subnet is delegated to Azure Container Instances and is in the region and the subscription of the stack. Logs a
 * warning if it can't be read.
 * @throws pulumi.RunError if it doesn't exist or is not delegated
 */
export async function checkSubnet(
  name: string,
  azure: ArmClient,
  id: string,
  place: { readonly location: string; readonly subscriptionId: string },
): Promise<void> {
  const { subscriptionId } = armIdOf(id);
  if (subscriptionId.toLowerCase() !== place.subscriptionId.toLowerCase())
    return stop(
      `${name}: the subnet ${id} is in subscription ${subscriptionId}. Required: ${place.subscriptionId}, because a container group must be in the ` +
        "subscription of its subnet. Adopt a subnet of that subscription.",
    );
  let shown: ShownSubnet | undefined;
  try {
    shown = await azure.find<ShownSubnet>(id);
  } catch (error) {
    return pulumi.log.warn(`${name}: can't read the subnet ${id} (${(error as Error).message}), so Moor can't check its delegation.`);
  }
  if (shown === undefined)
    return stop(`${name}: the subnet ${id} doesn't exist. Correct scriptsSubnetId, or have the network's owner create it.`);
  const services = (shown.properties.delegations ?? []).map(({ properties }) => properties?.serviceName ?? "");
  if (services.some((service) => service.toLowerCase() === scriptDelegation.toLowerCase())) return;
  return stop(
    `${name}: the subnet ${id} is ${services.length === 0 ? "not delegated" : `delegated to ${services.join(" and ")}`}. Required: a delegation to ` +
      `${scriptDelegation}, because deployment scripts run in container groups. Its owner can add it: az network vnet subnet update --ids ${id} ` +
      `--delegations ${scriptDelegation}`,
  );
}
