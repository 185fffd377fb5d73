/** Host names of Azure's data services, which contain the name of a resource. */
import { clouds } from "../azure/clouds";
import { armTypeOf } from "../azure/resourceTypes";

/** A service whose host names start with the name of a resource. */
export interface NamedHost {
  /** Domain without the resource's name. */
  readonly domain: string;
  /** ARM types of the resource. */
  readonly types: readonly string[];
}

const storageServices = ["blob", "dfs", "file", "queue", "table", "web"];

/** Source: Azure docs, storage/common/storage-account-overview, key-vault/general/about-keys-secrets-certificates; the tables of `az cloud list`. */
export const namedHosts: readonly NamedHost[] = [
  ...Object.values(clouds).flatMap(({ registryDomain, storageDomain }) => [
    { domain: registryDomain, types: [armTypeOf("containerregistry:Registry")] },
    ...storageServices.map((service) => ({ domain: `${service}.${storageDomain}`, types: [armTypeOf("storage:StorageAccount")] })),
  ]),
  ...["vault.azure.net", "vault.usgovcloudapi.net", "vault.azure.cn"].map((domain) => ({ domain, types: [armTypeOf("keyvault:Vault")] })),
  { domain: "managedhsm.azure.net", types: ["Microsoft.KeyVault/managedHSMs"] },
  {
    domain: "servicebus.windows.net",
    types: ["Microsoft.EventHub/namespaces", "Microsoft.ServiceBus/namespaces", "Microsoft.Relay/namespaces"],
  },
  { domain: "documents.azure.com", types: ["Microsoft.DocumentDB/databaseAccounts"] },
  { domain: "search.windows.net", types: ["Microsoft.Search/searchServices"] },
  { domain: "database.windows.net", types: ["Microsoft.Sql/servers"] },
  { domain: "redis.cache.windows.net", types: ["Microsoft.Cache/redis"] },
  ...["openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com"].map((domain) => ({
    domain,
    types: ["Microsoft.CognitiveServices/accounts"],
  })),
];

/**
 * Domains of Azure in which a part of a host name can be a region: `hooks.swedencentral-01.azurewebsites.net`. In other domains of Azure, no part
 * tells the region. Source: Azure docs of each service; the hosts in azure-local/arm.
 */
export const REGIONAL_DOMAINS: readonly string[] = [
  "azure.com",
  "azure.net",
  "azure.cn",
  "azure.us",
  "azurecontainer.io",
  "azurecontainerapps.io",
  "azureml.ms",
  "azureml.net",
  "azurewebsites.net",
  "kusto.windows.net",
  "microsoft.com",
];

/** Domains of `REGIONAL_DOMAINS` in which the first part of a host name is chosen by Azure, so that it can be the region. */
export const DOMAINS_OF_REGIONS: readonly string[] = [
  "api.cognitive.microsoft.com",
  "applicationinsights.azure.com",
  "azureml.ms",
  "azureml.net",
  "monitor.azure.com",
  "monitoring.azure.com",
];
