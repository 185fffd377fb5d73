/** Edits of saved previews, for tests of single subjects. */

import { changeOf, type StackChange } from "../../../review/change";
import type { Preview, ResourceState, Step } from "../../../review/preview";
import { type Body, isBody, type Value } from "../../../rules";
import { previewOf } from "../previews";

export const today = { today: "2026-11-30" } as const;

export function changeNamed(name: string): StackChange {
  return changeOf(previewOf(name));
}

/** A preview in which the steps with a name are changed. Undefined removes the step. */
export function edited(preview: Preview, name: string, edit: (step: Step) => Step | undefined): Preview {
  const steps = preview.steps.flatMap((step) => (step.name === name ? (edit(step) ?? []) : [step]));
  if (steps.length === preview.steps.length && steps.every((step, at) => step === preview.steps[at]))
    throw new Error(`Nothing is named ${name}.`);
  return { ...preview, steps };
}

/** A step whose inputs after the run are changed at a path such as `properties.instanceType`; a number selects the item of a list. */
export function withInput(step: Step, path: string, value: Value, side: "before" | "after" = "after"): Step {
  const state: ResourceState = step[side]!;
  return { ...step, operation: "update", changed: [path], [side]: { ...state, inputs: set(state.inputs, path.split("."), value) as Body } };
}

function set(value: Value, [key, ...rest]: readonly string[], last: Value): Value {
  if (key === undefined) return last;
  if (Array.isArray(value)) return value.map((item, at) => (at === Number(key) ? set(item, rest, last) : item));
  const body = isBody(value) ? value : {};
  return { ...body, [key]: set(body[key], rest, last) };
}

const template = "properties.template.resources.0.properties";

/** A preview in which an endpoint has other weights, before or after the run. */
export function withTraffic(
  preview: Preview,
  key: string,
  traffic: Value,
  side: "before" | "after" = "after",
  property = "traffic",
): Preview {
  return edited(preview, `${key}-traffic-write`, (step) => withInput(step, `${template}.${property}`, traffic, side));
}

/** A preview without the unchanged resources, as `pulumi preview --json` prints it without `--show-sames`. */
export function withoutSames(preview: Preview): Preview {
  return { ...preview, isComplete: false, steps: preview.steps.filter(({ operation }) => operation !== "same") };
}
