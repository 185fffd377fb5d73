/** The managed network that deployments of a workspace run in: looked at when a deployment is about to be made. */
import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import { act } from "../base/arm";
import { fail } from "../base/fail";
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
export function provisionedNetwork(name: string, workspace: WorkspaceReference): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, async () => {
    const { id, ...address } = await known(
      pulumi.output({ id: workspace.id, workspaceName: workspace.name, resourceGroupName: workspace.resourceGroupName }),
    );
    const provisioning = underWay.get(id) ?? provisionIfInactive(id, address);
    underWay.set(id, provisioning);
    await provisioning;
  });
}

async function provisionIfInactive(id: string, address: machinelearningservices.GetWorkspaceArgs): Promise<void> {
  const { managedNetwork } = await machinelearningservices.getWorkspace(address, { async: true });
  if (managedNetwork?.isolationMode === undefined || managedNetwork.isolationMode === "Disabled") return;
  if (managedNetwork.status?.status === "Active") return;
  pulumi.log.info(`The managed network of ${address.workspaceName} isn't active; provisioning it first, which takes about half an hour.`);
  try {
    await act(id, "provisionManagedNetwork", { includeSpark: false }, PROVISIONING_SECONDS);
  } catch (error) {
    fail(
      `The managed network of ${address.workspaceName} could not be provisioned: ${(error as Error).message} Run \`pulumi up\` again, or ` +
        `"az ml workspace provision-network -n ${address.workspaceName} -g ${address.resourceGroupName}" to see more.`,
    );
  }
}
