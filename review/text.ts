/** Untrusted text of a review: stack files, names in Azure and error messages. */
import { withoutSecrets } from "../facts/secretForms";

/** Line breaks and other white space of any kind. */
const space = /[\s\u0085]+/gu;
/** Characters without a glyph: control, zero-width, bidirectional and private ones, blank letters, and halves of surrogate pairs. */
const invisible = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/**
 * The text on one line, without invisible characters and without secrets in a known format. Secrets are removed last, because an invisible
 * character could split one.
 */
export function clean(text: string): string {
  return withoutSecrets(text.replace(space, " ").replace(invisible, "").replace(/ {2,}/g, " ").trim());
}

/** The text with at most `limit` characters. It is cut at a word and ends with "…". */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = text.slice(0, Math.max(limit - 1, 0));
  const atWord = head.lastIndexOf(" ");
  // A single long word is cut inside, but never inside a surrogate pair.
  const kept = atWord > limit / 2 ? head.slice(0, atWord) : head.replace(/[\uD800-\uDBFF]$/, "");
  return `${kept.replace(/[\s,;:.]+$/, "")}…`;
}
