/** Checks of the subnet and the connection of a private endpoint. `network.ts` checks that the subnet and the target exist. */
import { sameJson } from "../json";
import type { Resource, Rule, RuleContext } from "../model";
import { nameOf, sameId } from "../path";
import { regionName } from "../region";
import { inside, readPrefix } from "../types/addresses";
import { connectionsOf, PRIVATE_ENDPOINT, type PrivateEndpointProperties } from "../types/privateLink";
import { prefixesOf, RESERVED_SUBNETS, type SubnetProperties } from "./subnets";

const OVERVIEW = "Azure docs, private-link/private-endpoint-overview";
const STORAGE = "Microsoft.Storage/storageAccounts";

/** Sub-resources by kind of storage account. Source: Azure docs, storage/common/storage-private-endpoints and storage-account-overview. */
const STORAGE_GROUPS: Readonly<Record<string, RegExp>> = {
  StorageV2: /./,
  BlockBlobStorage: /^(blob|dfs|web)(_secondary)?$/,
  FileStorage: /^file$/,
};

/** Regions without network policies for private endpoints, including Azure Government and Azure operated by 21Vianet. */
const WITHOUT_POLICIES = /^(westindia|australiacentral2|southafricawest|brazilsoutheast|us(gov|dod).+|china.+)$/;

interface StaticAddress {
  readonly properties?: { readonly privateIPAddress?: string };
}

function propertiesOf(body: {
  properties?: unknown;
}): PrivateEndpointProperties & { readonly ipConfigurations?: readonly StaticAddress[] } {
  return (body.properties ?? {}) as PrivateEndpointProperties;
}

function subnetOf({ body, inventory }: RuleContext): Resource | undefined {
  return inventory.get(propertiesOf(body).subnet?.id);
}

function subnetProperties(subnet: Resource | undefined): SubnetProperties {
  return (subnet?.body.properties ?? {}) as SubnetProperties;
}

const common = { types: [PRIVATE_ENDPOINT], status: 400 } as const;

