/** Checks of subnet values, in requests for a subnet or for its network. `network.ts` checks that prefixes are in the address space of the network. */
import type { Resource, Rule, RuleContext } from "../model";
import { sameId } from "../path";
import { sameRegion } from "../region";
import { type Range, readPrefix } from "../types/addresses";
import { usersOf } from "../types/subnetUsers";
import { referenceError } from "./common";

export const VNET = "Microsoft.Network/virtualNetworks";
export const SUBNET = `${VNET}/subnets`;
const SUBNETS = "Azure docs, virtual-network/virtual-network-manage-subnet";

export interface SubnetProperties {
  readonly addressPrefix?: string;
  readonly addressPrefixes?: readonly string[];
  readonly ipamPoolPrefixAllocations?: readonly unknown[];
  readonly networkSecurityGroup?: { readonly id?: string };
  readonly natGateway?: { readonly id?: string };
  readonly privateEndpointNetworkPolicies?: string;
  readonly delegations?: readonly { readonly name?: string; readonly properties?: { readonly serviceName?: string } }[];
  readonly serviceEndpoints?: readonly { readonly service?: string }[];
}

/** Reserved subnet names, and the longest allowed prefix. Source: Azure docs of VPN Gateway, Firewall, Bastion and Route Server. */
export const RESERVED_SUBNETS: Readonly<Record<string, number>> = {
  GatewaySubnet: 29,
  AzureFirewallSubnet: 26,
  AzureFirewallManagementSubnet: 26,
  AzureBastionSubnet: 26,
  RouteServerSubnet: 27,
};

/** Source: Azure docs, vpn-gateway-about-vpn-gateway-settings, firewall/firewall-faq, route-server. */
const WITHOUT_SECURITY_GROUP = ["GatewaySubnet", "AzureFirewallSubnet", "AzureFirewallManagementSubnet", "RouteServerSubnet"];

/** Source: Azure docs, virtual-network/virtual-network-service-endpoints-overview. */
const SERVICE_ENDPOINTS = `
  Microsoft.AzureActiveDirectory Microsoft.AzureCosmosDB Microsoft.CognitiveServices Microsoft.ContainerRegistry Microsoft.EventHub
  Microsoft.KeyVault Microsoft.ServiceBus Microsoft.Sql Microsoft.Storage Microsoft.Storage.Global Microsoft.Web
`
  .trim()
  .split(/\s+/);

/** Source: Azure errors with the code InvalidServiceNameOnDelegation, quoted in crossplane-contrib/provider-upjet-azure#342, and az network vnet subnet list-available-delegations. */
const DELEGATIONS = `
  GitHub.Network/networkSettings Informatica.DataManagement/organizations Microsoft.ApiManagement/service Microsoft.Apollo/npu
  Microsoft.App/environments Microsoft.App/testClients Microsoft.AVS/PrivateClouds Microsoft.AzureCosmosDB/clusters
  Microsoft.BareMetal/AzureHostedService Microsoft.BareMetal/AzureHPC Microsoft.BareMetal/AzurePaymentHSM Microsoft.BareMetal/AzureVMware
  Microsoft.BareMetal/CrayServers Microsoft.BareMetal/MonitoringServers Microsoft.Batch/batchAccounts Microsoft.CloudTest/hostedpools
  Microsoft.CloudTest/images Microsoft.CloudTest/pools Microsoft.Codespaces/plans Microsoft.ContainerInstance/containerGroups
  Microsoft.ContainerService/managedClusters Microsoft.ContainerService/TestClients Microsoft.Databricks/workspaces
  Microsoft.DBforMySQL/flexibleServers Microsoft.DBforMySQL/servers Microsoft.DBforMySQL/serversv2 Microsoft.DBforPostgreSQL/flexibleServers
  Microsoft.DBforPostgreSQL/serversv2 Microsoft.DBforPostgreSQL/singleServers Microsoft.DelegatedNetwork/controller Microsoft.DevCenter/networkConnection
  Microsoft.DevOpsInfrastructure/pools Microsoft.DocumentDB/cassandraClusters Microsoft.Fidalgo/networkSettings Microsoft.HardwareSecurityModules/dedicatedHSMs
  Microsoft.Kusto/clusters Microsoft.LabServices/labplans Microsoft.Logic/integrationServiceEnvironments Microsoft.MachineLearningServices/workspaces
  Microsoft.Netapp/volumes Microsoft.Network/dnsResolvers Microsoft.Network/managedResolvers Microsoft.Network/applicationGateways
  Microsoft.Network/fpgaNetworkInterfaces Microsoft.Network/networkWatchers Microsoft.Network/virtualNetworkGateways Microsoft.Orbital/orbitalGateways
  Microsoft.PowerAutomate/hostedRpa Microsoft.PowerPlatform/enterprisePolicies Microsoft.PowerPlatform/vnetaccesslinks
  Microsoft.ServiceFabricMesh/networks Microsoft.ServiceNetworking/trafficControllers Microsoft.Singularity/accounts/networks
  Microsoft.Singularity/accounts/npu Microsoft.Sql/managedInstances Microsoft.Sql/managedInstancesOnebox Microsoft.Sql/managedInstancesStage
  Microsoft.Sql/managedInstancesTest Microsoft.StoragePool/diskPools Microsoft.StreamAnalytics/streamingJobs Microsoft.Synapse/workspaces
  Microsoft.Web/hostingEnvironments Microsoft.Web/serverFarms NGINX.NGINXPLUS/nginxDeployments Oracle.Database/networkAttachments
  PaloAltoNetworks.Cloudngfw/firewalls PureStorage.Block/storagePools Qumulo.Storage/fileSystems Dell.Storage/fileSystems
`
  .trim()
  .split(/\s+/);

