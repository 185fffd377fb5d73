import type { Inventory, Rule, RuleContext } from "../model";
import { parentIdOf, sameId, typeOf } from "../path";
import { sameRegion } from "../region";
import { assignableAddresses, inside, overlap, type Range, readPrefix } from "../types/addresses";
import { addressesOf } from "../types/network";
import {
  addressCount,
  connectionsOf,
  GROUPS,
  PRIVATE_ENDPOINT,
  type PrivateEndpointProperties,
  privateEndpointsOf,
  REPLICATION,
} from "../types/privateLink";
import { privateEndpointsIn, usersOf } from "../types/subnetUsers";
import { isMissing, referenceError } from "./common";

const VNET = "Microsoft.Network/virtualNetworks";
const SUBNET = `${VNET}/subnets`;
const NSG = "Microsoft.Network/networkSecurityGroups";

interface SubnetProperties {
  readonly addressPrefix?: string;
  readonly addressPrefixes?: readonly string[];
  readonly networkSecurityGroup?: { readonly id?: string };
}

interface VnetProperties {
  readonly addressSpace?: { readonly addressPrefixes?: readonly string[] };
  readonly subnets?: readonly { readonly name: string; readonly properties?: SubnetProperties }[];
}

function prefixesOf(properties: SubnetProperties | undefined): readonly string[] {
  return properties?.addressPrefix ? [properties.addressPrefix] : (properties?.addressPrefixes ?? []);
}

function ranges(prefixes: readonly string[]): Range[] {
  return prefixes.map(readPrefix).filter((range) => range !== undefined);
}

/** The subnets of the network after the request: the one in the request, or those in the body of the network. */
function subnetsAfter({ type, name, parentId, body, inventory }: RuleContext): { name: string; prefixes: readonly string[] }[] {
  if (type === VNET)
    return ((body.properties as VnetProperties | undefined)?.subnets ?? []).map((subnet) => ({
      name: subnet.name,
      prefixes: prefixesOf(subnet.properties),
    }));
  const others = inventory.children(parentId, SUBNET).filter((other) => other.name.toLowerCase() !== name.toLowerCase());
  const standing = others.map((other) => ({ name: other.name, prefixes: prefixesOf(other.body.properties as SubnetProperties) }));
  return [...standing, { name, prefixes: prefixesOf(body.properties as SubnetProperties) }];
}

function spaceOf({ type, body, parentId, inventory }: RuleContext): readonly string[] {
  const properties = (type === VNET ? body.properties : inventory.get(parentId)?.body.properties) as VnetProperties | undefined;
  return properties?.addressSpace?.addressPrefixes ?? [];
}

function subnetIdOf(body: { properties?: unknown }): string {
  return (body.properties as PrivateEndpointProperties).subnet?.id ?? "";
}

/** The error if a subnet has fewer free addresses than required. */
function capacityError(subnetId: string, required: number, inventory: Inventory): string | undefined {
  const subnet = inventory.get(subnetId);
  const prefix = prefixesOf(subnet?.body.properties as SubnetProperties | undefined)[0] ?? "";
  const range = readPrefix(prefix);
  if (!subnet || !range) return undefined;
  const capacity = Math.max(0, assignableAddresses(range));
  const taken = privateEndpointsIn(subnetId, inventory).reduce((sum, endpoint) => sum + Math.max(1, addressesOf(endpoint).length), 0);
  return taken + required > capacity
    ? `Subnet ${subnet.name} with address prefix ${prefix} does not have enough capacity for ${required} IP addresses: ${taken} of its ${capacity} are in use.`
    : undefined;
}

