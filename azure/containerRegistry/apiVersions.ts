/** API versions of requests that no Pulumi resource sends. Source: azure-rest-api-specs, containerregistry. */

/** The first stable version that contains `networkRuleBypassAllowedForTasks`. Also the version of `importImage`. */
export const registryApiVersion = "2025-11-01";
export const importApiVersion = registryApiVersion;

/** Tasks and their runs exist only in preview versions. azure-native's resource `Task` uses the same version. */
export const taskApiVersion = "2019-06-01-preview";
