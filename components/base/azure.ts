/** Azure Resource Manager, for what a run reads and does beside its resources. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { ArmClient } from "../../azure/arm";
import { type ArmId, parseArmId } from "../../azure/armId";
import { type Cloud, cloudOf, environmentNames } from "../../azure/clouds";
import { fail } from "../../program/fail";

/** Address of the Azure on this machine, where the program runs against one. */
const localAddress = () => process.env.MOOR_ARM_URL || undefined;

/**
 * A client with the credential of the provider that `resource` has, so that a component with a provider of its own reads with it too.
 * @param resource @default - the program's own provider
 * @throws pulumi.RunError when the configuration names a cloud that isn't known
 */
export function azureOf(resource?: pulumi.Resource): ArmClient {
  const cloud = cloudOfProgram();
  const endpoint = localAddress();
  return new ArmClient({
    cloud,
    // Without an audience azure-native gives a token for Azure Resource Manager.
    credential: async (audience) => {
      const args = audience === cloud.audience ? {} : { endpoint: audience };
      return (await authorization.getClientToken(args, { async: true, parent: resource })).token;
    },
    ...(endpoint === undefined ? {} : { endpoint, pollSeconds: 0.1 }),
  });
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
