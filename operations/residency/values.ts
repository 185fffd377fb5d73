/** Values in a body by a path pattern. */
import { isBody, isOpaque, type Value } from "../../rules";

/** The values at a path; `*` stands for each item of a list. A part that is unknown or secret is the value itself. Absent values are omitted. */
export function valuesAt(body: Value, pattern: string): Value[] {
  const found = pattern.split(".").reduce<Value[]>((all, key) => all.flatMap((one) => step(one, key)), [body]);
  return found.filter((value) => value !== undefined && value !== null);
}

function step(value: Value, key: string): Value[] {
  if (isOpaque(value)) return [value];
  if (Array.isArray(value)) return key === "*" ? [...value] : [];
  return isBody(value) && Object.hasOwn(value, key) ? [value[key]] : [];
}
