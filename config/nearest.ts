/** "Did you mean": the known words that a misspelt one is closest to. */

/** Letters to insert, delete or exchange to get from one word to the other (Levenshtein), whatever their case. */
export function distance(from: string, to: string): number {
  const a = from.toLowerCase();
  const b = to.toLowerCase();
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(exchanged, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
  }
  return row[b.length] ?? 0;
}

/** At most `count` known words that hold `word`, or differ from it in no more than a third of their letters, closest first. */
export function nearest(word: string, known: readonly string[], count = 3): string[] {
  const rated = known.map((candidate) => ({ candidate, away: distance(word, candidate) }));
  const holds = (candidate: string) => word.length >= 4 && candidate.toLowerCase().includes(word.toLowerCase());
  const close = rated.filter(({ candidate, away }) => away <= Math.max(1, Math.floor(candidate.length / 3)) || holds(candidate));
  return close
    .sort((a, b) => a.away - b.away)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** `Did you mean "weight"?`, or undefined when nothing is close. */
export function didYouMean(word: string, known: readonly string[], count = 1): string | undefined {
  const words = nearest(word, known, count).map((candidate) => `"${candidate}"`);
  return words.length === 0 ? undefined : `Did you mean ${words.join(" or ")}?`;
}
