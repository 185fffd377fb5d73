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
