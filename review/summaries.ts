/** Summaries of sections, which are short enough for the first lines of a review. */

/** Characters of a summary. */
export const summaryLength = 160;

/**
 * Joins parts with semicolons. Parts that don't fit are counted: `…; and 3 more`.
 * @param parts The most important part first.
 */
export function summaryOf(parts: readonly string[], length = summaryLength): string {
  const all = parts.join("; ");
  if (all.length <= length) return all;
  for (let count = parts.length - 1; count > 0; count--) {
    const text = [...parts.slice(0, count), `and ${parts.length - count} more`].join("; ");
    if (text.length <= length) return text;
  }
  return shortened(parts.length === 1 ? parts[0]! : `${parts[0]!}; and ${parts.length - 1} more`, length);
}

/** Cuts a text after a word. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length - 1);
  const end = cut.lastIndexOf(" ");
  return `${(end > length / 2 ? cut.slice(0, end) : cut).replace(/[\s,;:]+$/, "")}…`;
}