export const networkRules: readonly Rule[] = [
  {
    code: "subnets-named",
    types: [VNET],
    on: ["create", "update"],
    azureCode: "InvalidRequestFormat",
    status: 400,
    source: "Azure REST specification, network: the name of a subnet is part of its ID",
    grade: "K",
    check: ({ body }) =>
      (body.properties as VnetProperties | undefined)?.subnets?.some(({ name }) => !name)
        ? "Cannot parse the request: each entry of 'properties.subnets' requires a name."
        : undefined,
  },
  {
    code: "network-writes-one-at-a-time",
    types: [VNET, SUBNET],
    on: ["create", "update", "delete"],
    azureCode: "AnotherOperationInProgress",
    status: 409,
    source:
      "Azure docs, azure-resource-manager/troubleshooting/common-deployment-errors (AnotherOperationInProgress); common knowledge: the subnets of a network count as one resource",
    grade: "K",
    check: ({ id, type, parentId, inventory }) => {
      const busy = inventory.runningWithin(type === VNET ? id : parentId)[0];
      return (
        busy &&
        `Another operation on this or dependent resource is in progress: ${busy.kind} of '${busy.resourceId}'. Wait for it to complete and retry.`
      );
    },
  },
  {
    code: "subnet-prefix-valid",
    types: [VNET, SUBNET],
    on: ["create", "update"],
    azureCode: "InvalidAddressPrefixFormat",
    status: 400,
    source: "Azure docs, virtual-network/virtual-networks-faq",
    grade: "D",
    check: (context) => {
      const prefixes = [...spaceOf(context), ...subnetsAfter(context).flatMap(({ prefixes }) => prefixes)];
      const invalid = prefixes.find((prefix) => !prefix.includes(":") && !readPrefix(prefix));
      return (
        invalid &&
        `Address prefix '${invalid}' is not formatted correctly: it must be an IPv4 network in CIDR notation, such as 10.0.0.0/24.`
      );
    },
  },
  {
    code: "subnet-inside-network",
    types: [VNET, SUBNET],
    on: ["create", "update"],
    azureCode: "NetcfgInvalidSubnet",
    status: 400,
    source: "Azure docs, virtual-network/virtual-network-manage-subnet",
    grade: "D",
    check: (context) => {
      const space = ranges(spaceOf(context));
      const outside = subnetsAfter(context).find(({ prefixes }) =>
        ranges(prefixes).some((range) => !space.some((whole) => inside(range, whole))),
      );
      return (
        outside &&
        `Subnet '${outside.name}' is not valid: its prefix ${outside.prefixes.join(", ")} is outside the network's address space ${spaceOf(context).join(", ")}.`
      );
    },
  },
  {
    code: "subnets-apart",
    types: [VNET, SUBNET],
    on: ["create", "update"],
    azureCode: "NetcfgSubnetRangesOverlap",
    status: 400,
    source: "Azure docs, virtual-network/virtual-network-manage-subnet",
    grade: "D",
    check: (context) => {
      const subnets = subnetsAfter(context);
      const clash = subnets.find((subnet, index) =>
        subnets.slice(0, index).some((other) => ranges(subnet.prefixes).some((a) => ranges(other.prefixes).some((b) => overlap(a, b)))),
      );
      return clash && `Subnet '${clash.name}' is not valid because its IP address range overlaps with that of an existing subnet.`;
    },
  },
  {
    code: "subnet-in-use",
    types: [SUBNET],
    on: ["delete"],
    azureCode: "InUseSubnetCannotBeDeleted",
    status: 400,
    source: "Azure docs, virtual-network/virtual-network-manage-subnet",
    grade: "D",
    check: ({ id, name, inventory }) => {
      const [user] = usersOf(id, inventory);
      return user && `Subnet ${name} is in use by ${user.id} and cannot be deleted.`;
    },
  },
  {
    code: "network-in-use",
    types: [VNET],
    on: ["update", "delete"],
    azureCode: "InUseSubnetCannotBeDeleted",
    status: 400,
    source: "Azure docs, virtual-network/virtual-network-manage-subnet",
    grade: "D",
    check: ({ id, event, body, inventory }) => {
      const remaining = (body.properties as VnetProperties | undefined)?.subnets;
      if (event === "update" && !remaining) return undefined;
      const going = inventory
        .children(id, SUBNET)
        .filter(({ name }) => event === "delete" || !remaining?.some((subnet) => subnet.name.toLowerCase() === name.toLowerCase()));
      const used = going.find((subnet) => usersOf(subnet.id, inventory).length > 0);
      return used && `Subnet ${used.name} is in use by ${usersOf(used.id, inventory)[0]!.id} and cannot be deleted.`;
    },
  },
  {
    code: "subnet-references",
    types: [SUBNET],
    on: ["create", "update"],
    azureCode: "InvalidResourceReference",
    status: 400,
    source: "Azure docs, azure-resource-manager/troubleshooting/common-deployment-errors (InvalidResourceReference)",
    grade: "D",
    check: (context) => {
      const id = (context.body.properties as SubnetProperties | undefined)?.networkSecurityGroup?.id;
      const error = referenceError(id, NSG, context);
      return error && `Resource ${id} referenced by resource ${context.id} ${error}.`;
    },
  },
  {
    code: "security-group-in-use",
    types: [NSG],
    on: ["delete"],
    azureCode: "InUseNetworkSecurityGroupCannotBeDeleted",
    status: 400,
    source: "Azure docs, virtual-network/manage-network-security-group: it can't be deleted while it is associated with a subnet",
    grade: "D",
    check: ({ id, name, inventory }) => {
      const user = inventory
        .all(SUBNET)
        .find(({ body }) => sameId((body.properties as SubnetProperties | undefined)?.networkSecurityGroup?.id, id));
      return user && `Network security group ${name} cannot be deleted because it is in use by ${user.id}.`;
    },
  },
  {
    code: "private-endpoint-subnet",
    types: [PRIVATE_ENDPOINT],
    on: ["create", "update"],
    azureCode: "InvalidResourceReference",
    status: 400,
    source: "Azure docs, private-link/private-endpoint-overview",
    grade: "D",
    check: (context) => {
      const id = (context.body.properties as PrivateEndpointProperties | undefined)?.subnet?.id;
      if (!id) return "A private endpoint requires 'properties.subnet.id'.";
      const error = referenceError(id, SUBNET, context);
      return error && `Resource ${id} referenced by resource ${context.id} ${error}. Please make sure that the referenced resource exists.`;
    },
  },
  {
    code: "private-endpoint-subnet-region",
    types: [PRIVATE_ENDPOINT],
    on: ["create"],
    azureCode: "InvalidResourceReference",
    status: 400,
    source: "Azure docs, private-link/private-endpoint-overview: same region as the virtual network",
    grade: "D",
    check: ({ body, inventory }) => {
      const subnetId = (body.properties as PrivateEndpointProperties).subnet!.id!;
      const region = inventory.get(parentIdOf(subnetId))?.body.location;
      if (!region || sameRegion(region, body.location)) return undefined;
      return `The private endpoint is in ${body.location} and its virtual network is in ${region}: they must be in the same region.`;
    },
  },
  {
    code: "private-endpoint-subnet-fixed",
    types: [PRIVATE_ENDPOINT],
    on: ["update"],
    azureCode: "PrivateEndpointCannotBeUpdated",
    status: 400,
    source: "pulumi-azure-native, replacement table: changing the subnet replaces the private endpoint",
    grade: "P",
    check: ({ body, previous }) => {
      const [now, before] = [body, previous!.body].map(({ properties }) => (properties as PrivateEndpointProperties).subnet?.id);
      return sameId(now, before) ? undefined : `The subnet of the private endpoint can't be changed from ${before} to ${now}.`;
    },
  },
  {
    code: "private-endpoint-target",
    types: [PRIVATE_ENDPOINT],
    on: ["create", "update"],
    azureCode: "InvalidResourceReference",
    status: 400,
    source: "Azure docs, private-link/private-endpoint-overview",
    grade: "D",
    check: (context) => {
      const connections = connectionsOf(context);
      if (connections.length === 0) return "A private endpoint requires one entry in 'properties.privateLinkServiceConnections'.";
      const missing = connections.map(({ properties }) => properties?.privateLinkServiceId).find((id) => isMissing(id, context));
      return missing && `The private link resource '${missing}' was not found.`;
    },
  },
  {
    code: "private-endpoint-group",
    types: [PRIVATE_ENDPOINT],
    on: ["create", "update"],
    azureCode: "PrivateEndpointInvalidGroupId",
    status: 400,
    source:
      "Azure docs, private-link/private-endpoint-overview (sub-resources); machine-learning/concept-secure-online-endpoint: an online endpoint has no private endpoints",
    grade: "D",
    check: (context) => {
      for (const { properties } of connectionsOf(context)) {
        const { privateLinkServiceId = "", groupIds = [] } = properties ?? {};
        const type = typeOf(privateLinkServiceId);
        const groups = GROUPS[type.toLowerCase()];
        if (!groups && sameId(type, "Microsoft.MachineLearningServices/registries")) continue;
        if (!groups) return `The type of '${privateLinkServiceId}', ${type}, doesn't support private endpoints.`;
        const allowed = Object.keys(groups).join(", ");
        if (groupIds.length === 0) return `The connection to '${privateLinkServiceId}' requires 'groupIds'. Allowed: ${allowed}.`;
        const invalid = groupIds.find((group) => !groups[group]);
        if (invalid) return `The group ID '${invalid}' is not valid for ${privateLinkServiceId}. Allowed: ${allowed}.`;
      }
      return undefined;
    },
  },
  {
    code: "private-endpoint-registry-premium",
    types: [PRIVATE_ENDPOINT],
    on: ["create"],
    azureCode: "PrivateEndpointNotSupportedForSku",
    status: 400,
    source: "Azure docs, container-registry/container-registry-private-link: Premium",
    grade: "D",
    check: (context) => {
      const targets = connectionsOf(context).map(({ properties }) => context.inventory.get(properties?.privateLinkServiceId));
      const unsupported = targets.find(
        (target) => target?.type === "Microsoft.ContainerRegistry/registries" && (target.body.sku as { name: string }).name !== "Premium",
      );
      return (
        unsupported &&
        `Private endpoints are supported only for Premium registries: the SKU of '${unsupported.name}' is ${(unsupported.body.sku as { name: string }).name}.`
      );
    },
  },
  {
    code: "subnet-has-room",
    types: [PRIVATE_ENDPOINT, REPLICATION],
    on: ["create"],
    azureCode: "SubnetIsFull",
    status: 400,
    source:
      "Azure docs, virtual-network/virtual-networks-faq: five addresses of a subnet are reserved; container-registry/container-registry-private-link and machine-learning/how-to-custom-dns: number of addresses of a private endpoint",
    grade: "D",
    check: ({ type, body, parentId, inventory }) => {
      if (type === PRIVATE_ENDPOINT) return capacityError(subnetIdOf(body), addressCount({ body }, inventory), inventory);
      const subnetIds = privateEndpointsOf(parentId, inventory).map((endpoint) => subnetIdOf(endpoint.body));
      return subnetIds.map((subnetId) => capacityError(subnetId, 1, inventory)).find((error) => error !== undefined);
    },
  },
];
