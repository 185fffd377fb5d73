import type { DeploymentView, EndpointView } from "./directory";
import type { Refusal } from "./refusal";

/**
 * States in which a deployment serves. Updating and Scaling are in: an update in place replaces 20 % of the instances at a time
 * (Azure docs, how-to-deploy-online-endpoints), so the others go on answering.
 */
const servingStates: ReadonlySet<string> = new Set(["Succeeded", "Updating", "Scaling"]);

/** One whose update has failed goes on with the instances that it had; that Azure does so is inferred. */
function serves({ state, updated }: DeploymentView): boolean {
  return servingStates.has(state) || (state === "Failed" && updated);
}

export interface Choice {
  readonly deployment: DeploymentView;
  /** A second deployment that gets a copy of the request and whose answer is dropped. */
  readonly mirror?: DeploymentView;
}

/**
 * Which deployment answers. The header `azureml-model-deployment` decides regardless of weight, and is not mirrored
 * (Azure docs, how-to-safely-rollout-online-endpoints); otherwise the weights do, among deployments that serve.
 *
 * @param random a number in [0, 1); called once for the weights and once for the mirror
 */
export function choose(endpoint: EndpointView, header: string | undefined, random: () => number): Choice | Refusal {
  const serving = endpoint.deployments.filter(serves);
  if (header !== undefined) {
    const deployment = serving.find(({ name }) => name === header);
    return deployment ? { deployment } : notFound(`Endpoint ${endpoint.name} has no deployment ${header} that serves.`);
  }
  const deployment = pickByWeight(serving, (candidate) => endpoint.traffic[candidate.name] ?? 0, random());
  if (!deployment) return notFound(`Endpoint ${endpoint.name} has no deployment with positive weight that serves; give one traffic.`);
  const draw = random() * 100;
  const mirror = serving.find(({ name }) => draw < (endpoint.mirrorTraffic[name] ?? 0));
  return mirror ? { deployment, mirror } : { deployment };
}

/** One of `items`, each as likely as its weight is of the sum; none when no weight is positive. `draw` is in [0, 1). */
export function pickByWeight<T>(items: readonly T[], weightOf: (item: T) => number, draw: number): T | undefined {
  const weighted = items.filter((item) => weightOf(item) > 0);
  let left = draw * weighted.reduce((sum, item) => sum + weightOf(item), 0);
  const picked = weighted.find((item) => {
    left -= weightOf(item);
    return left < 0;
  });
  // A draw just below 1 can round up to the whole sum.
  return picked ?? weighted.at(-1);
}

function notFound(message: string): Refusal {
  return { status: 404, code: "no_valid_deployment", message };
}
