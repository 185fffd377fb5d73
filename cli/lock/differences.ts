/** Where two locks differ, value by value, in words for a person. */
import type { Lock, LockEntry } from "../../config/lockFile";
import { show } from "../../config/mistakes";
import type { DeploymentDecision } from "../../planner/decision";

/** One value that differs. */
export interface Difference {
  /** For instance `chat/main requestSettings.requestTimeout`. */
  readonly where: string;
  readonly from: string;
  readonly to: string;
}

/** Everything in which `next` differs from `before`, except who made it. */
export function lockDifferences(before: Lock | undefined, next: Lock): Difference[] {
  const labels = new Set([...deploymentsOf(before), ...deploymentsOf(next)]);
  const place = before === undefined ? [] : valueDifferences("lock", { location: before.location }, { location: next.location });
  return [...place, ...[...labels].flatMap((name) => entryDifferences(name, entryOf(before, name), entryOf(next, name)))];
}

/** A difference as one line. */
export function differenceLine({ where, from, to }: Difference): string {
  return `${where}: ${from} → ${to}`;
}

function entryDifferences(name: string, before: LockEntry | undefined, next: LockEntry | undefined): Difference[] {
  if (before === undefined) return [{ where: name, from: "nothing", to: next!.current.name }];
  if (next === undefined) return [{ where: name, from: before.current.name, to: "nothing" }];
  return [
    ...valueDifferences(`${name} wish`, before.wish, next.wish),
    ...valueDifferences(name, flat(before.current), flat(next.current)),
    ...reasonDifferences(name, before.current.reasons, next.current.reasons),
    ...valueDifferences(name, { previous: before.previous?.name }, { previous: next.previous?.name }),
  ];
}

/** Reasons without a partner: what was said before and isn't any more, beside what is said now. */
function reasonDifferences(name: string, before: readonly string[], next: readonly string[]): Difference[] {
  const gone = before.filter((reason) => !next.includes(reason));
  const come = next.filter((reason) => !before.includes(reason));
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, i) => ({
    where: `${name} reason`,
    from: gone[i] ?? "nothing",
    to: come[i] ?? "nothing",
  }));
}

type Values = Readonly<Record<string, unknown>>;

function valueDifferences(name: string, before: Values, next: Values): Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(next)])];
  const differing = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(next[key]));
  return differing.map((key) => ({ where: `${name} ${key}`, from: show(before[key]), to: show(next[key]) }));
}

/** A decision's values by their paths; flags by their names. */
function flat({ flags = [], reasons: _, ...decision }: DeploymentDecision): Values {
  return { ...leaves(decision), ...byName(flags) };
}

function leaves(value: object, path = ""): Values {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      typeof inner === "object" && inner !== null ? Object.entries(leaves(inner, `${path}${key}.`)) : [[`${path}${key}`, inner]],
    ),
  );
}

function byName(flags: readonly string[]): Values {
  const names = flags.flatMap((flag, i) => (flag.startsWith("--") ? [{ flag, value: flags[i + 1] }] : []));
  return Object.fromEntries(names.map(({ flag, value }) => [flag, value === undefined || value.startsWith("--") ? true : value]));
}

function deploymentsOf(lock: Lock | undefined): string[] {
  return Object.entries(lock?.endpoints ?? {}).flatMap(([key, labels]) => Object.keys(labels).map((label) => `${key}/${label}`));
}

function entryOf(lock: Lock | undefined, name: string): LockEntry | undefined {
  const [key, label] = name.split("/") as [string, string];
  return lock?.endpoints[key]?.[label];
}
