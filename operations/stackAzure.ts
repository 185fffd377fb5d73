/** The Azure Resource Manager client of a stack. */
import { ArmClient } from "../azure/arm";
import { azureCliCredential } from "../azure/azureCli";
import { BlobContainer } from "../azure/blobStorage";
import { type Cloud, cloudOf, environmentNames } from "../azure/clouds";
import { RegistryClient } from "../azure/containerRegistry";
import { localToken } from "./localToken";
import type { StackPulumi } from "./stackPulumi";

/** Settings of a stack file by full key, for example `azure-native:environment`. */
export type Settings = Readonly<Record<string, string>>;

/**
 * Creates a client for the cloud of the stack, with the login of the Azure CLI. A local stack uses the local Azure: its Azure Resource
 * Manager accepts any token, and its endpoints accept tokens of its managed identity.
 * @throws Error if the stack file or `ARM_ENVIRONMENT` contains an unknown cloud
 */
export function stackAzure({ local, environment }: Pick<StackPulumi, "local" | "environment">, settings: Settings): ArmClient {
  const cloud = cloudOfStack(settings, environment);
  if (!local) return new ArmClient({ cloud, credential: azureCliCredential(environment) });
  const credential = async (audience: string) => (audience === cloud.scoringAudience ? localToken(environment, audience) : "local");
  return new ArmClient({ cloud, credential, endpoint: environment.MOOR_ARM_URL, pollSeconds: 0.1 });
}

/** Creates a client of a container registry, with the login of `stackAzure`. `MOOR_LOCAL_NETWORK` says where this machine is in the local Azure. */
export function stackRegistry(
  { local, environment }: Pick<StackPulumi, "local" | "environment">,
  { cloud, credential }: ArmClient,
  loginServer: string,
): RegistryClient {
  if (!local) return new RegistryClient({ loginServer, cloud, credential });
  const network = environment.MOOR_LOCAL_NETWORK ?? "inside";
  const endpoint = `${environment.MOOR_ARM_URL}/data/${loginServer}`;
  return new RegistryClient({ loginServer, cloud, credential, endpoint, headers: { "x-azure-local-network": network } });
}

/** Creates a client of a blob container, with the login of `stackAzure`. `MOOR_LOCAL_NETWORK` says where this machine is in the local Azure. */
export function stackBlobs(
  { local, environment }: Pick<StackPulumi, "local" | "environment">,
  { cloud, credential }: ArmClient,
  account: string,
  container: string,
): BlobContainer {
  if (!local) return new BlobContainer({ account, container, cloud, credential });
  const network = environment.MOOR_LOCAL_NETWORK ?? "inside";
  const endpoint = `${environment.MOOR_ARM_URL}/data/${account}.blob.${cloud.storageDomain}`;
  const resolve = async () => [network === "inside" ? "10.0.0.4" : "203.0.113.4"];
  return new BlobContainer({ account, container, cloud, credential, endpoint, resolve, headers: { "x-azure-local-network": network } });
}

function cloudOfStack(settings: Settings, environment: NodeJS.ProcessEnv): Cloud {
  const setting = "azure-native:environment";
  const [name, from] = settings[setting] ? [settings[setting], setting] : [environment.ARM_ENVIRONMENT || undefined, "ARM_ENVIRONMENT"];
  const cloud = cloudOf(name);
  if (cloud !== undefined) return cloud;
  throw new Error(`${from} is "${name}". Allowed: ${environmentNames.join(", ")}.`);
}
