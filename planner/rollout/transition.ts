/** What may follow on what: rules that need the traffic of the run before. Rules within one stack file are the configuration's. */
import { sumOfWeights } from "../traffic";

/** Percent by deployment name. */
type Shares = Readonly<Record<string, number>>;

/** The label in a deployment's name: all but the hash. */
export function labelOf(deploymentName: string): string {
  return deploymentName.replace(/-[0-9a-f]{8}$/, "");
}

/**
 * Why a write of traffic must not follow on the one before, in one sentence with the remedy; undefined when it may.
 * @param before Weights of the last write; empty when there was none.
 * @param names Names of all deployments that the stack has now, also of those without weight.
 */
export function transitionRefusal(endpoint: string, before: Shares, after: Shares, names: readonly string[]): string | undefined {
  const labels = new Set(names.map(labelOf));
  const removed = Object.entries(before).find(([name, weight]) => weight > 0 && !labels.has(labelOf(name)));
  if (removed !== undefined) {
    const [label, weight] = [labelOf(removed[0]), removed[1]];
    return (
      `Deployment ${endpoint}/${label} is gone from the stack but has ${weight} % of the requests: keep it with weight 0 beside its ` +
      "successor, run `pulumi up`, and remove it then. A label is renamed the same way."
    );
  }
  const [was, is] = [before, after].map((shares) => sumOfWeights(Object.values(shares).map((weight) => ({ weight }))));
  if (was === 100 && is === 0) {
    return (
      `Endpoint ${endpoint} has served and would serve nobody: every request would get 404. Give its deployments weights that sum to 100, ` +
      "or remove the endpoint from the stack."
    );
  }
  return undefined;
}

/** What a reviewer must know of a write of traffic; undefined when no share changes. */
export function transitionSentence(endpoint: string, before: Shares, after: Shares, names: readonly string[]): string | undefined {
  if (sharesText(before) === sharesText(after)) return undefined;
  const gone = Object.keys(before).filter((name) => !names.includes(name));
  const idle = names.filter((name) => !after[name]);
  const rest = [
    ...(idle.length > 0 ? [`${idle.join(", ")} ${idle.length === 1 ? "stays" : "stay"} at 0 %`] : []),
    ...(gone.length > 0 ? [`${gone.join(", ")} ${gone.length === 1 ? "is" : "are"} deleted after the last requests`] : []),
  ];
  return `${[`${endpoint}: requests go from ${sharesText(before)} to ${sharesText(after)}`, ...rest].join("; ")}.`;
}

/** `main-8c1f02ab 90 %, next-01d00000 10 %`, or `nobody`. */
export function sharesText(shares: Shares): string {
  const serving = Object.entries(shares).filter(([, weight]) => weight > 0);
  serving.sort(([a], [b]) => (a < b ? -1 : 1));
  return serving.map(([name, weight]) => `${name} ${weight} %`).join(", ") || "nobody";
}
