/** Values of a resource's body in ARM's form, and how rules read them. */

/** A value that is known only during the update. */
export const UNKNOWN = Symbol("unknown");
/** A value that is a secret. Rules never see it, so that no finding can contain it. */
export const SECRET = Symbol("secret");

export type Value =
  | string
  | number
  | boolean
  | null
  | undefined
  | typeof UNKNOWN
  | typeof SECRET
  | readonly Value[]
  | { readonly [key: string]: Value };
export type Body = { readonly [key: string]: Value };

/** Whether a value can't be compared: it is unknown or secret. */
export function isOpaque(value: Value): value is typeof UNKNOWN | typeof SECRET {
  return value === UNKNOWN || value === SECRET;
}

export function isBody(value: Value): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Returns the value at a path such as `properties.networkAcls.defaultAction`; a number selects the item of a list. If a parent is unknown or
 * secret, so is the value. Undefined if the body doesn't contain the path.
 */
export function valueAt(body: Value, path: string): Value {
  let value = body;
  for (const key of path.split(".")) {
    if (isOpaque(value)) return value;
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isBody(value) ? memberOf(value, key) : undefined;
  }
  return value;
}

/** The member of a body by its name. ARM ignores the case of names. */
function memberOf(body: Body, name: string): Value {
  if (Object.hasOwn(body, name)) return body[name];
  const found = Object.keys(body).find((key) => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : body[found];
}

/** A value with its path in a body. */
export interface Placed {
  readonly path: string;
  readonly value: Value;
}

/**
 * The values that a path pattern selects: `*` selects all items of a list and all members of a body. If a parent is unknown, secret or of another
 * type, the parent is returned in place of its values. Absent values are omitted.
 */
export function valuesAt(body: Value, pattern: string): Placed[] {
  return pattern.split(".").reduce<Placed[]>((all, key) => all.flatMap((one) => step(one, key)), [{ path: "", value: body }]);
}

function step(one: Placed, key: string): Placed[] {
  const { path, value } = one;
  if (value === undefined || value === null) return [];
  const under = (name: string, found: Value): Placed[] =>
    found === undefined || found === null ? [] : [{ path: path === "" ? name : `${path}.${name}`, value: found }];
  if (Array.isArray(value)) {
    return key === "*" ? value.flatMap((item, index) => under(String(index), item)) : under(key, value[Number(key)]);
  }
  if (!isBody(value)) return [one];
  return key === "*" ? Object.entries(value).flatMap(([name, found]) => under(name, found)) : under(key, memberOf(value, key));
}

/** A value as text for a finding. */
export function valueText(value: Value): string {
  if (value === undefined || value === null) return "not set";
  if (value === UNKNOWN) return "known only during the update";
  if (value === SECRET) return "a secret";
  return typeof value === "string"
    ? value
    : JSON.stringify(value, (_, one: unknown) => (typeof one === "symbol" ? `(${one.description})` : one));
}
