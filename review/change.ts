/** The change of a stack: its resources before and after the run, in ARM's form. Resources in templates are resources of their own. */
import { subscriptionOf } from "../azure/armId";
import type { RuleResource } from "../rules";
import { ruleResources } from "../rules/read/pulumi";
import { type EndpointView, endpointsOf } from "./endpoints";
import type { Preview, ResourceState, Step } from "./preview";
import { type StackSettings, settingsOf } from "./stackSettings";

/** What happens to a resource. */
export type ChangeKind = "create" | "update" | "replace" | "delete" | "same";

export interface ResourceChange {
  readonly kind: ChangeKind;
  /** Logical name. A resource in a template is named `<template>/resources/<index>`. */
  readonly name: string;
  /** ARM type. */
  readonly type: string;
  readonly before?: RuleResource;
  readonly after?: RuleResource;
  /** The step of the resource, or of the template that contains it. */
  readonly step: Step;
}

export interface StackChange {
  readonly preview: Preview;
  /** All resources of the stack before and after the run. For a preview that failed, `after` lacks those that it didn't reach. */
  readonly before: readonly RuleResource[];
  readonly after: readonly RuleResource[];
  /** All resources, including the unchanged ones. */
  readonly changes: readonly ResourceChange[];
  readonly endpoints: { readonly before: readonly EndpointView[]; readonly after: readonly EndpointView[] };
  /** What the outputs of the stack say about its settings. Undefined before the first update, and after `destroy`. */
  readonly settings: { readonly before?: StackSettings; readonly after?: StackSettings };
}

export function changeOf(preview: Preview): StackChange {
  const subscription = preview.steps
    .map(({ before, after }) => subscriptionOf(before?.id ?? after?.id ?? ""))
    .find((id) => id !== undefined);
  const changes = preview.steps.flatMap((step) => changesOf(step, subscription));
  const before = changes.flatMap((change) => change.before ?? []);
  const after = changes.flatMap((change) => change.after ?? []);
  const stack = preview.steps.find(({ token }) => token === "pulumi:pulumi:Stack");
  return {
    preview,
    before,
    after,
    changes,
    endpoints: { before: endpointsOf(before), after: endpointsOf(after) },
    settings: { before: settingsOf(stack?.before?.outputs), after: settingsOf(stack?.after?.outputs) },
  };
}

const kinds = {
  same: "same",
  refresh: "same",
  read: "same",
  create: "create",
  import: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "import-replacement": "replace",
  "read-replacement": "update",
  delete: "delete",
  "delete-replaced": "delete",
  // Only Pulumi's state changes: the program no longer reads a resource that it doesn't manage.
  discard: "same",
  "discard-replaced": "same",
  "remove-pending-replace": "delete",
} as const satisfies Record<Step["operation"], ChangeKind>;

/** @param subscription Completes the IDs of resources that don't exist yet. Undefined before the first update. */
function changesOf(step: Step, subscription: string | undefined): ResourceChange[] {
  const kind = kinds[step.operation];
  const before = resourcesOf(step, step.before, subscription);
  const isUnchanged = step.before === step.after;
  const after = kind === "delete" ? [] : isUnchanged ? before : resourcesOf(step, step.after, subscription);
  const names = new Set([...before, ...after].map(({ name }) => name));
  return [...names].map((name) => {
    const [was, is] = [before, after].map((list) => list.find((one) => one.name === name));
    const type = (is ?? was)!.type;
    return { kind: kindOf(kind, was, is), name, type, step, ...(was && { before: was }), ...(is && { after: is }) };
  });
}

/** A changed template can create, keep or no longer write one of its resources. */
function kindOf(kind: ChangeKind, before: RuleResource | undefined, after: RuleResource | undefined): ChangeKind {
  if (kind !== "update") return kind;
  return before === undefined ? "create" : after === undefined ? "delete" : "update";
}

function resourcesOf({ token, name }: Step, state: ResourceState | undefined, subscription: string | undefined): RuleResource[] {
  if (state === undefined) return [];
  const { id, inputs, outputs } = state;
  return ruleResources({ token, name, inputs, outputs, ...(id === undefined ? {} : { id }) }, subscription);
}
