/** Inputs of a resource laid over others: objects merge at every depth, everything else is taken as it is. */
import * as pulumi from "@pulumi/pulumi";

/**
 * `base` with `over` laid over it. Plain objects merge key by key; lists and other values replace. Where one side is known only later (an Output
 * or a promise), so is the result. A key of `over` whose value is `undefined` removes the key.
 */
export function mergeInputs(base: unknown, over: unknown): unknown {
  if (base === over || over === undefined || !isObjectLike(base) || !isObjectLike(over)) return over;
  if (isDeferred(base) || isDeferred(over)) {
    // The merged value may hold outputs itself, which only `pulumi.output` looks into.
    return pulumi.all([base, over]).apply(([was, is]) => pulumi.output(mergeInputs(was, is)));
  }
  const keys = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(keys.map((key) => [key, Object.hasOwn(over, key) ? mergeInputs(base[key], over[key]) : base[key]]));
}

/** A copy whose plain objects and lists may be changed without changing the original. */
export function copyInputs<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item) => copyInputs(item)) as T;
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyInputs(item)])) as T;
}

/** Whether a value is known only later. */
export function isDeferred(value: unknown): value is pulumi.Output<unknown> | Promise<unknown> {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/** Whether a value is an object of keys and values: no list, no Output, no resource, no asset. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What may merge: an object, or something that may become one. */
function isObjectLike(value: unknown): value is Readonly<Record<string, unknown>> {
  return isPlainObject(value) || isDeferred(value);
}
