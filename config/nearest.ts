/** Suggestions for misspelled words ("Did you mean ...?"). */

/** Levenshtein distance between two words, case-insensitive. */
export function distance(from: string, to: string): number {
  return boundedDistance(from.toLowerCase(), to.toLowerCase(), Number.POSITIVE_INFINITY);
}

/** The distance between two words, or infinity if it is greater than `most`, which limits the work. */
function boundedDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return Number.POSITIVE_INFINITY;
  let above = new Uint32Array(b.length + 1);
  for (let column = 0; column <= b.length; column++) above[column] = column;
  let row = new Uint32Array(b.length + 1);
  for (let i = 1; i <= a.length; i++) {
    row[0] = i;
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const exchanged = above[j - 1]! + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1);
      const letters = Math.min(exchanged, above[j]! + 1, row[j - 1]! + 1);
      row[j] = letters;
      if (letters < least) least = letters;
    }
    if (least > most) return Number.POSITIVE_INFINITY;
    [above, row] = [row, above];
  }
  return above[b.length]!;
}

/** At most `count` known words that contain `word` or differ from it in at most a third of their letters, closest first. */
export function nearest(word: string, known: readonly string[], count = 3): string[] {
  const lower = word.toLowerCase();
  const rated = known.flatMap((candidate) => {
    const lowerCandidate = candidate.toLowerCase();
    const holds = lower.length >= 4 && lowerCandidate.includes(lower);
    const most = holds ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(candidate.length / 3));
    const away = boundedDistance(lower, lowerCandidate, most);
    return Number.isFinite(away) ? [{ candidate, away }] : [];
  });
  return rated
    .sort((a, b) => a.away - b.away)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** Maximum number of suggestions per kind of error. They take time to find, and a report shows no more. */
export const mostSuggestions = 50;

/** For example `Did you mean "weight"?`; undefined if no known word is close. */
export function didYouMean(word: string, known: readonly string[], count = 1): string | undefined {
  const words = nearest(word, known, count).map((candidate) => `"${candidate}"`);
  return words.length === 0 ? undefined : `Did you mean ${words.join(" or ")}?`;
}
