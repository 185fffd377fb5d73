/**
 * Reads an update plan: the file that `pulumi preview --save-plan` writes. It contains the operations and the changed inputs, but not the state
 * before the run, nor the inputs that stay the same. Source: pulumi/pulumi, sdk/go/common/apitype/plan.go (2026-06).
 */
import { isJson, type Json } from "../../rules/read/json";
import type { Operation, Preview } from "../preview";
import { configOf } from "./config";
import { texts, unreadable } from "./json";
import { isDestroy, operationOf, type StepReport, stackOf, stepsOf, type Urn, urnOf } from "./steps";

export function isPlan(value: Json): boolean {
  return Object.hasOwn(value, "resourcePlans");
}

/** @throws UnreadablePreview if the object has another form, or contains several stacks */
export function previewOfPlan({ config, resourcePlans }: Json): Preview {
  if (!isJson(resourcePlans)) throw unreadable("`resourcePlans` is not an object.");
  const entries = Object.entries(resourcePlans).map(([text, plan], index) => [urnOf(text, `resourcePlans[${index}]`), plan] as const);
  const stack = stackOf(entries.map(([urn]) => urn));
  if (stack === undefined) throw unreadable("`resourcePlans` is empty, so the stack is not known.");
  const reports = entries.flatMap(([urn, plan], index) => (isDefaultProvider(urn) ? [] : reportsOf(urn, plan, `resourcePlans[${index}]`)));
  const { steps } = stepsOf(reports);
  return {
    ...stack,
    kind: isDestroy(steps) ? "destroy" : "update",
    // The engine saves no plan of a preview that failed.
    result: "succeeded",
    config: configOf(config),
    steps,
    isComplete: false,
    diagnostics: [],
  };
}

/** The engine creates default providers itself, and no other form contains them. */
function isDefaultProvider({ token, text }: Urn): boolean {
  return token.startsWith("pulumi:providers:") && text.includes("::default_");
}

/** Operations of resources that exist before the run. */
const existing: readonly Operation[] = ["update", "delete", "replace", "create-replacement", "delete-replaced", "discard"];

/** @param place Where the plan of the resource is, for errors. */
function reportsOf(urn: Urn, plan: unknown, place: string): StepReport[] {
  if (!isJson(plan) || !Array.isArray(plan.steps)) throw unreadable(`${place} has no list of steps.`);
  const changes = plan.steps.map((step) => operationOf(step, place));
  const goal = isJson(plan.goal) ? plan.goal : {};
  const diff = isJson(goal.inputDiff) ? goal.inputDiff : {};
  const [adds, updates] = [diff.adds, diff.updates].map((one) => (isJson(one) ? one : {}));
  const outputs = isJson(plan.state) ? plan.state : {};
  const after = { id: outputs.id, inputs: { ...adds, ...updates }, outputs, protect: goal.protect };
  const isStack = urn.token === "pulumi:pulumi:Stack";
  return changes.map((operation) => ({
    urn,
    operation,
    // A resource that stays the same has no inputs in a plan, so it would look empty.
    before: existing.includes(operation) ? {} : undefined,
    after: operation === "delete" || operation === "delete-replaced" || (operation === "same" && !isStack) ? undefined : after,
    changed: [...Object.keys({ ...adds, ...updates }), ...texts(diff.deletes)],
    replacedBy: [],
    isLeftover: false,
  }));
}
