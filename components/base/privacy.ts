/** Properties that keep a resource private. A transform must not loosen them. */
import * as pulumi from "@pulumi/pulumi";
import { fail } from "../../program/fail";
import { isDeferred, isPlainObject } from "./merge";
import { resolved } from "./resolved";

/** One property that a transform must not loosen. */
export interface Requirement {
  /** Allowed values; `undefined` allows the property to be omitted. `unchanged`: only the value that the component sets. */
  readonly allowed: readonly unknown[] | "unchanged";
  /** The consequence of any other value. */
  readonly why: string;
}

/** Requirements by property path in the resource's arguments, such as `properties.networkAcls.defaultAction`. */
export type Privacy = Readonly<Record<string, Requirement>>;

/** Marks a value that isn't known yet. */
const later = Symbol("later");

/** @throws pulumi.RunError if a value that is already known doesn't meet its requirement */
export function rejectLoosened(name: string, privacy: Privacy, before: object, after: object): void {
  for (const [path, requirement] of Object.entries(privacy)) {
    const [was, is] = [valueAt(before, path), valueAt(after, path)];
    if (was === is || sameInputs(was, is)) continue;
    if (requirement.allowed === "unchanged" ? isKnown(was) && isKnown(is) : isKnown(is)) check(name, path, requirement, was, is);
  }
}

/**
 * Returns a hook that checks the inputs of a resource: in the preview if they are known, otherwise before the write. An update doesn't
 * write properties under `ignoreChanges` (their inputs have the value of the last write or refresh), so they are not checked.
 * @param before The arguments that the component sets.
 * @param ignored Property paths under `ignoreChanges`.
 */
export function guardHook(name: string, privacy: Privacy, before: object, ignored: readonly string[] = []): pulumi.ResourceHook {
  const isIgnored = (path: string) => ignored.some((one) => path === one || path.startsWith(`${one}.`));
  const updated = Object.fromEntries(Object.entries(privacy).filter(([path]) => !isIgnored(path)));
  const guard = ({ oldInputs, newInputs = {} }: pulumi.ResourceHookArgs) =>
    rejectLoosenedWrite(name, oldInputs === undefined ? privacy : updated, before, newInputs);
  return new pulumi.ResourceHook(`${name}-privacy`, guard, { onDryRun: true });
}

/** @throws pulumi.RunError if a value of `inputs` doesn't meet its requirement. Values that are unknown in a preview are not checked. */
export async function rejectLoosenedWrite(name: string, privacy: Privacy, before: object, inputs: object): Promise<void> {
  for (const [path, requirement] of Object.entries(privacy)) {
    const is = await settledAt(inputs, path);
    const was = requirement.allowed === "unchanged" ? await settledAt(before, path) : undefined;
    if (pulumi.containsUnknowns(is) || pulumi.containsUnknowns(was)) continue;
    check(name, path, requirement, was, is);
  }
}

function check(name: string, path: string, { allowed, why }: Requirement, was: unknown, is: unknown): void {
  const isAllowed = allowed === "unchanged" ? sameValues(was, is) : allowed.includes(is);
  if (isAllowed) return;
  const change = is === undefined ? `removes ${path}` : `sets ${path} to ${show(is)}`;
  const required = allowed === "unchanged" ? show(was) : allowed.map(show).join(" or ");
  fail(`${name}: a transform ${change}. Allowed: ${required}. With any other value, ${why}. Leave ${path} unchanged in the transform.`);
}

/** Returns the value at a property path; `later` if it or one of its parents isn't known yet. */
function valueAt(inputs: unknown, path: string): unknown {
  let value = inputs;
  for (const key of path.split(".")) {
    if (isDeferred(value)) return later;
    value = isPlainObject(value) ? value[key] : undefined;
  }
  return isDeferred(value) ? later : value;
}

/** Resolves the value at a property path. */
export async function settledAt(inputs: unknown, path: string): Promise<unknown> {
  let value = inputs;
  for (const key of path.split(".")) {
    value = isDeferred(value) ? await resolved<unknown>(value) : value;
    if (pulumi.isUnknown(value)) return value;
    value = isPlainObject(value) ? value[key] : undefined;
  }
  return resolved<unknown>(value);
}

function isKnown(value: unknown): boolean {
  if (value === later || isDeferred(value)) return false;
  if (Array.isArray(value)) return value.every(isKnown);
  return isPlainObject(value) ? Object.values(value).every(isKnown) : true;
}

/** Whether two inputs are the same, without resolving their Outputs. */
function sameInputs(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => sameInputs(item, other[index]));
  return one === other && one !== later;
}

function sameValues(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function show(value: unknown): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}
