/** Where two locks differ, value by value, in words for a person. */
import { type Difference, decisionDifferences, valueDifferences } from "../../config/decisionDifferences";
import { type Lock, type LockEntry, lockEntry } from "../../config/lockFile";

/** Everything in which `next` differs from `before`, except who made it; each place begins with its deployment, for instance `chat/main`. */
export function lockDifferences(before: Lock | undefined, next: Lock): Difference[] {
  const labels = new Set([...deploymentsOf(before), ...deploymentsOf(next)]);
  const place = before === undefined ? [] : at("lock", valueDifferences({ location: before.location }, { location: next.location }));
  return [...place, ...[...labels].flatMap((name) => entryDifferences(name, entryOf(before, name), entryOf(next, name)))];
}

/** Differences as lines: each with the reason for the new value, which is said once where several values of a deployment have it. */
export function differenceLines(differences: readonly Difference[]): string[] {
  const said = new Set<string>();
  return differences.flatMap(({ where, from, to, because }) => {
    const line = `${where}: ${from} → ${to}`;
    const reason = `${where.split(" ")[0]} ${because}`;
    if (because === undefined || said.has(reason)) return [line];
    said.add(reason);
    return [line, `  because ${because}`];
  });
}

function entryDifferences(name: string, before: LockEntry | undefined, next: LockEntry | undefined): Difference[] {
  if (before === undefined) return [{ where: name, from: "nothing", to: next!.current.name }];
  if (next === undefined) return [{ where: name, from: before.current.name, to: "nothing" }];
  const decided = decisionDifferences(before.current, next.current);
  const said = decided.flatMap(({ because, wasBecause }) => [because, wasBecause]);
  const [was, is] = [before, next].map(({ current }) => current.reasons.filter((reason) => !said.includes(reason)));
  return [
    ...at(`${name} wish`, valueDifferences(before.wish, next.wish)),
    ...at(name, decided),
    ...at(name, reasonDifferences(was!, is!)),
    ...at(name, valueDifferences({ previous: before.previous?.name }, { previous: next.previous?.name })),
  ];
}

function at(place: string, differences: readonly Difference[]): Difference[] {
  return differences.map((difference) => ({ ...difference, where: `${place} ${difference.where}` }));
}

/** Reasons without a partner: what was said before and isn't any more, beside what is said now. */
function reasonDifferences(before: readonly string[], next: readonly string[]): Difference[] {
  const gone = before.filter((reason) => !next.includes(reason));
  const come = next.filter((reason) => !before.includes(reason));
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, i) => ({
    where: "reason",
    from: gone[i] ?? "nothing",
    to: come[i] ?? "nothing",
  }));
}

function deploymentsOf(lock: Lock | undefined): string[] {
  return Object.entries(lock?.endpoints ?? {}).flatMap(([key, labels]) => Object.keys(labels).map((label) => `${key}/${label}`));
}

function entryOf(lock: Lock | undefined, name: string): LockEntry | undefined {
  const [key, label] = name.split("/") as [string, string];
  return lock && lockEntry(lock, key, label);
}
