/** Checks by the exact values of resources, in texts without their secrets. */
import { type Check, type Contract, codes, type RuleResource, review } from "../../rules";

/** A resource of ARM. */
export interface Reviewed {
  readonly exact: RuleResource;
  /** Without the values of secrets. The same object as `exact` if it has none. */
  readonly shown: RuleResource;
}

/**
 * Checks resources against the contract. A property that is a secret, or whose object contains one, is checked like any other, but the texts don't
 * contain its value. Only whether a value is a secret is decided without its value.
 * @param only Resources that are checked; the others are looked up by them.
 * @param isComplete Whether these are all resources of the stack.
 */
export function evaluate(resources: readonly Reviewed[], contract: Contract, only: readonly Reviewed[], isComplete: boolean): Check[] {
  const run = (form: keyof Reviewed) => {
    const [all, chosen] = [resources, only].map((list) => list.map((one) => one[form])) as [RuleResource[], RuleResource[]];
    return review(chosen, contract, all, isComplete);
  };
  const exact = run("exact");
  if (resources.every(isWithoutSecrets)) return exact;
  const shown = run("shown");
  const isAboutSecrecy = ({ code }: Check) => code === "MOOR469";
  const others = exact.filter((check) => !isAboutSecrecy(check));
  return [...worded(others, shown, resources), ...shown.filter(isAboutSecrecy)];
}

/** Whether no value of the resource is a secret. */
export function isWithoutSecrets({ exact, shown }: Reviewed): boolean {
  return exact === shown;
}

/**
 * Replaces the texts of checks by those of the same checks without secrets.
 * @param shown The checks of the same rules, without the values of secrets.
 */
export function worded(exact: readonly Check[], shown: readonly Check[], resources: readonly Reviewed[]): Check[] {
  const shownOf = new Map(resources.map((one) => [one.exact, one.shown]));
  return exact.map((check) => {
    const { code, property, outcome } = check;
    const resource = shownOf.get(check.resource)!;
    const twin = shown.find((one) => one.resource === resource && one.code === code && one.property === property);
    if (twin?.outcome === outcome) return twin;
    const hidden = `The value of \`${property}\` isn't allowed. It isn't shown, because its object contains a secret.`;
    return {
      ...{ code, property, outcome, resource },
      value: "a secret",
      problem: outcome === "holds" ? "" : hidden,
      allowed: twin?.allowed ?? "the values that the fix names",
      remedy: codes[code].remedy,
    };
  });
}
