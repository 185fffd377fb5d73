/**
 * Reads the output of `pulumi preview --json` without streaming: one JSON object. It has no outputs of the stack after the run, and no result.
 * Source: pulumi/pulumi, pkg/backend/display/json.go (2026-06).
 */
import { isJson, type Json } from "../../rules/read/json";
import type { Preview } from "../preview";
import { configOf } from "./config";
import { Diagnostics } from "./diagnostics";
import { texts, unreadable } from "./json";
import { isDestroy, isPendingDeletion, operationOf, type StepReport, stackOf, stepsOf, urnOf } from "./steps";

export function isDigest(value: Json): boolean {
  return Object.hasOwn(value, "steps");
}

/** @throws UnreadablePreview if the object has another form, or contains several stacks */
export function previewOfDigest({ config, steps: list, diagnostics: messages, changeSummary }: Json): Preview {
  if (!Array.isArray(list)) throw unreadable("`steps` is not a list.");
  const reports = list.map((step: unknown, index) => reportOf(step, `steps[${index}]`));
  const stack = stackOf(reports.map(({ urn }) => urn));
  if (stack === undefined) throw unreadable("`steps` is empty, so the stack is not known.");
  const { steps, leftovers } = stepsOf(reports);
  const diagnostics = new Diagnostics();
  for (const message of Array.isArray(messages) ? messages : []) diagnostics.add(message);
  const all = diagnostics.all();
  const counts = isJson(changeSummary) ? changeSummary : undefined;
  return {
    ...stack,
    kind: isDestroy(steps) ? "destroy" : "update",
    // An error message always fails the run. The counts are written at its end.
    result: all.some(({ severity }) => severity === "error") ? "failed" : counts === undefined ? "incomplete" : "succeeded",
    config: configOf(config),
    steps,
    ...(leftovers.length === 0 ? {} : { leftovers }),
    isComplete: counts !== undefined && countOfSame(counts) <= reports.filter(({ operation }) => operation === "same").length,
    diagnostics: all,
  };
}

/** Without `--show-sames`, the engine counts unchanged resources, but shows only the stack. */
function countOfSame({ same }: Json): number {
  return typeof same === "number" ? same : 0;
}

function reportOf(step: unknown, place: string): StepReport {
  if (!isJson(step)) throw unreadable(`${place} is not an object.`);
  const operation = operationOf(step.op, place);
  const detailed = isJson(step.detailedDiff) ? Object.keys(step.detailedDiff) : [];
  return {
    urn: urnOf(step.urn, place),
    operation,
    before: step.oldState,
    after: step.newState,
    changed: detailed.length > 0 ? detailed : texts(step.diffReasons),
    replacedBy: texts(step.replaceReasons),
    isLeftover: operation === "delete" && isPendingDeletion(step.oldState),
  };
}
