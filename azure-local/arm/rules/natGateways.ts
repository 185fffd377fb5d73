/** Checks of NAT gateways and public IP addresses, and of the NAT gateway of a subnet. */
import { at, textOf } from "../json";
import type { Resource, Rule, RuleContext } from "../model";
import { parentIdOf, sameId } from "../path";
import { sameRegion } from "../region";
import { gatewaysOf, NAT_GATEWAY, natGatewayOf, PUBLIC_ADDRESS, subnetsOf } from "../types/natGateways";
import { hasZones } from "../zones";
import { referenceError } from "./common";
import { firstError, SUBNET, VNET } from "./subnets";

const NAT = "Azure docs, nat-gateway/nat-gateway-resource";
const ADDRESSES = "Azure docs, virtual-network/ip-services/public-ip-addresses";

/** Source: NAT: up to 16 IP addresses. */
const MOST_ADDRESSES = 16;

function zonesOf({ zones }: { readonly zones?: unknown }): readonly string[] {
  return Array.isArray(zones) ? zones.map(textOf) : [];
}

function skuOf(body: Resource["body"]): string {
  return textOf(at(body, "sku.name") ?? "Basic");
}

/** Why a NAT gateway can't use a public IP address. Undefined if it can. */
function addressError(address: Resource, { id, body }: RuleContext): string | undefined {
  const { publicIPAddressVersion, publicIPAllocationMethod } = (address.body.properties ?? {}) as Record<string, unknown>;
  if (skuOf(address.body) !== "Standard") return `has the SKU ${skuOf(address.body)}: it must be Standard`;
  if (publicIPAllocationMethod !== "Static") return `is ${publicIPAllocationMethod}: it must be Static`;
  if (publicIPAddressVersion === "IPv6") return "is an IPv6 address: only IPv4 is supported";
  if (!sameId(address.id.split("/")[2], id.split("/")[2])) return "is in another subscription";
  if (!sameRegion(address.body.location, body.location)) return `is in ${address.body.location}: it must be in ${body.location}`;
  const [zone] = zonesOf(body as { zones?: unknown });
  const zones = zonesOf(address.body as { zones?: unknown });
  const isInZone = zone === undefined ? zones.length !== 1 : zones.includes(zone);
  return isInZone
    ? undefined
    : `is in the zones [${zones.join(", ")}]: the NAT gateway is in ${zone === undefined ? "no zone" : `zone ${zone}`}`;
}

const gateway = { types: [NAT_GATEWAY], on: ["create", "update"], status: 400 } as const;
const address = { types: [PUBLIC_ADDRESS], on: ["create", "update"], status: 400 } as const;