export const privateEndpointRules: readonly Rule[] = [
  {
    ...common,
    code: "private-endpoint-subnet-delegated",
    on: ["create"],
    azureCode: "PrivateEndpointCreationNotAllowedAsSubnetIsDelegated",
    source: "Azure docs, virtual-network/subnet-delegation-overview: a delegated subnet can't be used with a private endpoint",
    grade: "D",
    check: (context) => {
      const subnet = subnetOf(context);
      const services = (subnetProperties(subnet).delegations ?? []).map(({ properties }) => properties?.serviceName);
      return subnet && services.length > 0
        ? `Private endpoint ${context.id} cannot be created as subnet ${subnet.id} is delegated to ${services.join(", ")}.`
        : undefined;
    },
  },
  {
    ...common,
    code: "private-endpoint-subnet-reserved",
    on: ["create"],
    azureCode: "SubnetNotAllowed",
    source:
      "Azure docs, vpn-gateway/vpn-gateway-about-vpn-gateway-settings, firewall and bastion: no other resources are allowed in their subnets",
    grade: "D",
    check: (context) => {
      const name = nameOf(propertiesOf(context.body).subnet?.id ?? "");
      return Object.keys(RESERVED_SUBNETS).some((reserved) => sameId(reserved, name))
        ? `The subnet '${name}' is reserved for its service: use another subnet for the private endpoint.`
        : undefined;
    },
  },
  {
    ...common,
    code: "private-endpoint-subscription",
    on: ["create"],
    azureCode: "InvalidResourceReference",
    source: `${OVERVIEW}: same region and subscription as the virtual network`,
    grade: "D",
    check: ({ id, body }) => {
      const subnetId = propertiesOf(body).subnet?.id ?? "";
      return sameId(id.split("/")[2], subnetId.split("/")[2])
        ? undefined
        : `The subnet '${subnetId}' must be in the subscription of the private endpoint.`;
    },
  },
  {
    ...common,
    code: "private-endpoint-network-policies",
    on: ["create"],
    azureCode: "PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled",
    source: `${OVERVIEW} (limitations, 2023): network policies aren't available in these regions; reports from 2026 mention Azure Government`,
    grade: "E",
    check: (context) => {
      const subnet = subnetOf(context);
      const policies = subnetProperties(subnet).privateEndpointNetworkPolicies ?? "Disabled";
      return subnet && policies !== "Disabled" && WITHOUT_POLICIES.test(regionName(context.body.location))
        ? `Private endpoint ${context.id} cannot be created in a subnet ${subnet.id} since it has private endpoint network policies enabled.`
        : undefined;
    },
  },
  {
    ...common,
    code: "private-endpoint-one-connection",
    on: ["create", "update"],
    azureCode: "PrivateEndpointInvalidGroupId",
    source: `${OVERVIEW}: each sub-resource requires its own private endpoint; common knowledge: at most one connection`,
    grade: "K",
    check: (context) => {
      const connections = connectionsOf(context);
      if (connections.length > 1) return `The private endpoint has ${connections.length} connections: the limit is 1.`;
      const groups = connections[0]?.properties?.groupIds ?? [];
      return groups.length > 1
        ? `'groupIds' has ${groups.length} entries, ${groups.join(", ")}: a private endpoint supports one sub-resource. Create one private endpoint for each.`
        : undefined;
    },
  },
  {
    ...common,
    code: "private-endpoint-storage-kind",
    on: ["create"],
    azureCode: "PrivateEndpointNotSupportedForAccount",
    source: `${OVERVIEW}: not on general-purpose v1 accounts; storage/common/storage-account-overview: services by kind`,
    grade: "D",
    check: (context) => {
      for (const { properties } of connectionsOf(context)) {
        const account = context.inventory.get(properties?.privateLinkServiceId);
        if (account?.type !== STORAGE) continue;
        const kind = String(account.body.kind);
        const served = STORAGE_GROUPS[kind];
        if (!served) return `The storage account '${account.name}' has the kind ${kind}: private endpoints require the kind StorageV2.`;
        const group = properties?.groupIds?.find((one) => !served.test(one));
        if (group) return `The storage account '${account.name}' has the kind ${kind}, which has no '${group}' service.`;
      }
      return undefined;
    },
  },
  {
    ...common,
    code: "private-endpoint-connection-fixed",
    on: ["update"],
    azureCode: "PrivateEndpointCannotBeUpdated",
    source: "azurerm provider, private_endpoint: changing the target or sub-resource replaces the private endpoint",
    grade: "K",
    check: ({ body, previous }) => {
      const [now, before] = [{ body }, previous!].map((one) =>
        connectionsOf(one).map(({ properties }) => [properties?.privateLinkServiceId?.toLowerCase(), properties?.groupIds]),
      );
      return sameJson(now, before)
        ? undefined
        : "The target and sub-resource of a private endpoint can't be changed: create another private endpoint.";
    },
  },
  {
    ...common,
    code: "private-endpoint-request-message",
    on: ["create", "update"],
    azureCode: "InvalidRequestFormat",
    source: "Azure REST specification, network: requestMessage is restricted to 140 characters",
    grade: "S",
    check: (context) => {
      const long = connectionsOf(context).find(({ properties }) => (properties?.requestMessage ?? "").length > 140);
      return long && `'requestMessage' has ${long.properties!.requestMessage!.length} characters: the limit is 140.`;
    },
  },
  {
    ...common,
    code: "private-endpoint-address",
    on: ["create"],
    azureCode: "PrivateIPAddressNotInSubnet",
    source: `${OVERVIEW}: addresses must belong to the subnet; virtual-network/virtual-networks-faq: the first four and the last are reserved`,
    grade: "D",
    check: (context) => {
      const prefix = prefixesOf(subnetProperties(subnetOf(context)))[0] ?? "";
      const range = readPrefix(prefix);
      const addresses = (propertiesOf(context.body).ipConfigurations ?? []).map(({ properties }) => properties?.privateIPAddress ?? "");
      const invalid = addresses.find((address) => {
        const one = readPrefix(`${address}/32`);
        return range && !(one && inside(one, { first: range.first + 4, last: range.last - 1 }));
      });
      return invalid === undefined
        ? undefined
        : `Private static IP address ${invalid} does not belong to the range of subnet prefix ${prefix}, or Azure reserves it.`;
    },
  },
];
