/** Lists the differences between two decisions, value by value, for a report. */
import type { DeploymentDecision } from "../planner/decision";
import { show } from "./errors";

/** One value that differs. */
export interface Difference {
  /** Name of the value, for example `requestSettings.requestTimeout` or `--max-num-seqs`. */
  readonly where: string;
  readonly from: string;
  readonly to: string;
  /** Reasons for the new value and for the old value. Absent if the decision gives no reason for the value. */
  readonly because?: string;
  readonly wasBecause?: string;
}

type Values = Readonly<Record<string, unknown>>;

type ShowPair = (from: unknown, to: unknown) => readonly [from: string, to: string];

/**
 * The values that differ, by name.
 * @param pair Texts of two values. @default - `show` for each
 */
export function valueDifferences(before: Values, next: Values, pair: ShowPair = (from, to) => [show(from), show(to)]): Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(next)])];
  const differing = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(next[key]));
  return differing.map((key) => {
    const [from, to] = pair(before[key], next[key]);
    return { where: key, from, to };
  });
}

/** The differences between `before` and `next`, each with the reason that `next` gives. */
export function decisionDifferences(before: DeploymentDecision, next: DeploymentDecision): Difference[] {
  // Older lock files have no `clients`. This is not a difference, because no deployment depends on it.
  const { clients: _, ...rest } = next;
  const after = before.clients === undefined ? rest : next;
  return valueDifferences(flat(before), flat(after)).map((difference) => {
    const [because, wasBecause] = [next, before].map(({ reasons }) => reasonFor(difference.where, reasons));
    return because === undefined ? difference : { ...difference, because, wasBecause };
  });
}

/** Assigns reasons, which the planner words, to values. A value without a reason is listed without one. */
const subjects: readonly { readonly value: RegExp; readonly reason: RegExp }[] = [
  {
    value: /^(instanceType|tensorParallelSize|usdPerHour|--tensor-parallel-size)$/,
    // The first alternative is the wording of earlier lock files.
    reason: / an hour by list price$| per hour \(list price\)$|: set in the stack file$/,
  },
  { value: /^requestSettings\.requestTimeout$/, reason: /^requestTimeout / },
  { value: /^(requestSettings\.maxConcurrentRequestsPerInstance|--max-num-seqs)$/, reason: /^maxConcurrentRequestsPerInstance / },
  { value: /^(probes\.|environmentVariables\.VLLM_ENGINE_READY_TIMEOUT_S$)/, reason: /^start: / },
  { value: /^clients\./, reason: /^clients: / },
  { value: /^scaleRule\.\w+Minutes$/, reason: /^(scaleOutWindow|scaleInWindow|cooldown)Minutes / },
  { value: /^scaleRule\./, reason: /^scale: |^requestTimeout .* (a|per) token/ },
];

function reasonFor(value: string, reasons: readonly string[]): string | undefined {
  const subject = subjects.find((one) => one.value.test(value));
  return subject && reasons.find((reason) => subject.reason.test(reason));
}

/** The values of a decision by path, and its flags by name. */
function flat({ flags = [], reasons: _, ...decision }: DeploymentDecision): Values {
  return { ...leaves(decision), ...byName(flags) };
}

function leaves(value: object, path = ""): Values {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.entries(leaves(inner, `${path}${key}.`))
        : [[`${path}${key}`, inner]],
    ),
  );
}

function byName(flags: readonly string[]): Values {
  const names = flags.flatMap((flag, i) => (flag.startsWith("--") ? [{ flag, value: flags[i + 1] }] : []));
  return Object.fromEntries(names.map(({ flag, value }) => [flag, value === undefined || value.startsWith("--") ? true : value]));
}
