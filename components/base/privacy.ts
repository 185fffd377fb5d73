/** What keeps a resource private, and must stay so whatever a transform changes. */
import * as pulumi from "@pulumi/pulumi";
import { fail } from "../../program/fail";
import { isDeferred, isPlainObject } from "./merge";
import { resolved } from "./resolved";

/** One property that a transform must not loosen. */
export interface Requirement {
  /** Values that are private enough; `undefined` allows the property to be left out. `unchanged`: the value that the component gives. */
  readonly allowed: readonly unknown[] | "unchanged";
  /** What another value would open. */
  readonly why: string;
}

/** Requirements by the path of the property in the resource's arguments, for instance `properties.networkAcls.defaultAction`. */
export type Privacy = Readonly<Record<string, Requirement>>;

/** A value that isn't known yet. */
const later = Symbol("later");

/** @throws pulumi.RunError when a value that is known already is less private than it must be */
export function refuseLoosened(name: string, privacy: Privacy, before: object, after: object): void {
  for (const [path, requirement] of Object.entries(privacy)) {
    const [was, is] = [valueAt(before, path), valueAt(after, path)];
    if (was === is || sameInputs(was, is)) continue;
    if (requirement.allowed === "unchanged" ? isKnown(was) && isKnown(is) : isKnown(is)) check(name, path, requirement, was, is);
  }
}

/**
 * Checks the inputs that the engine is about to write, in the preview where they are known and before the write otherwise. In an update, what the
 * resource ignores is not written, and the inputs have the value of the last write or refresh instead: so it is not checked.
 * @param before The arguments as the component gives them.
 * @param ignored Paths that an update ignores.
 */
export function guardHook(name: string, privacy: Privacy, before: object, ignored: readonly string[] = []): pulumi.ResourceHook {
  const isIgnored = (path: string) => ignored.some((one) => path === one || path.startsWith(`${one}.`));
  const updated = Object.fromEntries(Object.entries(privacy).filter(([path]) => !isIgnored(path)));
  const guard = ({ oldInputs, newInputs = {} }: pulumi.ResourceHookArgs) =>
    refuseLoosenedWrite(name, oldInputs === undefined ? privacy : updated, before, newInputs);
  return new pulumi.ResourceHook(`${name}-privacy`, guard, { onDryRun: true });
}

/** @throws pulumi.RunError when a value of `inputs` is less private than it must be; what isn't known in a preview passes there */
export async function refuseLoosenedWrite(name: string, privacy: Privacy, before: object, inputs: object): Promise<void> {
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
  const needed = allowed === "unchanged" ? show(was) : allowed.map(show).join(" or ");
  fail(
    `${name}: a transform makes ${path} ${show(is)}. Allowed: ${needed}, because ${why}. Change the transform so that it leaves ${path} as it is.`,
  );
}

/** The value at a path of inputs; `later` where something on the way isn't known yet. */
function valueAt(inputs: unknown, path: string): unknown {
  let value = inputs;
  for (const key of path.split(".")) {
    if (isDeferred(value)) return later;
    value = isPlainObject(value) ? value[key] : undefined;
  }
  return isDeferred(value) ? later : value;
}

/** The value at a path of inputs, waited for. */
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

/** Whether two inputs are the same without their Outputs being waited for. */
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
