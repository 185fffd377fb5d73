import type { DeploymentView, EndpointView } from "./directory";
import type { ErrorResponse } from "./errorResponse";

/**
 * States in which a deployment serves. They include Updating and Scaling: an in-place update replaces 20% of the instances at a time
 * (Azure docs, how-to-deploy-online-endpoints), so the other instances continue to answer.
 */
const servingStates: ReadonlySet<string> = new Set(["Succeeded", "Updating", "Scaling"]);

/** A deployment whose update failed continues to serve with its previous instances. This behavior of Azure is inferred. */
function serves({ state, updated }: DeploymentView): boolean {
  return servingStates.has(state) || (state === "Failed" && updated);
}

export interface Choice {
  readonly deployment: DeploymentView;
  /** A second deployment that receives a copy of the request. Its answer is discarded. */
  readonly mirror?: DeploymentView;
}

/**
 * Chooses the deployment that answers. The header `azureml-model-deployment` overrides the traffic weights, and such requests are not
 * mirrored (Azure docs, how-to-safely-rollout-online-endpoints). Otherwise the weights decide among the deployments that serve.
 *
 * @param random a number in [0, 1); called once for the weights and once for the mirror
 */
export function choose(endpoint: EndpointView, header: string | undefined, random: () => number): Choice | ErrorResponse {
  const serving = endpoint.deployments.filter(serves);
  if (header !== undefined) {
    const deployment = serving.find(({ name }) => name === header);
    return deployment ? { deployment } : notFound(`Endpoint ${endpoint.name} has no serving deployment ${header}.`);
  }
  const deployment = pickByWeight(serving, (candidate) => endpoint.traffic[candidate.name] ?? 0, random());
  if (!deployment)
    return notFound(`Endpoint ${endpoint.name} has no serving deployment with a traffic weight above 0. Set a traffic weight.`);
  const draw = random() * 100;
  const mirror = serving.find(({ name }) => draw < (endpoint.mirrorTraffic[name] ?? 0));
  return mirror ? { deployment, mirror } : { deployment };
}

/** Picks an item with a probability proportional to its weight; undefined if no weight is positive. `draw` is in [0, 1). */
export function pickByWeight<T>(items: readonly T[], weightOf: (item: T) => number, draw: number): T | undefined {
  const weighted = items.filter((item) => weightOf(item) > 0);
  let remaining = draw * weighted.reduce((sum, item) => sum + weightOf(item), 0);
  const picked = weighted.find((item) => {
    remaining -= weightOf(item);
    return remaining < 0;
  });
  // A draw just below 1 can be rounded up to the full sum.
  return picked ?? weighted.at(-1);
}

function notFound(message: string): ErrorResponse {
  return { status: 404, code: "no_valid_deployment", message };
}
