/**
 * Values in the JSON of `pulumi preview --json` and of a state, with UNKNOWN and SECRET in place of the engine's special values.
 * Source: pulumi/pulumi, sdk/go/common/resource/plugin/rpc.go and sdk/go/common/resource/sig (2026-06).
 */
import { type Body, isBody, SECRET, UNKNOWN, type Value } from "../values";

/** The sentinel of an unknown text. */
export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

// One sentinel for each type: string, boolean, number, array, asset, archive, object.
const unknowns: ReadonlySet<string> = new Set([
  unknownText,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

const signature = "4dabf18193072939515e22adb298388d";
/** Values of the signature. Those of assets, archives and references to resources aren't here: they stay as they are. */
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** The text by which the engine replaces secrets in its output. */
const hidden = "[secret]";

/** Converts a value of parsed JSON. Never throws. */
export function fromWire(value: unknown): Value {
  if (typeof value === "string") return unknowns.has(value) ? UNKNOWN : value === hidden ? SECRET : value;
  if (Array.isArray(value)) return value.map(fromWire);
  if (typeof value === "number" || typeof value === "boolean" || value === undefined) return value;
  if (typeof value !== "object" || value === null) return null;
  const entries = Object.entries(value);
  const kind = entries.find(([key]) => key === signature)?.[1];
  if (kind === secretSignature) return SECRET;
  if (kind === outputSignature) return outputOf(Object.fromEntries(entries));
  return Object.fromEntries(entries.map(([key, item]) => [key, fromWire(item)]));
}

/** An output value: secret, known, or unknown if it has no value. */
function outputOf({ secret, value }: { readonly secret?: unknown; readonly value?: unknown }): Value {
  if (secret === true) return SECRET;
  return value === undefined ? UNKNOWN : fromWire(value);
}

/** Converts an object of parsed JSON. Anything else has no properties. */
export function bodyFromWire(value: unknown): Body {
  const body = fromWire(value);
  return isBody(body) ? body : {};
}
