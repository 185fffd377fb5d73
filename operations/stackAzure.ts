/** Azure Resource Manager as a stack has it. */
import { ArmClient } from "../azure/arm";
import { azureCliCredential } from "../azure/azureCli";
import { type Cloud, cloudOf, environmentNames } from "../azure/clouds";
import type { StackPulumi } from "./stackPulumi";

/** Settings of a stack file by full key, for instance `azure-native:environment`. */
export type Settings = Readonly<Record<string, string>>;

/**
 * A client of the cloud that the stack is in, with the Azure CLI's login. A stack on this machine has its own Azure, which takes any token.
 * @throws Error when the stack file or `ARM_ENVIRONMENT` names a cloud that isn't known
 */
export function stackAzure({ local, environment }: Pick<StackPulumi, "local" | "environment">, settings: Settings): ArmClient {
  const cloud = cloudOfStack(settings, environment);
  if (!local) return new ArmClient({ cloud, credential: azureCliCredential(environment) });
  return new ArmClient({ cloud, credential: async () => "local", endpoint: environment.MOOR_ARM_URL, pollSeconds: 0.1 });
}

function cloudOfStack(settings: Settings, environment: NodeJS.ProcessEnv): Cloud {
  const setting = "azure-native:environment";
  const [name, from] = settings[setting] ? [settings[setting], setting] : [environment.ARM_ENVIRONMENT || undefined, "ARM_ENVIRONMENT"];
  const cloud = cloudOf(name);
  if (cloud !== undefined) return cloud;
  throw new Error(`${from} is "${name}". Allowed: ${environmentNames.join(", ")}.`);
}