export function prefixesOf(properties: SubnetProperties | undefined): readonly string[] {
  return properties?.addressPrefix ? [properties.addressPrefix] : (properties?.addressPrefixes ?? []);
}

export interface WrittenSubnet {
  readonly name: string;
  readonly id: string;
  readonly properties: SubnetProperties;
}

/** The subnets that a request writes: the one in the request, or those in the body of the network. */
function writtenSubnets({ type, id, name, body }: RuleContext): WrittenSubnet[] {
  if (type === SUBNET) return [{ name, id, properties: (body.properties ?? {}) as SubnetProperties }];
  const inline = (body.properties as { subnets?: readonly { name?: string; properties?: SubnetProperties }[] } | undefined)?.subnets ?? [];
  return inline.map((one) => ({ name: one.name ?? "", id: `${id}/subnets/${one.name}`, properties: one.properties ?? {} }));
}

/** The message about the first invalid subnet of a request. */
export function firstError(context: RuleContext, check: (subnet: WrittenSubnet) => string | undefined): string | undefined {
  for (const subnet of writtenSubnets(context)) {
    const error = check(subnet);
    if (error) return error;
  }
  return undefined;
}

function userOf(subnetId: string, { inventory }: RuleContext): Resource | undefined {
  return usersOf(subnetId, inventory)[0];
}

function currentProperties(subnetId: string, { inventory }: RuleContext): SubnetProperties {
  return (inventory.get(subnetId)?.body.properties ?? {}) as SubnetProperties;
}

function servicesOf({ delegations = [] }: SubnetProperties): string[] {
  return delegations.map(({ properties }) => properties?.serviceName ?? "");
}

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((name) => others.some((other) => sameId(name, other)));
}

/** Number of addresses of an IPv4 prefix. Undefined for an invalid prefix. */
function sizeOf(prefix: string): number | undefined {
  const range: Range | undefined = readPrefix(prefix);
  return range && range.last - range.first + 1;
}

const common = { types: [VNET, SUBNET], on: ["create", "update"], status: 400 } as const;