export const natGatewayRules: readonly Rule[] = [
  {
    ...address,
    code: "public-address-basic",
    azureCode: "IPv4BasicSkuPublicIpCountLimitReached",
    on: ["create"],
    source:
      "Azure docs, virtual-network/ip-services/public-ip-basic-upgrade-guidance: none can be created after 31 March 2025; SKU Basic is the default",
    grade: "D",
    check: ({ body }) =>
      skuOf(body) === "Basic"
        ? "Cannot create more than 0 IPv4 Basic SKU public IP addresses for this subscription in this region. Set 'sku.name' to Standard."
        : undefined,
  },
  {
    ...address,
    code: "public-address-static",
    azureCode: "PublicIPAllocationMethodMustBeStatic",
    source: `${ADDRESSES}: Standard addresses are static`,
    grade: "D",
    check: ({ body }) =>
      skuOf(body) === "Standard" && at(body, "properties.publicIPAllocationMethod") !== "Static"
        ? "A public IP address of the SKU Standard requires 'properties.publicIPAllocationMethod' Static."
        : undefined,
  },
  {
    ...address,
    code: "public-address-idle-timeout",
    azureCode: "InvalidIdleTimeoutInMinutes",
    source: "Azure docs, virtual-network/ip-services/configure-public-ip-load-balancer and REST specification: 4 to 30 minutes",
    grade: "K",
    check: ({ body }) => {
      const minutes = Number(at(body, "properties.idleTimeoutInMinutes") ?? 4);
      return minutes >= 4 && minutes <= 30 ? undefined : `'properties.idleTimeoutInMinutes' is ${minutes}: it must be between 4 and 30.`;
    },
  },
  {
    code: "public-address-in-use",
    types: [PUBLIC_ADDRESS],
    on: ["delete"],
    azureCode: "PublicIPAddressCannotBeDeleted",
    status: 400,
    source: "Azure error quoted in hashicorp/terraform-provider-azurerm#6052",
    grade: "E",
    check: ({ id, inventory }) => {
      const [user] = gatewaysOf(id, inventory);
      return (
        user &&
        `Public IP address ${id} can not be deleted since it is still allocated to resource ${user.id}. In order to delete the public IP, disassociate/detach the Public IP address from the resource.`
      );
    },
  },
  {
    code: "network-zones",
    types: [NAT_GATEWAY, PUBLIC_ADDRESS],
    on: ["create"],
    azureCode: "LocationDoesNotSupportAvailabilityZones",
    status: 400,
    source: "Azure docs, reliability/regions-list: regions with availability zones; NAT gateway: one zone or none",
    grade: "D",
    check: ({ type, body }) => {
      const zones = zonesOf(body as { zones?: unknown });
      if (zones.length === 0) return undefined;
      if (!hasZones(body.location)) return `The location ${body.location} has no availability zones: omit 'zones'.`;
      if (type === NAT_GATEWAY && zones.length > 1) return `'zones' has ${zones.length} entries: a NAT gateway is in one zone or in none.`;
      return zones.some((zone) => !["1", "2", "3"].includes(zone))
        ? `'zones' is [${zones.join(", ")}]: allowed are 1, 2 and 3.`
        : undefined;
    },
  },
  {
    ...gateway,
    code: "nat-gateway-zone-fixed",
    azureCode: "ResourceAvailabilityZonesCannotBeModified",
    on: ["update"],
    source: `${NAT}: after a NAT gateway is deployed, the zone selection can't be changed`,
    grade: "D",
    check: ({ body, previous }) => {
      const [now, before] = [body, previous!.body].map((one) => zonesOf(one as { zones?: unknown }).join(", "));
      return now === before ? undefined : `The zones of the NAT gateway can't be changed from [${before}] to [${now}].`;
    },
  },
  {
    ...gateway,
    code: "nat-gateway-sku",
    azureCode: "InvalidNatGatewaySku",
    source: "Azure docs, templates/microsoft.network/natgateways: the SKU is Standard; common knowledge: it is required",
    grade: "K",
    check: ({ body }) => (at(body, "sku.name") === undefined ? "A NAT gateway requires 'sku.name' Standard." : undefined),
  },
  {
    ...gateway,
    code: "nat-gateway-limits",
    azureCode: "InvalidRequestFormat",
    source: `${NAT}: up to 16 public IP addresses, and an idle timeout of 4 to 120 minutes`,
    grade: "D",
    check: ({ body }) => {
      const { idleTimeoutInMinutes = 4, publicIpAddresses = [] } = natGatewayOf(body);
      if (publicIpAddresses.length > MOST_ADDRESSES)
        return `'properties.publicIpAddresses' has ${publicIpAddresses.length} entries: the limit is ${MOST_ADDRESSES}.`;
      return idleTimeoutInMinutes >= 4 && idleTimeoutInMinutes <= 120
        ? undefined
        : `'properties.idleTimeoutInMinutes' is ${idleTimeoutInMinutes}: it must be between 4 and 120.`;
    },
  },
  {
    ...gateway,
    code: "nat-gateway-references",
    azureCode: "InvalidResourceReference",
    source: "Azure docs, azure-resource-manager/troubleshooting/common-deployment-errors (InvalidResourceReference)",
    grade: "D",
    check: (context) => {
      for (const { id } of natGatewayOf(context.body).publicIpAddresses ?? []) {
        const error = referenceError(id, PUBLIC_ADDRESS, context);
        if (error) return `Resource ${id} referenced by resource ${context.id} ${error}.`;
      }
      return undefined;
    },
  },
  {
    ...gateway,
    code: "nat-gateway-addresses",
    azureCode: "NatGatewayPublicIpAddressNotSupported",
    source: `${NAT} and nat-availability-zones: static Standard IPv4 addresses of the region, of the same zone or zone-redundant; the code is inferred`,
    grade: "D",
    check: (context) => {
      for (const { id } of natGatewayOf(context.body).publicIpAddresses ?? []) {
        const found = context.inventory.get(id);
        const error = found?.type === PUBLIC_ADDRESS ? addressError(found, context) : undefined;
        if (error) return `The NAT gateway can't use the public IP address ${id}: it ${error}.`;
      }
      return undefined;
    },
  },
  {
    ...gateway,
    code: "nat-gateway-address-in-use",
    azureCode: "PublicIPAddressInUse",
    source: "common knowledge: a public IP address is associated with one resource",
    grade: "K",
    check: (context) => {
      for (const { id = "" } of natGatewayOf(context.body).publicIpAddresses ?? []) {
        const other = gatewaysOf(id, context.inventory).find((one) => !sameId(one.id, context.id));
        if (other) return `The public IP address ${id} is already used by ${other.id}.`;
      }
      return undefined;
    },
  },
  {
    code: "nat-gateway-in-use",
    types: [NAT_GATEWAY],
    on: ["delete"],
    azureCode: "CannotDeleteNatGatewayAssociatedToSubnet",
    status: 400,
    source: "Azure error quoted in Azure-Samples/Copilot-Studio-with-Azure-AI-Search#62",
    grade: "E",
    check: ({ id, inventory }) => {
      const users = subnetsOf(id, inventory);
      return users.length > 0
        ? `NAT Gateway ${id} is still configured on ${users.length} subnets. Remove NAT Gateway from all referenced subnets and then delete NAT Gateway.`
        : undefined;
    },
  },
  {
    code: "subnet-nat-gateway",
    types: [VNET, SUBNET],
    on: ["create", "update"],
    azureCode: "InvalidResourceReference",
    status: 400,
    source: `${NAT}: in the region of the network, for subnets of one network, not for a gateway subnet`,
    grade: "D",
    check: (context) => {
      const { type, body, parentId, inventory } = context;
      const networkId = type === VNET ? context.id : parentId;
      const location = type === VNET ? body.location : inventory.get(parentId)?.body.location;
      return firstError(context, ({ name, id: subnetId, properties }) => {
        const id = properties.natGateway?.id;
        if (!id) return undefined;
        const error = referenceError(id, NAT_GATEWAY, context);
        if (error) return `Resource ${id} referenced by resource ${subnetId} ${error}.`;
        if (name === "GatewaySubnet") return `NAT gateway ${id} cannot be associated with ${name}.`;
        const place = inventory.get(id)?.body.location;
        if (!sameRegion(place, location))
          return `NAT gateway ${id} is in ${place}: it must be in the virtual network's location, ${location}.`;
        const other = subnetsOf(id, inventory).find((one) => !sameId(parentIdOf(one.id), networkId));
        return other && `NAT gateway ${id} is associated with ${other.id}: all its subnets must be in one virtual network.`;
      });
    },
  },
];
