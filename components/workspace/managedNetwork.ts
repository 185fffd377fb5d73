/** The managed network that deployments of a workspace run in: looked at when a deployment is about to be made. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { fail } from "../../program/fail";
import { armIdOf } from "../base/azure";
import { known } from "../base/outputs";
import type { WorkspaceReference } from "./reference";

/** Seconds that Azure may take; documented are 30 minutes, and 10 more for a firewall. Source: Azure docs, how-to-managed-network. */
const PROVISIONING_SECONDS = 2 * 3600;

/** One provisioning at a time for each workspace, however many deployments wait for it. */
const underWay = new Map<string, Promise<void>>();

/**
 * Provisions the managed network of a workspace that has an inactive one, before a deployment is made in it: Azure provisions it with the
 * creation of the workspace only, and refuses deployments without it. So it is with an adopted workspace that nobody has used, and with one
 * whose creation has failed and was repeated. A preview runs no hooks.
 * @see Azure docs, how-to-managed-network
 */
export function provisionedNetwork(name: string, azure: ArmClient, workspace: WorkspaceReference): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, async () => {
    const id = await known(pulumi.output(workspace.id));
    const provisioning = underWay.get(id) ?? provisionIfInactive(azure, id);
    underWay.set(id, provisioning);
    await provisioning;
  });
}

interface WorkspaceBody {
  readonly properties: {
    readonly managedNetwork?: { readonly isolationMode?: string; readonly status?: { readonly status?: string } };
  };
}

async function provisionIfInactive(azure: ArmClient, id: string): Promise<void> {
  const { managedNetwork } = (await azure.get<WorkspaceBody>(id)).properties;
  if (managedNetwork?.isolationMode === undefined || managedNetwork.isolationMode === "Disabled") return;
  if (managedNetwork.status?.status === "Active") return;
  const { name, resourceGroupName } = armIdOf(id);
  pulumi.log.info(`The managed network of ${name} isn't active; provisioning it first, which takes about half an hour.`);
  try {
    await azure.act(id, "provisionManagedNetwork", { includeSpark: false }, PROVISIONING_SECONDS);
  } catch (error) {
    fail(
      `The managed network of ${name} could not be provisioned: ${(error as Error).message} Run \`pulumi up\` again, or ` +
        `"az ml workspace provision-network -n ${name} -g ${resourceGroupName}" to see more.`,
    );
  }
}
