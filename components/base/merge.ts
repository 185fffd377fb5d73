/** Deep merge of resource inputs: objects are merged at every depth, and other values are replaced. */
import * as pulumi from "@pulumi/pulumi";

/**
 * Merges `over` into a copy of `base`. Plain objects are merged key by key; lists and other values are replaced. If one side is an
 * Output or a promise, the result is an Output. A key of `over` whose value is `undefined` removes the key.
 */
export function mergeInputs(base: unknown, over: unknown): unknown {
  if (base === over || over === undefined || !isObjectLike(base) || !isObjectLike(over)) return over;
  if (isDeferred(base) || isDeferred(over)) {
    // The merged value can contain outputs, which only `pulumi.output` resolves.
    return pulumi.all([base, over]).apply(([was, is]) => pulumi.output(mergeInputs(was, is)));
  }
  const keys = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(keys.map((key) => [key, Object.hasOwn(over, key) ? mergeInputs(base[key], over[key]) : base[key]]));
}

/** Returns a copy whose plain objects and lists can be changed without changing the original. */
export function copyInputs<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item) => copyInputs(item)) as T;
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyInputs(item)])) as T;
}

/** Whether a value is an Output or a promise. */
export function isDeferred(value: unknown): value is pulumi.Output<unknown> | Promise<unknown> {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/** Whether a value is a plain object: not a list, an Output, a resource or an asset. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether a value can be merged: a plain object, or an Output or promise that can resolve to one. */
function isObjectLike(value: unknown): value is Readonly<Record<string, unknown>> {
  return isPlainObject(value) || isDeferred(value);
}
