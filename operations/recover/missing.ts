/** What Azure may have and the state lacks. Pure. */
import { resourceId, resourceType } from "../../azure-local/providers/metadata";
import type { Properties } from "../../azure-local/providers/wire";
import type { Checkpoint, StateResource } from "../checkpoint";

/** A step of `pulumi preview --json`. */
export interface PlannedStep {
  readonly op: string;
  readonly urn: string;
  readonly newState?: StateResource;
}

/** A resource that the state lacks. */
export interface Candidate {
  readonly urn: string;
  /** The id that it has if Azure has it; a component has none. */
  readonly id?: string;
  readonly resource: StateResource;
}

/** What the engine writes in place of a value that it doesn't know yet, and of one that it doesn't show. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const hidden = "[secret]";

/**
 * Everything that may have been created without the state's knowing: begun by the killed engine, or still to be created. Each comes after
 * what it hangs on; what hangs on something that is missing itself is left for the next round.
 */
export function candidatesOf(checkpoint: Checkpoint, steps: readonly PlannedStep[], subscriptionId: string): Candidate[] {
  const { resources = [], pending_operations = [] } = checkpoint.deployment;
  const there = new Set(resources.map(({ urn }) => urn));
  const begun = pending_operations.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  const planned = steps.filter(({ op }) => op === "create").flatMap(({ newState }) => newState ?? []);
  const found: Candidate[] = [];
  // The engine's own notes come first: they have the secrets in them, encrypted, and may be of what the program no longer makes.
  for (const resource of [...begun, ...planned]) {
    const { urn, custom, parent, dependencies = [], provider } = resource;
    const needs = [...dependencies, ...(parent ? [parent] : []), ...(provider ? [provider.slice(0, provider.lastIndexOf("::"))] : [])];
    if (there.has(urn) || !needs.every((need) => there.has(need))) continue;
    const id = custom ? idOf(resource, subscriptionId) : undefined;
    if (custom ? id === undefined : !isPlain(resource)) continue;
    found.push({ urn, ...(id === undefined ? {} : { id }), resource });
    there.add(urn);
  }
  return found;
}

/** The ARM id that the inputs describe; none while one of them is unknown, or would be stored as a placeholder. */
function idOf(resource: StateResource, subscriptionId: string): string | undefined {
  const { type, inputs = {} } = resource;
  if (!type.startsWith("azure-native:") || !isPlain(resource)) return undefined;
  return resourceId(resourceType(type), inputs as Properties, subscriptionId);
}

function isPlain({ inputs = {} }: StateResource): boolean {
  const text = JSON.stringify(inputs);
  return !text.includes(unknown) && !text.includes(hidden);
}

/** Subscription of the stack: that of any resource it has, or the environment's. */
export function subscriptionOf({ deployment }: Checkpoint, environment: NodeJS.ProcessEnv): string {
  const ids = (deployment.resources ?? []).map(({ id = "" }) => /^\/subscriptions\/([^/]+)\//.exec(id)?.[1]);
  const found = ids.find((id) => id !== undefined) ?? environment.ARM_SUBSCRIPTION_ID;
  if (found !== undefined) return found;
  throw new Error("The state names no subscription: set ARM_SUBSCRIPTION_ID to the stack's and run the command again.");
}
