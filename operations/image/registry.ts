/** The container registry of a stack, and whether a task can push to it. */
import { type ArmClient, ArmError } from "../../azure/arm";
import { registryApiVersion } from "../../azure/containerRegistry";
import type { Checkpoint } from "../checkpoint";
import type { StackPulumi } from "../stackPulumi";

export interface ImageRegistry {
  /** ARM ID. */
  readonly id: string;
  readonly loginServer: string;
  readonly location: string;
}

type StackNames = Pick<StackPulumi, "stack" | "local">;

/** The command that runs `pulumi <verb>`. */
function command({ stack, local }: StackNames, verb: string): string {
  return `${local ? "npm run local --" : "pulumi"} ${verb} -s ${stack}`;
}

function platformCommand({ stack, local }: StackNames): string {
  return `npm run platform -- -s ${stack}${local ? " --local" : ""}`;
}

interface RegistryBody {
  readonly id: string;
  readonly location: string;
  readonly properties: {
    readonly loginServer?: string;
    readonly publicNetworkAccess?: string;
    readonly networkRuleSet?: { readonly defaultAction?: string };
    readonly networkRuleBypassOptions?: string;
    readonly networkRuleBypassAllowedForTasks?: boolean;
    readonly roleAssignmentMode?: string;
  };
}

const type = "azure-native:containerregistry:Registry";

/**
 * Returns the ID of the registry: from the stack file if the stack adopts a registry, otherwise from the state.
 * @throws Error with the command that creates the registry, if there is none
 */
export function registryIdOf(pulumi: StackNames, adopted: string | undefined, state: Checkpoint): string {
  const created = (state.deployment.resources ?? []).find((resource) => resource.type === type)?.id;
  const id = adopted ?? created;
  if (id !== undefined) return id;
  throw new Error(
    `The container registry of ${pulumi.stack} doesn't exist yet. Create the platform first, without the endpoints:\n  ${platformCommand(pulumi)}\nThen run this command again.`,
  );
}

/**
 * Reads the registry and checks whether a task can push to it.
 * @throws Error if the registry doesn't exist or its settings don't allow tasks to push; ArmError if a request fails
 */
export async function readRegistry(pulumi: StackNames, azure: ArmClient, id: string): Promise<ImageRegistry> {
  const { location, properties } = await get(pulumi, azure, id);
  const problem = taskProblem(pulumi, id, properties);
  if (problem !== undefined) throw new Error(problem);
  return { id, location, loginServer: properties.loginServer ?? "" };
}

async function get(pulumi: StackNames, azure: ArmClient, id: string): Promise<RegistryBody> {
  try {
    return await azure.get<RegistryBody>(id, registryApiVersion);
  } catch (error) {
    if (!(error instanceof ArmError) || !error.isAbsence) throw error;
    throw new Error(
      `The container registry ${id} doesn't exist in Azure. If it was deleted, run \`${command(pulumi, "refresh")}\`, then \`${platformCommand(pulumi)}\`.`,
    );
  }
}

/** Source: Azure docs, manage-network-bypass-policy-for-tasks; container-registry-rbac-abac-repository-permissions. */
function taskProblem(pulumi: StackNames, id: string, properties: RegistryBody["properties"]): string | undefined {
  const { publicNetworkAccess, networkRuleSet, networkRuleBypassOptions, networkRuleBypassAllowedForTasks, roleAssignmentMode } =
    properties;
  const isClosed = publicNetworkAccess === "Disabled" || networkRuleSet?.defaultAction === "Deny";
  if (isClosed && networkRuleBypassOptions !== "AzureServices") {
    return (
      `A task can't push to the registry ${id}: its property networkRuleBypassOptions is ${networkRuleBypassOptions}. ` +
      "Allowed: AzureServices. The owner of the registry must change it, or build the image elsewhere and use `import`."
    );
  }
  if (isClosed && networkRuleBypassAllowedForTasks !== true) {
    return (
      `A task can't push to the registry ${id}: its property networkRuleBypassAllowedForTasks is not true. If this stack creates the registry, set ` +
      `\`networkRuleBypassAllowedForTasks: true\` in \`moor:platform\` and run \`${platformCommand(pulumi)}\`, or \`${command(pulumi, "up")}\` if the stack has endpoints. ` +
      "Otherwise, the owner of the registry must set it. Alternatively, build where Docker and the registry are reachable, or use `import`."
    );
  }
  if (roleAssignmentMode?.startsWith("Abac")) {
    return (
      `A task can't push to the registry ${id}: with roleAssignmentMode ${roleAssignmentMode}, the role AcrPush has no effect. ` +
      "Build the image where Docker and the registry are reachable, or use `import`."
    );
  }
  return undefined;
}
