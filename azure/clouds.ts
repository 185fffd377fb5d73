/** Azure's clouds and their addresses. Source: Azure CLI, `az cloud list`; Azure docs, reference-machine-learning-cloud-parity. */

export interface Cloud {
  /** Address of Azure Resource Manager. */
  readonly resourceManager: string;
  /** Audience of Entra ID tokens for Azure Resource Manager. */
  readonly audience: string;
  /** Audience of Entra ID tokens for scoring. */
  readonly scoringAudience: string;
  /** Address of Entra ID. */
  readonly authorityHost: string;
  /** Domain of container registries. */
  readonly registryDomain: string;
}

/** By the name that the Azure CLI gives the cloud. */
export const clouds = {
  AzureCloud: {
    resourceManager: "https://management.azure.com",
    audience: "https://management.azure.com/",
    scoringAudience: "https://ml.azure.com",
    authorityHost: "https://login.microsoftonline.com",
    registryDomain: "azurecr.io",
  },
  AzureUSGovernment: {
    resourceManager: "https://management.usgovcloudapi.net",
    audience: "https://management.usgovcloudapi.net/",
    scoringAudience: "https://ml.azure.us",
    authorityHost: "https://login.microsoftonline.us",
    registryDomain: "azurecr.us",
  },
  AzureChinaCloud: {
    resourceManager: "https://management.chinacloudapi.cn",
    audience: "https://management.chinacloudapi.cn/",
    scoringAudience: "https://ml.azure.cn",
    authorityHost: "https://login.chinacloudapi.cn",
    registryDomain: "azurecr.cn",
  },
} as const satisfies Record<string, Cloud>;

export type CloudName = keyof typeof clouds;

/** Names by which azure-native's setting `environment` and `ARM_ENVIRONMENT` call a cloud. Source: the azure-native provider's schema. */
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
 * The cloud that a setting names.
 * @param environment The setting `azure-native:environment` or the variable `ARM_ENVIRONMENT`, in any case. @default "public"
 * @returns undefined when no cloud has that name
 */
export function cloudOf(environment = "public"): Cloud | undefined {
  const name = environments[environment.toLowerCase()];
  return name && clouds[name];
}

/** Names that `cloudOf` takes, for an error message. */
export const environmentNames: readonly string[] = ["public", "usgovernment", "china"];
