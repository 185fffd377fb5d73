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

/** The value of a key. ARM compares names of properties without case, so another spelling counts if the exact one is absent. */
function memberOf(body: Body, key: string): Value {
  if (Object.hasOwn(body, key)) return body[key];
  const spelling = Object.keys(body).find((one) => one.toLowerCase() === key.toLowerCase());
  return spelling === undefined ? undefined : body[spelling];
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
