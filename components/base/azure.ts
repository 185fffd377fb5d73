/** Azure Resource Manager, for what a run reads and does beside its resources. */
import * as pulumi from "@pulumi/pulumi";
import { ArmClient, type Credential } from "../../azure/arm";
import { type ArmId, parseArmId } from "../../azure/armId";
import { type Cloud, cloudOf, environmentNames } from "../../azure/clouds";
import { type IdentitySettings, identitySettings, providerCredential } from "../../azure/providerIdentity";
import { fail } from "../../program/fail";
import { resolved } from "./resolved";

/** Address of the Azure on this machine, where the program runs against one. */
const localAddress = () => process.env.MOOR_ARM_URL || undefined;

/**
 * A client with the identity of the provider that `resource` has, so that a component with a provider of its own reads with it too.
 * @param resource @default - the program's default provider
 * @throws pulumi.RunError when the configuration names a cloud that isn't known
 */
export function azureOf(resource?: pulumi.Resource): ArmClient {
  const cloud = cloudOfProgram();
  const endpoint = localAddress();
  if (endpoint !== undefined) return new ArmClient({ cloud, endpoint, pollSeconds: 0.1, credential: localCredential(cloud) });
  return new ArmClient({ cloud, credential: credentialOf(resource?.getProvider("azure-native:index:any"), cloud) });
}

/** The resource manager on this machine takes any token; endpoints take one of the managed identity that the same server stands in for. */
function localCredential(cloud: Cloud): Credential {
  // The variables of a user's environment name an identity in Azure.
  const identity = providerCredential({ useMsi: "true" }, cloud, {});
  return async (audience) => (audience === cloud.audience ? "local" : identity(audience));
}

/** @param provider The resource's own. @default - the program's, whose settings are the stack's */
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
  // A provider has each of its arguments as an output, and leaves it out of its types.
  const outputs = provider as unknown as { readonly [Setting in keyof IdentitySettings]: pulumi.Output<string> };
  const values = identitySettings.map(async (setting) => [setting, await resolved<unknown>(outputs[setting])] as const);
  const settings = Object.fromEntries(await Promise.all(values));
  if (!pulumi.containsUnknowns(settings)) return settings as IdentitySettings;
  throw new Error("Azure can't be read yet: the provider's way to sign in is known after it has been created.");
}

/** The cloud that the program's configuration names. */
export function cloudOfProgram(): Cloud {
  const environment = pulumi.runtime.getConfig("azure-native:environment") ?? (process.env.ARM_ENVIRONMENT || undefined);
  const allowed = environmentNames.join(", ");
  return cloudOf(environment) ?? fail(`azure-native:environment is "${environment}". Allowed: ${allowed}.`);
}

/** @throws pulumi.RunError when `id` is not the id of a resource in a resource group. */
export function armIdOf(id: string): ArmId {
  const form = "/subscriptions/<id>/resourceGroups/<group>/providers/<type>/<name>";
  return parseArmId(id) ?? fail(`"${id}" is not the id of an Azure resource. Allowed: ${form}.`);
}
