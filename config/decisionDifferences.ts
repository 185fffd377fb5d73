/** Where two decisions differ, value by value, in words for a person. */
import type { DeploymentDecision } from "../planner/decision";
import { show } from "./mistakes";

/** One value that differs. */
export interface Difference {
  /** For instance `requestSettings.requestTimeout` or `--max-num-seqs`. */
  readonly where: string;
  readonly from: string;
  readonly to: string;
  /** Why the value is what it is now, and was before. Absent where no reason of the decision is about it. */
  readonly because?: string;
  readonly wasBecause?: string;
}

type Values = Readonly<Record<string, unknown>>;

/** Values by their names that are not the same in both. */
export function valueDifferences(before: Values, next: Values): Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(next)])];
  const differing = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(next[key]));
  return differing.map((key) => ({ where: key, from: show(before[key]), to: show(next[key]) }));
}

/** Where `next` differs from `before`, each with the reason that `next` gives for it. */
export function decisionDifferences(before: DeploymentDecision, next: DeploymentDecision): Difference[] {
  // A lock that was made before it held what clients are told is no different: nothing that runs depends on it.
  const { clients: _, ...rest } = next;
  const after = before.clients === undefined ? rest : next;
  return valueDifferences(flat(before), flat(after)).map((difference) => {
    const [because, wasBecause] = [next, before].map(({ reasons }) => reasonFor(difference.where, reasons));
    return because === undefined ? difference : { ...difference, because, wasBecause };
  });
}

/** Which reason is about which value: the planner words them, and a value without one is only named. */
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

/** A decision's values by their paths; flags by their names. */
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
