/** The blob container that the workspace's model versions read from. */
import { type ArmClient, ArmError } from "../../azure/arm";
import type { Checkpoint } from "../checkpoint";
import type { StackPulumi } from "../stackPulumi";

/** Where weights are staged. */
export interface WeightStore {
  /** ARM ID of the workspace. */
  readonly workspaceId: string;
  /** Name of the storage account. */
  readonly account: string;
  /** Name of the blob container. */
  readonly container: string;
}

interface Datastore {
  readonly properties: { readonly accountName?: string; readonly containerName?: string };
}

const type = "azure-native:machinelearningservices:Workspace";

/**
 * Finds the container of the datastore `workspaceblobstore`. It is read from Azure, because a workspace with data isolation names its
 * container differently. Source: Azure docs, how-to-identity-based-service-authentication.
 * @param adopted ID of the workspace, if the stack adopts one.
 * @throws Error with the command that creates the workspace, if there is none; ArmError
 */
export async function weightStore(
  pulumi: Pick<StackPulumi, "stack" | "local">,
  azure: ArmClient,
  adopted: string | undefined,
  state: Checkpoint,
): Promise<WeightStore> {
  const workspaceId = adopted ?? (state.deployment.resources ?? []).find((resource) => resource.type === type)?.id;
  if (workspaceId === undefined) throw new Error(`The workspace of ${pulumi.stack} doesn't exist yet. ${createFirst(pulumi)}`);
  const { accountName, containerName } = (await datastoreOf(pulumi, azure, workspaceId)).properties;
  if (accountName !== undefined && containerName !== undefined) return { workspaceId, account: accountName, container: containerName };
  throw new Error(
    `The datastore workspaceblobstore of ${workspaceId} names no blob container. Weights can be staged only in Azure Blob Storage. ` +
      "Ask the owner of the workspace to restore the datastore.",
  );
}

async function datastoreOf(pulumi: Pick<StackPulumi, "stack" | "local">, azure: ArmClient, workspaceId: string): Promise<Datastore> {
  try {
    return await azure.get<Datastore>(`${workspaceId}/datastores/workspaceblobstore`);
  } catch (error) {
    if (!(error instanceof ArmError) || !error.isAbsence) throw error;
    throw new Error(
      `The workspace ${workspaceId} or its datastore workspaceblobstore doesn't exist in Azure. If the workspace was deleted, run ` +
        `\`pulumi refresh -s ${pulumi.stack}\`. ${createFirst(pulumi)}`,
    );
  }
}

/** The command that creates the platform. */
export function createFirst({ stack, local }: Pick<StackPulumi, "stack" | "local">): string {
  return `Create the platform first, without the endpoints:\n  npm run platform -- -s ${stack}${local ? " --local" : ""}\nThen run this command again.`;
}
