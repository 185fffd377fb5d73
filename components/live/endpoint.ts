/** The current endpoint and deployments in Azure, independent of the state of the stack. */
import type { ArmClient } from "../../azure/arm";
import { defaultRequestSettings } from "../../azure/scoring";

/** Traffic weights, in percent, by deployment name. */
export type TrafficWeights = Readonly<Record<string, number>>;

export interface LiveEndpoint {
  readonly authMode: string;
  /** Scheme and host. */
  readonly origin: string;
  readonly traffic: TrafficWeights;
  readonly mirrorTraffic: TrafficWeights;
}

interface EndpointBody {
  readonly properties: {
    readonly authMode: string;
    readonly scoringUri: string;
    readonly traffic?: TrafficWeights;
    readonly mirrorTraffic?: TrafficWeights;
  };
}

/**
 * Returns the endpoint with this ARM ID, or undefined if it doesn't exist.
 * @throws ArmError if it can't be read
 */
export async function liveEndpoint(azure: ArmClient, id: string): Promise<LiveEndpoint | undefined> {
  const body = await azure.find<EndpointBody>(id);
  if (body === undefined) return undefined;
  const { authMode, scoringUri, traffic = {}, mirrorTraffic = {} } = body.properties;
  return { authMode, origin: new URL(scoringUri).origin, traffic, mirrorTraffic };
}

/** An endpoint in Azure's list. */
export interface ListedEndpoint {
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly traffic: TrafficWeights;
}

/**
 * Returns all endpoints of a workspace. Returns none if the workspace doesn't exist.
 * @throws ArmError if they can't be listed
 */
export async function listEndpoints(azure: ArmClient, workspaceId: string): Promise<ListedEndpoint[]> {
  type Listed = { readonly id: string; readonly name: string; readonly tags?: ListedEndpoint["tags"] } & Pick<EndpointBody, "properties">;
  const listed = await azure.list<Listed>(`${workspaceId}/onlineEndpoints`);
  return listed.map(({ id, name, tags = {}, properties: { traffic = {} } }) => ({ id, name, tags, traffic }));
}

export interface LiveDeployment {
  /** Provisioning state. */
  readonly state: string;
  readonly instances: number | undefined;
  /** Maximum number of concurrent requests per instance. */
  readonly concurrency: number;
  readonly tags: Readonly<Record<string, string>>;
}

interface DeploymentBody {
  readonly sku?: { readonly capacity?: number };
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties: {
    readonly provisioningState: string;
    readonly requestSettings?: { readonly maxConcurrentRequestsPerInstance?: number };
  };
}

/** Returns the ARM ID of a deployment. */
export function deploymentId(endpointId: string, deploymentName: string): string {
  return `${endpointId}/deployments/${deploymentName}`;
}

/**
 * Returns a deployment of the endpoint with this ARM ID, or undefined if it doesn't exist.
 * @throws ArmError if it can't be read
 */
export async function liveDeployment(azure: ArmClient, endpointId: string, deploymentName: string): Promise<LiveDeployment | undefined> {
  const body = await azure.find<DeploymentBody>(deploymentId(endpointId, deploymentName));
  if (body === undefined) return undefined;
  const { provisioningState: state, requestSettings } = body.properties;
  return {
    state,
    instances: body.sku?.capacity,
    concurrency: requestSettings?.maxConcurrentRequestsPerInstance ?? defaultRequestSettings.maxConcurrentRequestsPerInstance,
    tags: body.tags ?? {},
  };
}
