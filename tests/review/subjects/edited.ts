/** Saved previews with edits, for cases that no saved preview contains. */
import type { Preview } from "../../../review";
import type { ResourceState, Step } from "../../../review/preview";
import type { Body } from "../../../rules";

export const today = "2026-11-30";

/** Settings of a stack, as its outputs contain them. */
export interface Settings {
  readonly residency?: Body;
  /** Gate mode by key of the endpoint. */
  readonly gates?: Readonly<Record<string, string>>;
}

/** Entries of moor:accept in the shipped production stack. */
export const shippedEntries = [
  { code: "MOOR430", resource: "*", until: "2029-12-31" },
  { code: "MOOR445", resource: "platform-logs", until: "2029-12-31" },
  { code: "MOOR445", resource: "platform-app-insights", until: "2029-12-31" },
];

/** The contract of the shipped stacks. */
export const sweden = { geography: "Sweden", countries: [], regions: ["swedencentral", "swedensouth"], accepted: shippedEntries };

/** Outputs of the shipped stacks, whatever the version was that saved the preview. */
export function withSettings(preview: Preview, before: Settings | undefined, after: Settings = before ?? {}): Preview {
  const set = (state: ResourceState | undefined, settings: Settings | undefined): ResourceState | undefined =>
    state === undefined || settings === undefined ? state : { ...state, outputs: outputsOf(state.outputs, settings) };
  return edited(preview, (step) => {
    if (step.token !== "pulumi:pulumi:Stack") return step;
    return withStates(step, set(step.before, before), set(step.after, after));
  });
}

function outputsOf({ residency: _, endpoints, ...outputs }: Body, { residency, gates = {} }: Settings): Body {
  const known = Object.entries((endpoints ?? {}) as Readonly<Record<string, Body>>).map(([key, { gate: _gate, ...endpoint }]) => {
    return [key, key in gates ? { ...endpoint, gate: gates[key] } : endpoint] as const;
  });
  return { ...outputs, ...(residency === undefined ? {} : { residency }), endpoints: Object.fromEntries(known) };
}

/** Edits the inputs of a resource after the run. The step becomes an update. */
export function withInputs(preview: Preview, name: string, edit: (inputs: Body) => Body, changes: Partial<Step> = {}): Preview {
  const updated = edited(preview, (step) => {
    if (step.name !== name || !step.token.startsWith("azure-native:") || step.after === undefined) return step;
    const state = { ...step.after, inputs: edit(step.after.inputs) };
    return { ...step, operation: "update" as const, ...changes, after: state };
  });
  if (JSON.stringify(updated.steps) === JSON.stringify(preview.steps)) throw new Error(`The preview has no resource ${name} to edit.`);
  return updated;
}

/** Changes steps by their logical name, such as a deletion. */
export function withSteps(preview: Preview, names: readonly string[], edit: (step: Step) => Step): Preview {
  for (const name of names) if (!preview.steps.some((step) => step.name === name)) throw new Error(`The preview has no resource ${name}.`);
  return edited(preview, (step) => (names.includes(step.name) && step.token.startsWith("azure-native:") ? edit(step) : step));
}

/** The step deletes its resource. */
export function deletion({ after: _, ...step }: Step): Step {
  return { ...step, operation: "delete" };
}

function edited(preview: Preview, edit: (step: Step) => Step): Preview {
  return { ...preview, steps: preview.steps.map(edit) };
}

function withStates(
  { before: _, after: _after, ...step }: Step,
  before: ResourceState | undefined,
  after: ResourceState | undefined,
): Step {
  return { ...step, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}
