/** The only endpoint in Azure, in the form that the watch requires. */
import type { Seen, SeenDeployment } from "../planner/rollout/watch";

const endpointType = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints";

interface Endpoint {
  readonly id: string;
  readonly properties: { readonly traffic?: Record<string, number>; readonly mirrorTraffic?: Record<string, number> };
}

interface Deployment {
  readonly name: string;
  readonly sku: { readonly capacity: number };
  readonly properties: {
    readonly provisioningState: string;
    readonly requestSettings: { readonly maxConcurrentRequestsPerInstance: number };
  };
}

/** @param list Returns all resources of a type, as in a GET response. */
export function seenEndpoint(list: (type: string) => unknown[]): Seen & { readonly id?: string } {
  const [endpoint] = list(endpointType) as Endpoint[];
  const { traffic = {}, mirrorTraffic = {} } = endpoint?.properties ?? {};
  const deployments = (list(`${endpointType}/deployments`) as Deployment[]).map((one) => [one.name, seenDeployment(one)] as const);
  return { traffic, mirrorTraffic, deployments: new Map(deployments), ...(endpoint === undefined ? {} : { id: endpoint.id }) };
}

function seenDeployment({ sku, properties }: Deployment): SeenDeployment {
  const { provisioningState: state, requestSettings } = properties;
  return { instances: sku.capacity, concurrency: requestSettings.maxConcurrentRequestsPerInstance, state };
}
