/** Members of templates. */
import type { Body, Value } from "../values";

/** A member of a template. The names of members have no case. */
export function memberOf(value: Body, name: string): Value {
  const key = Object.hasOwn(value, name) ? name : Object.keys(value).find((other) => other.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : value[key];
}
