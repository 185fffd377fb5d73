/** The managed network of a workspace, in which its deployments run. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { fail } from "../../program/fail";
import { armIdOf } from "../base/azure";
import { outputValue } from "../base/outputs";
import type { WorkspaceReference } from "./reference";

/** Timeout in seconds. The documented duration is 30 minutes, plus 10 for a firewall. Source: Azure docs, how-to-managed-network. */
const PROVISIONING_SECONDS = 2 * 3600;

/** Provisioning operations by workspace ID, so that several deployments start only one. */
const provisionings = new Map<string, Promise<void>>();

/**
 * Returns a hook that provisions the managed network of a workspace if it is inactive, before a deployment is created. Azure provisions it
 * only when the workspace is created, and rejects deployments without it. The network is inactive in an adopted workspace that was never
 * used, and after a failed creation that was retried. A preview doesn't run the hook.
 * @see Azure docs, how-to-managed-network
 */
export function provisionedNetwork(name: string, azure: ArmClient, workspace: WorkspaceReference): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, async () => {
    const id = await outputValue(pulumi.output(workspace.id));
    const provisioning = provisionings.get(id) ?? provisionIfInactive(azure, id);
    provisionings.set(id, provisioning);
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
  pulumi.log.info(`The managed network of ${name} is not active. Provisioning it takes about 30 minutes.`);
  try {
    await azure.act(id, "provisionManagedNetwork", { includeSpark: false }, PROVISIONING_SECONDS);
  } catch (error) {
    fail(
      `Can't provision the managed network of ${name}: ${(error as Error).message} Run \`pulumi up\` again. For details, run ` +
        `"az ml workspace provision-network -n ${name} -g ${resourceGroupName}".`,
    );
  }
}
