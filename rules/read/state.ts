/** Resources of a state, as `pulumi stack export` writes it. */
import type { RuleResource } from "../resource";
import { isJson, type Json, nameOfUrn, textOf } from "./json";
import { ruleResources } from "./pulumi";
import { bodyFromWire } from "./wire";

export interface StateOptions {
  /** `outputs` are the values that Azure returned at the last write or refresh. @default "inputs" */
  readonly values?: "inputs" | "outputs";
  /** Completes ARM IDs of resources in templates. @default - the subscription in the ID of the deployment */
  readonly subscriptionId?: string;
}

/**
 * Returns the resources of an exported state, or of a checkpoint file. Resources that only wait for their deletion, and resources that the
 * program only reads, are omitted.
 */
export function resourcesOfState(state: unknown, { values = "inputs", subscriptionId }: StateOptions = {}): RuleResource[] {
  return entriesOf(state).flatMap((entry) => {
    const [urn, token] = [textOf(entry.urn), textOf(entry.type)];
    if (urn === undefined || token === undefined || entry.delete === true || entry.external === true) return [];
    const name = nameOfUrn(urn);
    const resource = { token, name, inputs: bodyFromWire(entry[values]), id: textOf(entry.id), outputs: bodyFromWire(entry.outputs) };
    const read = ruleResources(resource, subscriptionId);
    return values === "outputs" ? read.map((one) => ({ ...one, from: "observed" as const })) : read;
  });
}

function entriesOf(state: unknown): Json[] {
  const { deployment, checkpoint } = isJson(state) ? state : ({} as Json);
  const latest = isJson(checkpoint) ? checkpoint.latest : deployment;
  const list = isJson(latest) ? latest.resources : undefined;
  return Array.isArray(list) ? list.filter(isJson) : [];
}
