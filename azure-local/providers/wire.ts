/**
 * Pulumi's property values as JSON: objects, arrays, strings, numbers and booleans, with two special values.
 * An unknown value is the string `UNKNOWN`; a secret is wrapped in an object with a fixed signature.
 */
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Properties = { [key: string]: Value };

/** A value that Pulumi knows only after a resource was created. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

// One sentinel per type: string, boolean, number, array, asset, archive, object (pulumi/pulumi, sdk/go/common/resource/plugin/rpc.go).
const UNKNOWNS = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Key that marks secrets and references to resources. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export const isObject = (value: unknown): value is Properties => typeof value === "object" && value !== null && !Array.isArray(value);

export const isUnknown = (value: unknown): boolean => typeof value === "string" && UNKNOWNS.has(value);

export const isSecret = (value: unknown): value is { [SIGNATURE]: string; value: Value } =>
  isObject(value) && value[SIGNATURE] === SECRET && "value" in value;

export const secret = (value: Value): Value => (isSecret(value) ? value : { [SIGNATURE]: SECRET, value });

/** Whether the value contains an unknown value. */
export function hasUnknown(value: Value | undefined): boolean {
  if (isSecret(value)) return hasUnknown(value.value);
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) ? Object.values(value).some(hasUnknown) : isUnknown(value);
}

/** The value to send to Azure, without secret wrappers and null properties. Each unknown value becomes `UNKNOWN`. */
export function plain(value: Value): Value {
  if (isSecret(value)) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return isUnknown(value) ? UNKNOWN : value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      .map(([key, item]) => [key, plain(item)]),
  );
}

export const plainProperties = (properties: Properties): Properties => plain(properties) as Properties;

/** Makes the values secret that are secret in `like` at the same path. */
export function withSecretsOf(value: Value, like: Value | undefined): Value {
  if (isSecret(like)) return secret(value);
  if (Array.isArray(value) && Array.isArray(like)) return value.map((item, index) => withSecretsOf(item, like[index]));
  if (!isObject(value) || isSecret(value) || !isObject(like)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withSecretsOf(item, like[key])]));
}

export function decode(struct: Struct | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Properties;
}

export function encode(properties: Properties): Struct {
  // JSON removes undefined values, which Struct does not support.
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)));
}