export const subnetRules: readonly Rule[] = [
  {
    ...common,
    code: "subnets-distinct",
    azureCode: "InvalidRequestFormat",
    source: `${SUBNETS}: the name is unique within the virtual network`,
    grade: "D",
    check: (context) => {
      const names = writtenSubnets(context).map(({ name }) => name.toLowerCase());
      const duplicate = names.find((name, index) => name !== "" && names.indexOf(name) !== index);
      return duplicate && `The subnet '${duplicate}' is specified twice: the name is unique within the virtual network.`;
    },
  },
  {
    ...common,
    code: "subnet-prefix-given",
    azureCode: "InvalidRequestFormat",
    source: "Azure REST specification, network: a subnet requires addressPrefix or addressPrefixes",
    grade: "K",
    check: (context) =>
      firstError(context, ({ name, properties }) =>
        prefixesOf(properties).length > 0 || properties.ipamPoolPrefixAllocations
          ? undefined
          : `The subnet '${name}' requires 'properties.addressPrefix' or 'properties.addressPrefixes'.`,
      ),
  },
  {
    ...common,
    code: "subnet-size",
    azureCode: "NetcfgInvalidSubnet",
    source: "Azure docs, virtual-network/virtual-networks-faq: the smallest IPv4 subnet is /29",
    grade: "D",
    check: (context) =>
      firstError(context, ({ name, properties }) => {
        const small = prefixesOf(properties).find((prefix) => (sizeOf(prefix) ?? 8) < 8);
        return small && `Subnet '${name}' is not valid: its prefix ${small} is smaller than /29, the smallest that Azure supports.`;
      }),
  },
  {
    ...common,
    code: "subnet-reserved-size",
    azureCode: "NetcfgInvalidSubnet",
    source: "Azure docs of VPN Gateway, Firewall, Bastion and Route Server: size of the reserved subnet",
    grade: "D",
    check: (context) =>
      firstError(context, ({ name, properties }) => {
        const longest = RESERVED_SUBNETS[name];
        const small =
          longest && prefixesOf(properties).find((prefix) => (sizeOf(prefix) ?? Number.POSITIVE_INFINITY) < 2 ** (32 - longest));
        return small ? `Subnet '${name}' is not valid: its prefix ${small} must be /${longest} or larger.` : undefined;
      }),
  },
  {
    ...common,
    code: "subnet-prefix-in-use",
    azureCode: "InUseSubnetCannotBeUpdated",
    source: `${SUBNETS}: the address range can be changed only while the subnet contains no resources`,
    grade: "D",
    check: (context) =>
      firstError(context, ({ name, id, properties }) => {
        const [now, old] = [prefixesOf(properties), prefixesOf(currentProperties(id, context))];
        const user = sameNames(now, old) || now.length === 0 ? undefined : userOf(id, context);
        return user && `Subnet ${name} is in use by ${user.id}: its prefix ${old.join(", ")} can't be changed to ${now.join(", ")}.`;
      }),
  },
  {
    ...common,
    code: "subnet-delegation",
    azureCode: "InvalidServiceNameOnDelegation",
    source:
      "Azure errors quoted in crossplane-contrib/provider-upjet-azure#342 (services) and MicrosoftDocs/azure-docs#28698 (one delegation)",
    grade: "E",
    check: (context) =>
      firstError(context, ({ name, properties }) => {
        const services = servicesOf(properties);
        if (services.length > 1) return `The subnet '${name}' has ${services.length} delegations: the limit is 1.`;
        const unknown = services.find((service) => !DELEGATIONS.some((known) => sameId(known, service)));
        return unknown !== undefined
          ? `The service name ${unknown} specified on a delegation of subnet '${name}' is not valid. Valid values are ${DELEGATIONS.join(", ")}.`
          : undefined;
      }),
  },
  {
    ...common,
    code: "subnet-delegation-in-use",
    azureCode: "SubnetDelegationsCannotChangeWhenSubnetUsedByResource",
    source: `${SUBNETS}: delegations can be added and removed only while the subnet contains no resources; inferred: including private endpoints`,
    grade: "I",
    check: (context) =>
      firstError(context, ({ id, properties }) => {
        const [now, old] = [servicesOf(properties), servicesOf(currentProperties(id, context))];
        const user = sameNames(now, old) ? undefined : userOf(id, context);
        return (
          user &&
          `Delegations of subnet ${id} cannot be changed from [${old.join(", ")}] to [${now.join(", ")}] because it is being used by the resource ${user.id}.`
        );
      }),
  },
  {
    ...common,
    code: "subnet-service-endpoints",
    azureCode: "SubnetsHaveNoServiceEndpointsConfigured",
    source: "Azure docs, virtual-network/virtual-network-service-endpoints-overview: the services",
    grade: "D",
    check: (context) =>
      firstError(context, ({ name, properties }) => {
        const unknown = (properties.serviceEndpoints ?? []).find(
          ({ service }) => !SERVICE_ENDPOINTS.some((known) => sameId(known, service)),
        );
        return (
          unknown &&
          `The service endpoint '${unknown.service}' of subnet '${name}' is not valid: it must be one of ${SERVICE_ENDPOINTS.join(", ")}.`
        );
      }),
  },
  {
    ...common,
    code: "subnet-security-group",
    azureCode: "InvalidResourceReference",
    source: `${SUBNETS}: the network security group is in the subscription and location of the virtual network; not supported for subnets of a gateway, firewall or route server`,
    grade: "D",
    check: (context) => {
      const { type, id: ownId, body, parentId, inventory } = context;
      const location = type === VNET ? body.location : inventory.get(parentId)?.body.location;
      return firstError(context, ({ name, id: subnetId, properties }) => {
        const id = properties.networkSecurityGroup?.id;
        if (!id) return undefined;
        const error = referenceError(id, "Microsoft.Network/networkSecurityGroups", context);
        // `network.ts` checks the reference in requests for a single subnet.
        if (error) return type === VNET ? `Resource ${id} referenced by resource ${subnetId} ${error}.` : undefined;
        if (WITHOUT_SECURITY_GROUP.includes(name)) return `Network security group ${id} cannot be associated with ${name}.`;
        if (!sameId(id.split("/")[2], ownId.split("/")[2]))
          return `Resource ${id} referenced by resource ${subnetId} must be in the same subscription.`;
        const place = inventory.get(id)?.body.location;
        return sameRegion(place, location)
          ? undefined
          : `Resource ${id} referenced by resource ${subnetId} is in ${place}: it must be in the virtual network's location, ${location}.`;
      });
    },
  },
];
