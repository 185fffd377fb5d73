/** The steps of a preview from what the engine reports, which is the same in all forms of a saved preview. */

import { isDeepStrictEqual } from "node:util";
import { withoutSecrets } from "../../facts/secretForms";
import { type Body, isBody, UNKNOWN, type Value } from "../../rules";
import { isJson, type Json, nameOfUrn, textOf } from "../../rules/read/json";
import { type Operation, operations, type ResourceState, type Step } from "../preview";
import { unreadable } from "./json";
import { safeBody } from "./secrets";

/** One report about a resource. The engine reports a resource several times, and a replacement as several operations. */
export interface StepReport {
  readonly urn: Urn;
  readonly operation: Operation;
  /** States as the engine writes them. They are converted once, at the end. */
  readonly before: unknown;
  readonly after: unknown;
  readonly changed: readonly string[];
  readonly replacedBy: readonly string[];
  /** Whether the report is about an earlier instance of the resource, which a failed run has left for deletion. */
  readonly isLeftover: boolean;
}

export interface Urn {
  readonly text: string;
  readonly stack: string;
  readonly project: string;
  /** Type token without the types of the parents. */
  readonly token: string;
}

// `urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>`. Source: Pulumi docs, iac/concepts/resources/names.
const urnForm = /^urn:pulumi:([^:]+)::([^:]+)::((?:(?!::).)+)::(.+)$/s;

/** @param place Where the URN is, for the error. */
export function urnOf(value: unknown, place: string): Urn {
  const [, stack, project, types] = (typeof value === "string" && urnForm.exec(value)) || [];
  if (stack === undefined || project === undefined || types === undefined)
    throw unreadable(`${place}: the URN of the resource is missing or invalid.`);
  return { text: value as string, stack, project, token: types.slice(types.lastIndexOf("$") + 1) };
}

/** @param place Where the operation is, for the error. An unknown operation could be a deletion, so it isn't ignored. */
export function operationOf(value: unknown, place: string): Operation {
  const operation = operations.find((one) => one === value);
  if (operation === undefined)
    throw unreadable(`${place}: the operation of the resource is missing, or this version of Moor doesn't know it.`);
  return operation;
}

function stateOf(value: unknown): ResourceState | undefined {
  if (!isJson(value)) return undefined;
  const id = textOf(value.id);
  return {
    ...(id === undefined ? {} : { id: withoutSecrets(id) }),
    inputs: safeBody(value.inputs),
    outputs: safeBody(value.outputs),
    protect: value.protect === true,
  };
}

/** Whether a state is of an instance that only waits for its deletion. */
export function isPendingDeletion(state: unknown): boolean {
  return isJson(state) && (state as Json).delete === true;
}

const replacements: readonly Operation[] = ["create-replacement", "replace", "import-replacement"];

export interface Steps {
  readonly steps: readonly Step[];
  /** Earlier instances of resources, which the run deletes in addition to the steps. */
  readonly leftovers: readonly Step[];
}

/** One step for each resource, in the order of the first report. */
export function stepsOf(reports: Iterable<StepReport>): Steps {
  const live = new Map<string, StepReport>();
  const deleted = new Map<string, StepReport>();
  for (const report of reports) {
    const urn = report.urn.text;
    // A replacement deletes the earlier instance of this run, or of a run that failed. Which of them is known at the end.
    if (report.operation === "delete-replaced" || report.isLeftover) deleted.set(JSON.stringify([urn, idOf(report.before)]), report);
    else live.set(urn, merged(live.get(urn), report));
  }
  const leftovers: StepReport[] = [];
  for (const report of deleted.values()) {
    const current = live.get(report.urn.text);
    if (current === undefined || !isReplaced(current) || isOther(current.before, report.before)) leftovers.push(report);
    else if (!isJson(current.before)) live.set(report.urn.text, { ...current, before: report.before });
  }
  return { steps: [...live.values()].map(stepOf), leftovers: leftovers.map(stepOf) };
}

function idOf(state: unknown): string | undefined {
  return isJson(state) ? textOf(state.id) : undefined;
}

/** Whether two states are of different instances, by their IDs. */
function isOther(state: unknown, other: unknown): boolean {
  const [one, two] = [idOf(state), idOf(other)];
  return one !== undefined && two !== undefined && one !== two;
}

function isReplaced({ operation }: StepReport): boolean {
  return replacements.includes(operation);
}

/** Later reports complete the earlier ones: the outputs of the stack are known at its end. */
function merged(earlier: StepReport | undefined, later: StepReport): StepReport {
  // A refresh reads the state from which the plan starts.
  if (earlier === undefined || earlier.operation === "refresh") return later;
  return {
    ...later,
    operation: isReplaced(earlier) || isReplaced(later) ? "replace" : later.operation,
    before: isJson(earlier.before) ? earlier.before : later.before,
    after: isJson(later.after) ? later.after : earlier.after,
    changed: [...new Set([...earlier.changed, ...later.changed])],
    replacedBy: [...new Set([...earlier.replacedBy, ...later.replacedBy])],
  };
}

/** Operations after which the instance is the same as before. */
const kept: readonly Operation[] = ["same", "update", "refresh", "read"];

function stepOf(report: StepReport): Step {
  const { urn, operation, changed, replacedBy } = report;
  const before = stateOf(report.before);
  const isKept = before !== undefined && kept.includes(operation);
  const after = isKept && isDeepStrictEqual(report.before, report.after) ? before : afterOf(report, isKept ? before : undefined);
  return {
    urn: urn.text,
    token: urn.token,
    name: withoutSecrets(nameOfUrn(urn.text)),
    operation: isReplaced(report) ? "replace" : operation,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    changed,
    replacedBy,
  };
}

function afterOf({ urn, after }: StepReport, before: ResourceState | undefined): ResourceState | undefined {
  const written = stateOf(after);
  return written && identified(urn, written, before);
}

/**
 * Completes the state of an instance that stays the same, and omits unknown outputs. Some forms contain its ID and outputs only in the state
 * before the run, and an update makes outputs unknown, such as the object ID of an identity. The outputs of the stack are values of the program.
 */
function identified({ token }: Urn, after: ResourceState, before: ResourceState | undefined): ResourceState {
  if (token === "pulumi:pulumi:Stack") return after;
  const id = after.id ?? before?.id;
  const outputs = known(after.outputs, before?.outputs);
  return { ...after, ...(id === undefined ? {} : { id }), outputs: isBody(outputs) ? outputs : {} };
}

function known(value: Value, earlier: Value): Value {
  if (value === undefined || value === UNKNOWN) return earlier;
  if (!isBody(value)) return value;
  const other = isBody(earlier) ? earlier : {};
  const entries = [...new Set([...Object.keys(other), ...Object.keys(value)])].map(
    (key) => [key, known(own(value, key), own(other, key))] as const,
  );
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
}

function own(body: Body, key: string): Value {
  return Object.hasOwn(body, key) ? body[key] : undefined;
}

/** The only stack of the reports. */
export function stackOf(urns: Iterable<Urn>): { readonly stack: string; readonly project: string } | undefined {
  let first: Urn | undefined;
  for (const urn of urns) {
    if (first !== undefined && (first.stack !== urn.stack || first.project !== urn.project)) {
      throw unreadable("The text contains resources of more than one stack.");
    }
    first ??= urn;
  }
  return first && { stack: first.stack, project: first.project };
}

/** Whether the steps are those of `pulumi destroy`. */
export function isDestroy(steps: readonly Step[]): boolean {
  return steps.some(({ token, operation }) => token === "pulumi:pulumi:Stack" && operation === "delete");
}
