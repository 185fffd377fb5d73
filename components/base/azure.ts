/** Azure Resource Manager clients, for requests that a program sends in addition to the provider's. */
import * as pulumi from "@pulumi/pulumi";
import { ArmClient, type Credential } from "../../azure/arm";
import { type ArmId, parseArmId } from "../../azure/armId";
import { type Cloud, cloudOf, environmentNames } from "../../azure/clouds";
import { RegistryClient } from "../../azure/containerRegistry";
import { type IdentitySettings, identitySettings, providerCredential } from "../../azure/providerIdentity";
import { fail } from "../../program/fail";
import { resolved } from "./resolved";

/** Address of the local Azure, if the program runs against it. */
const localAddress = () => process.env.MOOR_ARM_URL || undefined;

/**
 * Where this machine is in the networks of the local Azure: `inside` counts as inside the virtual network of the stack. Undefined if the
 * program doesn't run against the local Azure.
 */
export function localNetwork(): "inside" | "outside" | undefined {
  if (localAddress() === undefined) return undefined;
  return process.env.MOOR_LOCAL_NETWORK === "outside" ? "outside" : "inside";
}

/**
 * Returns a client with the identity of the `azure-native` provider of `resource`, so that a component with an explicit provider uses
 * that identity for its reads.
 * @param resource @default - the default provider of the program
 * @throws pulumi.RunError if the configuration names an unknown Azure cloud
 */
export function azureOf(resource?: pulumi.Resource): ArmClient {
  const cloud = cloudOfProgram();
  const endpoint = localAddress();
  if (endpoint !== undefined) return new ArmClient({ cloud, endpoint, pollSeconds: 0.1, credential: localCredential(cloud) });
  return new ArmClient({ cloud, credential: credentialOf(resource?.getProvider("azure-native:index:any"), cloud) });
}

/** Returns a client of a container registry, with the identity of a client of Azure Resource Manager. */
export function registryOf({ cloud, credential }: ArmClient, loginServer: string): RegistryClient {
  const [address, network] = [localAddress(), localNetwork()];
  if (address === undefined || network === undefined) return new RegistryClient({ loginServer, cloud, credential });
  const local = { endpoint: `${address}/data/${loginServer}`, headers: { "x-azure-local-network": network } };
  return new RegistryClient({ loginServer, cloud, credential, ...local });
}

/**
 * The local Azure Resource Manager accepts any token. Its endpoints accept tokens of the managed identity that the same server provides.
 */
function localCredential(cloud: Cloud): Credential {
  // Empty, because the user's environment variables can refer to an identity in Azure.
  const identity = providerCredential({ useMsi: "true" }, cloud, {});
  return async (audience) => (audience === cloud.audience ? "local" : identity(audience));
}

/**
 * @param provider The explicit provider of the resource.
 * @default - the default provider, whose settings are in the stack's configuration
 */
function credentialOf(provider: pulumi.ProviderResource | undefined, cloud: Cloud): Credential {
  let credential: Promise<Credential> | undefined;
  return async (audience) => {
    credential ??= settingsOf(provider).then((settings) => providerCredential(settings, cloud));
    return (await credential)(audience);
  };
}

async function settingsOf(provider: pulumi.ProviderResource | undefined): Promise<IdentitySettings> {
  if (provider === undefined) {
    return Object.fromEntries(identitySettings.map((setting) => [setting, pulumi.runtime.getConfig(`azure-native:${setting}`)]));
  }
  // A provider exposes each of its arguments as an output, but its types omit them.
  const outputs = provider as unknown as { readonly [Setting in keyof IdentitySettings]: pulumi.Output<string> };
  const values = identitySettings.map(async (setting) => [setting, await resolved<unknown>(outputs[setting])] as const);
  const settings = Object.fromEntries(await Promise.all(values));
  if (!pulumi.containsUnknowns(settings)) return settings as IdentitySettings;
  throw new Error(
    "Can't read from Azure yet: the provider's credentials are known only after the provider is created. Set them to values that are known before the run.",
  );
}

/** Returns the Azure cloud that the configuration of the program names. */
export function cloudOfProgram(): Cloud {
  const environment = pulumi.runtime.getConfig("azure-native:environment") ?? (process.env.ARM_ENVIRONMENT || undefined);
  const allowed = environmentNames.join(", ");
  return cloudOf(environment) ?? fail(`azure-native:environment is "${environment}". Allowed: ${allowed}.`);
}

/** @throws pulumi.RunError if `id` is not the ARM ID of a resource in a resource group. */
export function armIdOf(id: string): ArmId {
  const form = "/subscriptions/<id>/resourceGroups/<group>/providers/<type>/<name>";
  return parseArmId(id) ?? fail(`"${id}" is not the ID of an Azure resource. Allowed: ${form}.`);
}
