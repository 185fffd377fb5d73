/** Finds resources that can exist in Azure but are missing in the state. Pure functions. */
import { subscriptionOf as subscriptionInId } from "../../azure/armId";
import { idOfInputs, resourceTypeOf } from "../../azure/resourceTypes";
import type { Checkpoint, StateResource } from "../checkpoint";

/** A step of `pulumi preview --json`. */
export interface PlannedStep {
  readonly op: string;
  readonly urn: string;
  readonly newState?: StateResource;
}

/** A resource that is missing in the state. */
export interface Candidate {
  readonly urn: string;
  /** Its ID if it exists in Azure. Components have no ID. */
  readonly id?: string;
  readonly resource: StateResource;
}

/** A resource that can exist but can't be looked up, because its ID is unknown. */
export interface Unidentified {
  readonly resource: StateResource;
  /** Whether the killed run had started to create it. Otherwise, it is only planned. */
  readonly begun: boolean;
}

/** The placeholders of the engine for unknown values and for secrets. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const hidden = "[secret]";

/**
 * Returns the resources that can exist without being in the state: those that the killed engine had started to create, and those that are
 * planned. Dependencies come first. A resource that depends on a missing resource is left for the next round.
 */
export function candidatesOf(checkpoint: Checkpoint, steps: readonly PlannedStep[], subscriptionId: string): Candidate[] {
  const there = urnsOf(checkpoint);
  const found: Candidate[] = [];
  // Pending operations come first: they contain the encrypted secrets, and can include resources that are no longer in the program.
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

/** Resources in pending operations whose IDs are unknown. */
export function unidentifiedBegun(checkpoint: Checkpoint, subscriptionId: string): Unidentified[] {
  const there = urnsOf(checkpoint);
  return begunIn(checkpoint)
    .filter((resource) => resource.custom && !there.has(resource.urn) && existsElsewhere(resource))
    .filter((resource) => idOf(resource, subscriptionId) === undefined)
    .map((resource) => ({ resource, begun: true }));
}

/**
 * Planned resources whose types are not in `azure/resourceTypes.ts`. A resource that depends on a missing resource is left out: an engine
 * can't have created it.
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

/** URNs that must be in the state together with a resource. Otherwise, the engine reports an invalid state. */
function needsOf({ parent, provider, deletedWith, dependencies = [] }: StateResource): string[] {
  const providerUrn = provider?.slice(0, provider.lastIndexOf("::"));
  return [...dependencies, parent, providerUrn, deletedWith].filter((urn) => urn !== undefined && urn !== "") as string[];
}

/** Packages whose resources exist only in the state. `pulumi` is the package of providers. */
const onlyInState: readonly string[] = ["pulumi", "random", "time", "tls"];

function existsElsewhere({ type }: StateResource): boolean {
  return !onlyInState.includes(type.split(":")[0]!);
}

function isKnown(type: string): boolean {
  return type.startsWith("azure-native:") && resourceTypeOf(type) !== undefined;
}

/** The ARM ID that results from the inputs. Undefined if an input is unknown or a placeholder. */
function idOf(resource: StateResource, subscriptionId: string): string | undefined {
  const { type, inputs = {} } = resource;
  const row = isKnown(type) && isPlain(resource) ? resourceTypeOf(type) : undefined;
  return row && idOfInputs(row, inputs, subscriptionId);
}

function isPlain({ inputs = {} }: StateResource): boolean {
  const text = JSON.stringify(inputs);
  return !text.includes(unknown) && !text.includes(hidden);
}

/** The subscription of the stack: from any resource in the state, or from the environment. */
export function subscriptionOf({ deployment }: Checkpoint, environment: NodeJS.ProcessEnv): string {
  const ids = (deployment.resources ?? []).map(({ id = "" }) => subscriptionInId(id));
  const found = ids.find((id) => id !== undefined) ?? environment.ARM_SUBSCRIPTION_ID;
  if (found !== undefined) return found;
  throw new Error(
    "The state contains no subscription ID. Set ARM_SUBSCRIPTION_ID to the subscription of the stack and run the command again.",
  );
}
