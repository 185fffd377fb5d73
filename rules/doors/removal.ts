/** Removals: a resource is no longer part of the program, so Pulumi deletes it. */
import { parseArmId, sameArmId } from "../../azure/armId";
import type { Check } from "../finding";
import { at, type RuleResource } from "../resource";
import { checked } from "../rule";
import { isBody, UNKNOWN, type Value } from "../values";
import { type DoorKind, doorCodes } from "./codes";
import { contentsOf, deploymentType, endpointType } from "./valuables";

/** What was read of a resource before its removal. */
export interface RemovalFacts {
  /** Traffic weights of the endpoint by deployment name, in percent. @default - not read */
  readonly traffic?: Readonly<Record<string, number>>;
}

/** Checks the removal of a resource. Types without data and without requests have no check. */
export function checkRemoval(resource: RuleResource, facts: RemovalFacts = {}): Check[] {
  const isServing = [endpointType, deploymentType].some((type) => sameArmId(resource.type, type));
  return isServing ? checkServing(resource, facts) : checkData(resource);
}

function checkData(resource: RuleResource): Check[] {
  const contents = contentsOf(resource.type);
  if (contents === undefined) return [];
  const { lost }: DoorKind = doorCodes.MOOR525;
  const text = { problem: `The resource would be deleted. It contains ${contents}. ${lost}`, allowed: "an unchanged or an empty resource" };
  return [checked("MOOR525", "violated", resource, "id", "removed", text)];
}

function checkServing(resource: RuleResource, { traffic = observedTraffic(resource) }: RemovalFacts): Check[] {
  const { lost }: DoorKind = doorCodes.MOOR526;
  const allowed = "a traffic weight of 0%";
  if (traffic === undefined) {
    const problem = "The resource would be deleted, and its traffic weight isn't known.";
    return [checked("MOOR526", "unknown", resource, "properties.traffic", UNKNOWN, { problem, allowed })];
  }
  const weight = sameArmId(resource.type, endpointType) ? sum(Object.values(traffic)) : weightOf(resource, traffic);
  if (weight === 0) return [];
  const problem = `The resource would be deleted, but it receives ${weight}% of the endpoint's requests. ${lost}`;
  return [checked("MOOR526", "violated", resource, "properties.traffic", `${weight}%`, { problem, allowed })];
}

/** The traffic weights in the body of an endpoint that was read. The state doesn't contain the current ones. */
function observedTraffic(resource: RuleResource): Readonly<Record<string, number>> | undefined {
  if (resource.from !== "observed" || !sameArmId(resource.type, endpointType)) return undefined;
  const weights: Value = at(resource, "properties.traffic") ?? {};
  if (!isBody(weights)) return undefined;
  return Object.fromEntries(Object.entries(weights).flatMap(([name, weight]) => (typeof weight === "number" ? [[name, weight]] : [])));
}

/** Azure's names of deployments are case-insensitive. A deployment without an entry receives no requests. */
function weightOf({ id = "", name }: RuleResource, traffic: Readonly<Record<string, number>>): number {
  const deployment = (parseArmId(id)?.name ?? name).toLowerCase();
  return sum(Object.entries(traffic).flatMap(([key, weight]) => (key.toLowerCase() === deployment ? [weight] : [])));
}

function sum(weights: readonly number[]): number {
  return weights.reduce((total, weight) => total + weight, 0);
}
