/** Checks of outbound rule destinations that the API specification doesn't restrict. `managedNetwork.ts` checks modes, names and sub-resources. */
import type { Rule } from "../model";
import { sameId, typeOf } from "../path";
import { readPrefix } from "../types/addresses";
import { OUTBOUND_RULE, type OutboundRuleProperties, type PrivateEndpointDestination } from "../types/managedNetwork";
import { WORKSPACE } from "./machineLearning";
import { rulesIn } from "./managedNetwork";
import { isPortRange } from "./securityGroups";
import { MANAGED_NETWORK } from "./sources";

/** Types to which a managed network can create private endpoints. */
const TARGETS = `
  Microsoft.MachineLearningServices/workspaces Microsoft.MachineLearningServices/registries Microsoft.Storage/storageAccounts
  Microsoft.ContainerRegistry/registries Microsoft.KeyVault/vaults Microsoft.CognitiveServices/accounts Microsoft.Search/searchServices
  Microsoft.Sql/servers Microsoft.DataFactory/factories Microsoft.DocumentDB/databaseAccounts Microsoft.EventHub/namespaces
  Microsoft.Cache/redis Microsoft.Cache/redisEnterprise Microsoft.Databricks/workspaces Microsoft.DBforMariaDB/servers
  Microsoft.DBforPostgreSQL/servers Microsoft.DBforPostgreSQL/flexibleServers Microsoft.DBforMySQL/servers
  Microsoft.DBforMySQL/flexibleServers Microsoft.ApiManagement/service Microsoft.Network/applicationGateways Microsoft.Insights/privateLinkScopes
`
  .trim()
  .split(/\s+/);

/** Service tags. Most of them allow a region after a dot. Source: Azure docs, virtual-network/service-tags-overview. */
const SERVICE_TAGS = `
  ActionGroup ApiManagement ApplicationInsightsAvailability AppConfiguration AppService AppServiceManagement AutonomousDevelopmentPlatform
  AzureActiveDirectory AzureActiveDirectoryDomainServices AzureAdvancedThreatProtection AzureArcInfrastructure AzureAttestation AzureBackup
  AzureBotService AzureCloud AzureCognitiveSearch AzureConnectors AzureContainerAppsService AzureContainerRegistry AzureCosmosDB
  AzureDatabricks AzureDataExplorerManagement AzureDeviceUpdate AzureDevOps AzureDigitalTwins AzureEventGrid AzureFrontDoor.Backend
  AzureFrontDoor.FirstParty AzureFrontDoor.Frontend AzureHealthcareAPIs AzureInformationProtection AzureIoTHub AzureKeyVault
  AzureLoadBalancer AzureMachineLearning AzureMachineLearningInference AzureManagedGrafana AzureMonitor AzureMonitorForSAP
  AzureOpenDatasets AzurePlatformDNS AzurePlatformIMDS AzurePlatformLKM AzureResourceManager AzureSentinel AzureServiceBus AzureSignalR
  AzureSiteRecovery AzureSpringCloud AzureSQL AzureStack AzureTrafficManager AzureUpdateDelivery AzureWebPubSub BatchNodeManagement
  CognitiveServicesFrontend CognitiveServicesManagement DataFactory DataFactoryManagement Dynamics365ForMarketingEmail EventHub
  GatewayManager GuestAndHybridManagement HDInsight Internet KustoAnalytics LogicApps LogicAppsManagement M365ManagementActivityApi
  Marketplace MicrosoftAzureFluidRelay MicrosoftCloudAppSecurity MicrosoftContainerRegistry MicrosoftDefenderForEndpoint MicrosoftPurviewPolicyDistribution
  OneDsCollector PowerBI PowerPlatformInfra PowerPlatformPlex PowerQueryOnline Scuba SerialConsole ServiceBus ServiceFabric Sql SqlManagement
  Storage StorageMover StorageSyncService TrafficManager VideoIndexer VirtualDesktop VirtualNetwork WindowsAdminCenter WindowsVirtualDesktop
`
  .trim()
  .split(/\s+/);

const PROTOCOLS = ["TCP", "UDP", "ICMP", "*"];

interface ServiceTagDestination {
  readonly serviceTag?: string;
  readonly protocol?: string;
  readonly portRanges?: string;
  readonly addressPrefixes?: readonly string[];
}

function isServiceTag(tag: string): boolean {
  return SERVICE_TAGS.some((known) => sameId(known, tag) || tag.toLowerCase().startsWith(`${known.toLowerCase()}.`));
}

