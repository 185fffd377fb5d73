/** What Azure may have and the state lacks. Pure. */
import { subscriptionOf as subscriptionInId } from "../../azure/armId";
import { idOfInputs, resourceTypeOf } from "../../azure/resourceTypes";
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

/** A resource that may exist, but that can't be looked up because its id isn't known. */
export interface Unidentified {
  readonly resource: StateResource;
  /** Whether the killed run has noted it as begun; otherwise it is only planned. */
  readonly begun: boolean;
}

/** What the engine writes in place of a value that it doesn't know yet, and of one that it doesn't show. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const hidden = "[secret]";

/**
 * Everything that may have been created without the state's knowing: begun by the killed engine, or still to be created. Each comes after
 * what it depends on; what depends on something that is missing itself is left for the next round.
 */
export function candidatesOf(checkpoint: Checkpoint, steps: readonly PlannedStep[], subscriptionId: string): Candidate[] {
  const there = urnsOf(checkpoint);
  const found: Candidate[] = [];
  // The engine's own notes come first: they have the secrets in them, encrypted, and may be of what the program no longer makes.
  for (const resource of [...begunIn(checkpoint), ...plannedIn(steps)]) {
    const { urn, custom } = resource;
    if (there.has(urn) || !needsOf(resource).every((need) => there.has(need))) continue;
    const id = custom ? idOf(resource, subscriptionId) : undefined;
    if (custom ? id === undefined : !isPlain(resource)) continue;
    found.push({ urn, ...(id === undefined ? {} : { id }), resource });
    there.add(urn);
  }
  return found;
}

/** Resources that the killed engine has noted as begun, and whose ids aren't known. */
export function unidentifiedBegun(checkpoint: Checkpoint, subscriptionId: string): Unidentified[] {
  const there = urnsOf(checkpoint);
  return begunIn(checkpoint)
    .filter((resource) => resource.custom && !there.has(resource.urn) && existsElsewhere(resource))
    .filter((resource) => idOf(resource, subscriptionId) === undefined)
    .map((resource) => ({ resource, begun: true }));
}

/**
 * Resources that are only planned, and whose types `azure/resourceTypes.ts` doesn't have. One that depends on something that the state lacks
 * isn't among them: an engine creates it only after that.
 */
export function unidentifiedPlanned(checkpoint: Checkpoint, steps: readonly PlannedStep[]): Unidentified[] {
  const there = urnsOf(checkpoint);
  const found: Unidentified[] = [];
  for (const resource of plannedIn(steps)) {
    const { urn, custom, type } = resource;
    if (there.has(urn) || !needsOf(resource).every((need) => there.has(need))) continue;
    if (!custom) there.add(urn);
    else if (!isKnown(type) && existsElsewhere(resource)) found.push({ resource, begun: false });
  }
  return found;
}

function begunIn({ deployment }: Checkpoint): StateResource[] {
  return (deployment.pending_operations ?? []).filter(({ type }) => type === "creating").map(({ resource }) => resource);
}

function plannedIn(steps: readonly PlannedStep[]): StateResource[] {
  return steps.filter(({ op }) => op === "create").flatMap(({ newState }) => newState ?? []);
}

function urnsOf({ deployment }: Checkpoint): Set<string> {
  return new Set((deployment.resources ?? []).map(({ urn }) => urn));
}

/** URNs of what must be in the state beside a resource, or the engine takes the state for broken. */
function needsOf({ parent, provider, deletedWith, dependencies = [] }: StateResource): string[] {
  const providerUrn = provider?.slice(0, provider.lastIndexOf("::"));
  return [...dependencies, parent, providerUrn, deletedWith].filter((urn) => urn !== undefined && urn !== "") as string[];
}

/** Packages whose resources are nothing but values in the state; `pulumi` is that of providers. */
const onlyInState: readonly string[] = ["pulumi", "random", "time", "tls"];

function existsElsewhere({ type }: StateResource): boolean {
  return !onlyInState.includes(type.split(":")[0]!);
}

function isKnown(type: string): boolean {
  return type.startsWith("azure-native:") && resourceTypeOf(type) !== undefined;
}

/** The ARM id that the inputs describe; none while one of them is unknown, or would be stored as a placeholder. */
function idOf(resource: StateResource, subscriptionId: string): string | undefined {
  const { type, inputs = {} } = resource;
  const row = isKnown(type) && isPlain(resource) ? resourceTypeOf(type) : undefined;
  return row && idOfInputs(row, inputs, subscriptionId);
}

function isPlain({ inputs = {} }: StateResource): boolean {
  const text = JSON.stringify(inputs);
  return !text.includes(unknown) && !text.includes(hidden);
}

/** Subscription of the stack: that of any resource it has, or the environment's. */
export function subscriptionOf({ deployment }: Checkpoint, environment: NodeJS.ProcessEnv): string {
  const ids = (deployment.resources ?? []).map(({ id = "" }) => subscriptionInId(id));
  const found = ids.find((id) => id !== undefined) ?? environment.ARM_SUBSCRIPTION_ID;
  if (found !== undefined) return found;
  throw new Error("The state names no subscription: set ARM_SUBSCRIPTION_ID to the stack's and run the command again.");
}
