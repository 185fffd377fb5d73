/** Planned resources of `pulumi preview --json`. */
import type { RuleResource } from "../resource";
import { isJson, type Json, nameOfUrn, textOf } from "./json";
import { ruleResources } from "./pulumi";
import { bodyFromWire } from "./wire";

/** A planned resource, and whether the run changes it. */
export interface PlannedResources {
  readonly resources: readonly RuleResource[];
  /** Logical names of the resources that the run creates, updates or replaces. */
  readonly changed: ReadonlySet<string>;
}

/** Operations that write a resource. Source: pulumi/pulumi, pkg/resource/deploy/step.go (2026-06). */
const writes: ReadonlySet<string> = new Set(["create", "update", "replace", "create-replacement", "import", "import-replacement"]);
/** Operations after which the identity of a resource is a new one. */
const creations: ReadonlySet<string> = new Set(["create", "replace", "create-replacement"]);
/** Operations after which the resource exists. The engine reports a replacement as several steps. */
const kept: ReadonlySet<string> = new Set([...writes, "same", "refresh"]);

/** Returns the resources that the stack contains after the run. */
export function resourcesOfPreview(preview: unknown, subscriptionId?: string): PlannedResources {
  const steps = isJson(preview) && Array.isArray(preview.steps) ? preview.steps.filter(isJson) : [];
  const planned = new Map<string, Json>();
  const changed = new Set<string>();
  for (const { op, urn, newState, oldState } of steps) {
    const [operation, resource] = [textOf(op), textOf(urn)];
    if (operation === undefined || resource === undefined || !kept.has(operation) || !isJson(newState)) continue;
    planned.set(resource, creations.has(operation) ? { ...newState, outputs: {} } : { ...identityOf(oldState), ...newState });
    if (writes.has(operation)) changed.add(nameOfUrn(resource));
  }
  return { resources: [...planned].flatMap(([urn, state]) => read(urn, state, subscriptionId)), changed };
}

/** What the engine writes only to the old state of a resource that it keeps. */
function identityOf(oldState: unknown): Json {
  return isJson(oldState) ? { id: oldState.id, outputs: oldState.outputs } : {};
}

function read(urn: string, { type, id, inputs, outputs }: Json, subscriptionId: string | undefined): RuleResource[] {
  const token = textOf(type);
  if (token === undefined) return [];
  const resource = { token, name: nameOfUrn(urn), inputs: bodyFromWire(inputs), id: textOf(id), outputs: bodyFromWire(outputs) };
  return ruleResources(resource, subscriptionId);
}
