/** The inputs of a resource as a list of paths and texts, so that equal inputs have equal hashes. */
import { createHash } from "node:crypto";
import { withoutSecrets } from "../../facts/secretForms";
import { canonicalJson } from "../../planner/names";
import { isBody, SECRET, UNKNOWN, type Value } from "../../rules";

/** A value without parts, with its path. An empty list or object is such a value too. */
export interface Leaf {
  /** For example `properties.template.resources[0].tags["cost.centre"]`. */
  readonly path: string;
  readonly value: Value;
}

/** All values in an object. The order of the keys has no meaning. */
export function leavesOf(value: Value, path = ""): Leaf[] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((item: Value, index) => leavesOf(item, `${path}[${index}]`));
  if (isBody(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, item]) => leavesOf(item, memberPath(path, key)));
  }
  return value === undefined || path === "" ? [] : [{ path, value }];
}

/** Keys of maps are text of the stack file: a secret in one is hidden, and invisible characters are escaped. */
function memberPath(path: string, key: string): string {
  const shown = withoutSecrets(key);
  if (!/^[\w$-]+$/.test(shown)) return `${path}[${JSON.stringify(shown).replace(invisible, escaped)}]`;
  return path === "" ? shown : `${path}.${shown}`;
}

const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/**
 * The text of a value that is hashed. Secrets have the same text, so that no one can guess them from a hash. That includes texts in the known
 * format of a secret that no program has marked as one.
 */
export function hashedText(value: Value): string {
  if (value === SECRET) return "secret";
  if (value === UNKNOWN) return "unknown";
  return `value ${withoutSecrets(canonicalJson(value))}`;
}

/** SHA-256 hash of a text, as 64 hexadecimal digits. */
export function sha256(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Number of digits of the hashes that only name a difference. */
const shortLength = 8;

export function short(hash: string): string {
  return hash.slice(0, shortLength);
}
