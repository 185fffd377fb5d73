/** Divides the characters of a document among its parts, and shortens the parts that need more. */

/** A part that can be shortened. */
export interface Part {
  /** Share of the characters if not all parts fit. The unused share of other parts is added. */
  readonly weight: number;
  /** The part with at most `budget` characters, as much of it as fits. Empty if nothing fits. */
  within(budget: number): string;
}

/** The parts with at most `budget` characters in total. */
export function partsWithin(parts: readonly Part[], budget: number): string[] {
  const whole = parts.map((part) => part.within(Number.POSITIVE_INFINITY));
  let open = parts.map((_, index) => index);
  let left = budget;
  for (;;) {
    const total = open.reduce((sum, index) => sum + parts[index]!.weight, 0);
    const fits = open.filter((index) => whole[index]!.length <= Math.floor((left * parts[index]!.weight) / total));
    if (fits.length === 0) {
      return parts.map((part, index) => (open.includes(index) ? part.within(Math.floor((left * part.weight) / total)) : whole[index]!));
    }
    left -= fits.reduce((sum, index) => sum + whole[index]!.length, 0);
    open = open.filter((index) => !fits.includes(index));
  }
}

/**
 * As many lines as fit, from the first, then a line about the rest. Empty if not even the first one fits.
 * @param head Lines that are always there
 * @param more The line about the `count` lines that are not shown
 */
export function linesWithin(head: readonly string[], lines: readonly string[], more: (count: number) => string, budget: number): string {
  const length = (all: readonly string[]) => all.reduce((sum, one) => sum + one.length + 1, -1);
  if (length([...head, ...lines]) <= budget) return [...head, ...lines].join("\n");
  const longest = more(lines.length).length + 2;
  let left = budget - length(head) - longest;
  const shown: string[] = [];
  for (const line of lines) {
    left -= line.length + 1;
    if (left < 0) break;
    shown.push(line);
  }
  return shown.length === 0 ? "" : [...head, ...shown, "", more(lines.length - shown.length)].join("\n");
}
