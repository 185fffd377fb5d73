/** Lists the differences between two lock files, value by value, for a report. */
import { type Difference, decisionDifferences, valueDifferences } from "../../config/decisionDifferences";
import { type Lock, type LockEntry, lockEntry } from "../../config/lockFile";
import { shortDigests, shortPair, showPair } from "../../config/shortDigests";

/** All differences except `madeBy`. Each location starts with the deployment, for example `chat/main`. */
export function lockDifferences(before: Lock | undefined, next: Lock): Difference[] {
  const labels = new Set([...deploymentsOf(before), ...deploymentsOf(next)]);
  const place = before === undefined ? [] : at("lock", valueDifferences({ location: before.location }, { location: next.location }));
  return [
    ...place,
    ...[...labels].flatMap((name) => entryDifferences(name, entryOf(before, name), entryOf(next, name))),
    ...at(
      "manifests",
      valueDifferences(listSizes(before), listSizes(next), (from = "none", to = "none") => [String(from), String(to)]),
    ),
    ...at(
      "models",
      valueDifferences(weightSizes(before), weightSizes(next), (from = "none", to = "none") => [String(from), String(to)]),
    ),
  ];
}

/** The lists of staged files, described by their sizes. The hash of a list identifies its contents. */
function listSizes(lock: Lock | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(lock?.manifests ?? {}).map(([digest, files]) => [
      shortDigests(digest),
      files.length === 1 ? "1 file" : `${files.length} files`,
    ]),
  );
}

/** The models that were read from the Hub, described by the size of their weights. */
function weightSizes(lock: Lock | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(lock?.models ?? {}).map(([key, { weightBytes }]) => [key, `${(weightBytes / 2 ** 30).toFixed(2)} GiB of weights`]),
  );
}

/** Formats differences as lines, each with the reason for the new value. A reason for several values of a deployment is printed once. */
export function differenceLines(differences: readonly Difference[]): string[] {
  const printed = new Set<string>();
  return differences.flatMap(({ where, from, to, because }) => {
    const line = `${where}: ${from} → ${to}`;
    const reason = `${where.split(" ")[0]} ${because}`;
    if (because === undefined || printed.has(reason)) return [line];
    printed.add(reason);
    return [line, `  reason: ${because}`];
  });
}

function entryDifferences(name: string, before: LockEntry | undefined, next: LockEntry | undefined): Difference[] {
  if (before === undefined) return [{ where: name, from: "none", to: next!.current.name }];
  if (next === undefined) return [{ where: name, from: before.current.name, to: "none" }];
  const decided = decisionDifferences(before.current, next.current);
  const reported = decided.flatMap(({ because, wasBecause }) => [because, wasBecause]);
  const [was, is] = [before, next].map(({ current }) => current.reasons.filter((reason) => !reported.includes(reason)));
  return [
    ...at(`${name} requirement`, valueDifferences(before.wish, next.wish, showPair)),
    ...at(name, decided.map(withShortDigests)),
    ...at(name, reasonDifferences(was!, is!)),
    ...at(name, valueDifferences({ previous: before.previous?.name }, { previous: next.previous?.name })),
  ];
}

function withShortDigests(difference: Difference): Difference {
  const [from, to] = shortPair(difference.from, difference.to);
  return { ...difference, from, to };
}

function at(place: string, differences: readonly Difference[]): Difference[] {
  return differences.map((difference) => ({ ...difference, where: `${place} ${difference.where}` }));
}

/** Pairs reasons that were removed with reasons that were added. */
function reasonDifferences(before: readonly string[], next: readonly string[]): Difference[] {
  const removed = before.filter((reason) => !next.includes(reason));
  const added = next.filter((reason) => !before.includes(reason));
  return Array.from({ length: Math.max(removed.length, added.length) }, (_, i) => ({
    where: "reason",
    from: removed[i] ?? "none",
    to: added[i] ?? "none",
  }));
}

function deploymentsOf(lock: Lock | undefined): string[] {
  return Object.entries(lock?.endpoints ?? {}).flatMap(([key, labels]) => Object.keys(labels).map((label) => `${key}/${label}`));
}

function entryOf(lock: Lock | undefined, name: string): LockEntry | undefined {
  const [key, label] = name.split("/") as [string, string];
  return lock && lockEntry(lock, key, label);
}
