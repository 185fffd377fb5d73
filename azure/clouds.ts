/** Azure's clouds and their addresses. Source: Azure CLI, `az cloud list`; Azure docs, reference-machine-learning-cloud-parity. */

export interface Cloud {
  /** Address of Azure Resource Manager. */
  readonly resourceManager: string;
  /** Audience of Microsoft Entra ID tokens for Azure Resource Manager. */
  readonly audience: string;
  /** Audience of Microsoft Entra ID tokens for scoring. */
  readonly scoringAudience: string;
  /** Address of Microsoft Entra ID. */
  readonly authorityHost: string;
  /** Domain of container registries. */
  readonly registryDomain: string;
  /**
   * Audience of Microsoft Entra ID tokens for container registries. The audience of Azure Resource Manager is rejected if the registry's
   * policy `azureADAuthenticationAsArmPolicy` is disabled. Source: Azure CLI, `ACR_AUDIENCE_RESOURCE_NAME`, which is used in all clouds.
   */
  readonly registryAudience: string;
  /** Domain of storage accounts, without the service: the address of blobs is `<account>.blob.<domain>`. */
  readonly storageDomain: string;
  /** Audience of Microsoft Entra ID tokens for Azure Storage. Source: Azure docs, authorize-access-azure-active-directory. */
  readonly storageAudience: string;
}

const registryAudience = "https://containerregistry.azure.net";

/** The same in all clouds. Source: Azure docs, storage/blobs/authorize-access-azure-active-directory, "Storage resource ID". */
const storageAudience = "https://storage.azure.com";

/** By the cloud's name in the Azure CLI. */
export const clouds = {
  AzureCloud: {
    resourceManager: "https://management.azure.com",
    audience: "https://management.azure.com/",
    scoringAudience: "https://ml.azure.com",
    authorityHost: "https://login.microsoftonline.com",
    registryDomain: "azurecr.io",
    registryAudience,
    storageDomain: "core.windows.net",
    storageAudience,
  },
  AzureUSGovernment: {
    resourceManager: "https://management.usgovcloudapi.net",
    audience: "https://management.usgovcloudapi.net/",
    scoringAudience: "https://ml.azure.us",
    authorityHost: "https://login.microsoftonline.us",
    registryDomain: "azurecr.us",
    registryAudience,
    storageDomain: "core.usgovcloudapi.net",
    storageAudience,
  },
  AzureChinaCloud: {
    resourceManager: "https://management.chinacloudapi.cn",
    audience: "https://management.chinacloudapi.cn/",
    scoringAudience: "https://ml.azure.cn",
    authorityHost: "https://login.chinacloudapi.cn",
    registryDomain: "azurecr.cn",
    registryAudience,
    storageDomain: "core.chinacloudapi.cn",
    storageAudience,
  },
} as const satisfies Record<string, Cloud>;

export type CloudName = keyof typeof clouds;

/** Cloud names that azure-native's setting `environment` and `ARM_ENVIRONMENT` accept. Source: schema of the azure-native provider. */
const environments: Readonly<Record<string, CloudName>> = {
  public: "AzureCloud",
  azurecloud: "AzureCloud",
  azurepubliccloud: "AzureCloud",
  usgovernment: "AzureUSGovernment",
  usgov: "AzureUSGovernment",
  azureusgovernment: "AzureUSGovernment",
  azureusgovernmentcloud: "AzureUSGovernment",
  china: "AzureChinaCloud",
  azurechina: "AzureChinaCloud",
  azurechinacloud: "AzureChinaCloud",
};

/**
 * The cloud that a setting selects.
 * @param environment The setting `azure-native:environment` or the variable `ARM_ENVIRONMENT`, case-insensitive. @default "public"
 * @returns undefined if no cloud has that name
 */
export function cloudOf(environment = "public"): Cloud | undefined {
  const name = environments[environment.toLowerCase()];
  return name && clouds[name];
}

/** Names that `cloudOf` accepts, for error messages. */
export const environmentNames: readonly string[] = ["public", "usgovernment", "china"];
