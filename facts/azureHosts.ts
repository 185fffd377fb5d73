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

/** Source: Azure docs, machine-learning/how-to-deploy-online-endpoints, Microsoft's list of Azure domains. */
export const AZURE_DOMAINS: readonly string[] = [
  "azure.com",
  "azure.net",
  "azure.cn",
  "azure.us",
  "windows.net",
  "azurecr.io",
  "azureml.ms",
  "azureml.net",
  "azurewebsites.net",
  "azure-api.net",
  "azurefd.net",
  "azureedge.net",
  "trafficmanager.net",
  "cloudapp.net",
  "microsoft.com",
  "usgovcloudapi.net",
  "chinacloudapi.cn",
];
