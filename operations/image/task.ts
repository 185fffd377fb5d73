/** The task of one build: its name, its role, and their removal. */
import { createHash } from "node:crypto";
import { type ArmClient, ArmError } from "../../azure/arm";
import { armId, subscriptionOf } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { BUILT_IN_ROLES } from "../../facts/roles";

/** The stack that a task belongs to. Stacks of several teams can share a registry. */
export interface TaskOwner {
  readonly registryId: string;
  readonly stack: string;
  /** ARM ID that is unique to this stack, for example that of its resource group. */
  readonly scope: string;
}

/** Timeout of a request for a task or a role assignment, in seconds. */
const requestSeconds = 300;

/** ID of the task that builds an image. It is the same in each run, so that a later run finds it. Allowed: 5 to 50 characters. */
export function taskIdOf(owner: TaskOwner, image: string): string {
  return `${owner.registryId}/tasks/${prefixOf(owner)}${shortHash(image)}`;
}

function prefixOf({ stack, scope }: TaskOwner): string {
  return `moor-build-${stack.replace(/[^a-zA-Z0-9]+/g, "-").slice(0, 20)}-${shortHash(scope.toLowerCase())}-`;
}

interface Task {
  readonly id: string;
  readonly name: string;
  readonly identity?: { readonly principalId?: string };
}

/** Returns the IDs of the tasks that killed runs left, except those that this run continues. */
export async function leftTasks(azure: ArmClient, owner: TaskOwner, continued: readonly string[]): Promise<string[]> {
  const tasks = await azure.list<Task>(`${owner.registryId}/tasks`);
  const names = new Set(continued.map((id) => id.slice(id.lastIndexOf("/") + 1)));
  return tasks.flatMap(({ name }) => (name.startsWith(prefixOf(owner)) && !names.has(name) ? `${owner.registryId}/tasks/${name}` : []));
}

/** Creates or replaces a task and assigns AcrPush on the registry to its identity. */
export async function createTask(azure: ArmClient, { registryId }: TaskOwner, taskId: string, body: object): Promise<void> {
  await azure.put(taskId, body, requestSeconds);
  const { identity } = await azure.get<Task>(taskId);
  const principalId = identity?.principalId;
  if (principalId === undefined) throw new Error(`Azure returned no identity for the task ${taskId}. Run the command again.`);
  const roleDefinitionId = armId(
    `/subscriptions/${subscriptionOf(registryId)}`,
    armTypeOf("authorization:RoleDefinition"),
    BUILT_IN_ROLES.AcrPush,
  );
  const properties = { roleDefinitionId, principalId, principalType: "ServicePrincipal" };
  try {
    await azure.put(assignmentOf(taskId, registryId, principalId), { properties }, requestSeconds);
  } catch (error) {
    if (!(error instanceof ArmError) || !error.isAccessDenied) throw error;
    throw new Error(
      `${error.message}\nThe task needs the role AcrPush on the registry while it runs. Run this command with an identity that can assign roles there, for ` +
        "example with Role Based Access Control Administrator.",
    );
  }
}

/** Removes the role assignment of a task, then the task. If the former fails, the task is kept, so that the next run finds both. */
export async function removeTask(azure: ArmClient, { registryId }: Pick<TaskOwner, "registryId">, taskId: string): Promise<void> {
  const task = await azure.find<Task>(taskId);
  if (task === undefined) return;
  const principalId = task.identity?.principalId;
  if (principalId !== undefined) await azure.remove(assignmentOf(taskId, registryId, principalId), requestSeconds);
  await azure.remove(taskId, requestSeconds);
}

/** ID of the role assignment. It depends only on the task and its identity, so that no list is required to find it. */
function assignmentOf(taskId: string, registryId: string, principalId: string): string {
  const hex = createHash("sha256").update(`${taskId.toLowerCase()}/${principalId}`).digest("hex");
  const guid = [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
  return armId(registryId, armTypeOf("authorization:RoleAssignment"), guid);
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
