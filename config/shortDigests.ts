/** Shortens digests in messages. */
import { show } from "./errors";

/** Shortens each digest and SHA-256 hash to its first 12 hexadecimal digits. */
export function shortDigests(text: string): string {
  return text.replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, "$1…");
}

/** Two texts with short digests. The digests stay complete if they differ only in the part that is left out. */
export function shortPair(from: string, to: string): [from: string, to: string] {
  const [short, other] = [shortDigests(from), shortDigests(to)];
  return short === other && from !== to ? [from, to] : [short, other];
}

/**
 * Two values for a report, with short digests.
 * @param length Maximum length of each, in characters.
 */
export function showPair(from: unknown, to: unknown, length?: number): [from: string, to: string] {
  if (typeof from === "string" && typeof to === "string") {
    const [short, other] = shortPair(from, to);
    return [show(short, length), show(other, length)];
  }
  const one = (value: unknown) => show(typeof value === "string" ? shortDigests(value) : value, length);
  return [one(from), one(to)];
}