/** The end of a message about an invalid destination of a service tag rule. Undefined for a valid destination. */
function serviceTagError({ serviceTag, protocol, portRanges, addressPrefixes = [] }: ServiceTagDestination): string | undefined {
  if (serviceTag === undefined && addressPrefixes.length === 0) return "needs 'serviceTag' or 'addressPrefixes'";
  if (serviceTag !== undefined && !isServiceTag(serviceTag))
    return `has the serviceTag '${serviceTag}', which is not a service tag of Azure`;
  const prefix = addressPrefixes.find((one) => !readPrefix(one.includes("/") ? one : `${one}/32`));
  if (prefix !== undefined) return `has the address prefix '${prefix}', which is not an IPv4 network in CIDR notation`;
  if (protocol !== undefined && !PROTOCOLS.includes(protocol.toUpperCase()))
    return `has the protocol '${protocol}', which must be one of ${PROTOCOLS.join(", ")}`;
  const port = (portRanges ?? "*").split(",").find((range) => !isPortRange(range.trim()));
  return port === undefined ? undefined : `has the port range '${port}', which must be *, a port or a range such as 8000-8080`;
}

/** Target and sub-resource of a private endpoint, as one string. */
function targetOf({ type, destination }: OutboundRuleProperties): string | undefined {
  const { serviceResourceId, subresourceTarget } = (destination ?? {}) as PrivateEndpointDestination;
  return type === "PrivateEndpoint" ? `${serviceResourceId} (${subresourceTarget})`.toLowerCase() : undefined;
}

/** The first two private endpoint rules of a request with the same target. */
function duplicateTarget(rules: readonly [string, OutboundRuleProperties][]) {
  const seen = new Map<string, string>();
  for (const [name, rule] of rules) {
    const target = targetOf(rule);
    if (target === undefined) continue;
    const other = seen.get(target);
    if (other !== undefined) return { name, other, target };
    seen.set(target, name);
  }
  return undefined;
}

const common = { types: [WORKSPACE, OUTBOUND_RULE], on: ["create", "update"], azureCode: "ValidationError", status: 400 } as const;

export const outboundDestinationRules: readonly Rule[] = [
  {
    ...common,
    code: "service-tag-needs-approved-only",
    source: `${MANAGED_NETWORK}: only private endpoint rules are supported with internet outbound`,
    grade: "D",
    check: (context) => {
      const { mode, rules } = rulesIn(context);
      const tag = rules.find(([, { type }]) => type === "ServiceTag");
      return tag && mode !== "AllowOnlyApprovedOutbound"
        ? `The service tag rule '${tag[0]}' is allowed only in the mode AllowOnlyApprovedOutbound: the mode is ${mode}.`
        : undefined;
    },
  },
  {
    ...common,
    code: "service-tag-destination",
    source:
      "Azure docs, virtual-network/service-tags-overview, and Azure REST specification, machinelearningservices: a service tag, its protocol and ports",
    grade: "D",
    check: (context) => {
      for (const [name, { type, destination }] of rulesIn(context).rules) {
        const error = type === "ServiceTag" ? serviceTagError((destination ?? {}) as ServiceTagDestination) : undefined;
        if (error) return `The outbound rule '${name}' ${error}.`;
      }
      return undefined;
    },
  },
  {
    ...common,
    code: "outbound-private-endpoint-type",
    source: `${MANAGED_NETWORK} (private endpoints): the supported services`,
    grade: "D",
    check: (context) => {
      for (const [name, { type, destination }] of rulesIn(context).rules) {
        const id = type === "PrivateEndpoint" ? ((destination ?? {}) as PrivateEndpointDestination).serviceResourceId : undefined;
        if (id !== undefined && context.inventory.get(id) && !TARGETS.some((target) => sameId(target, typeOf(id))))
          return `The target of the outbound rule '${name}' is a ${typeOf(id)}, for which a managed network doesn't support private endpoints.`;
      }
      return undefined;
    },
  },
  {
    ...common,
    code: "outbound-private-endpoint-inline-twice",
    types: [WORKSPACE],
    azureCode: "Conflict",
    status: 409,
    source: `${MANAGED_NETWORK}; inferred: two rules can't have the same target`,
    grade: "I",
    check: (context) => {
      const clash = duplicateTarget(rulesIn(context).rules);
      return clash && `The outbound rule '${clash.name}' has the same target as '${clash.other}': ${clash.target}.`;
    },
  },
];
