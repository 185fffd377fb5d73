/** Inputs of resources, as Pulumi's policy SDK gives them, in the form that the rules read. */
import { UnknownValueError } from "@pulumi/policy";
import { type Body, SECRET, UNKNOWN, type Value } from "../rules";

/**
 * Names of values that can be secret. The SDK decrypts secrets and doesn't say which values they are, so the pack hides values by name: no finding
 * contains them.
 */
const secretName =
  /(password|passphrase|secret|token|connectionstring|instrumentationkey|accesskey|accountkey|sharedkey|apikey|credential|sas|_key)$|^key$/i;

/** Types whose property `value` is a secret. */
const secretTypes = ["azure-native:keyvault:Secret"];

/**
 * Reads the inputs of a resource. Reading an unknown value throws UnknownValueError, and the SDK then skips the rest of the policy with an advisory,
 * so each property is read by itself.
 * @param token Type token of Pulumi.
 */
export function inputsOf(token: string, props: Readonly<Record<string, unknown>>): Body {
  return bodyOf(props, secretTypes.includes(token));
}

function bodyOf(props: Readonly<Record<string, unknown>>, hidesValues: boolean): Body {
  return Object.fromEntries(
    Object.keys(props).map((key) => [
      key,
      hidden(
        key,
        read(() => props[key], hidesValues),
        hidesValues,
      ),
    ]),
  );
}

function hidden(key: string, value: Value, hidesValues: boolean): Value {
  const isSecret = typeof value === "string" && (secretName.test(key) || (hidesValues && key === "value"));
  return isSecret ? SECRET : value;
}

function read(property: () => unknown, hidesValues: boolean): Value {
  try {
    return toValue(property(), hidesValues);
  } catch (error) {
    if (error instanceof UnknownValueError) return UNKNOWN;
    throw error;
  }
}

function toValue(value: unknown, hidesValues: boolean): Value {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null || value === undefined)
    return value;
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => read(() => value[index], hidesValues));
  return typeof value === "object" ? bodyOf(value as Record<string, unknown>, hidesValues) : undefined;
}
