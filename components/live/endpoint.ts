/** What Azure says of an endpoint and its deployments now, whatever the state of the stack remembers. */
import type { ArmClient } from "../../azure/arm";
import { defaultRequestSettings } from "../../azure/scoring";

/** Percent by deployment name. */
export type Shares = Readonly<Record<string, number>>;

export interface LiveEndpoint {
  readonly authMode: string;
  /** Scheme and host. */
  readonly origin: string;
  readonly traffic: Shares;
  readonly mirrorTraffic: Shares;
}

interface EndpointBody {
  readonly properties: {
    readonly authMode: string;
    readonly scoringUri: string;
    readonly traffic?: Shares;
    readonly mirrorTraffic?: Shares;
  };
}

/**
 * The endpoint with this ARM id, or undefined when there is none.
 * @throws ArmError when Azure doesn't say whether there is one
 */
export async function liveEndpoint(azure: ArmClient, id: string): Promise<LiveEndpoint | undefined> {
  const body = await azure.find<EndpointBody>(id);
  if (body === undefined) return undefined;
  const { authMode, scoringUri, traffic = {}, mirrorTraffic = {} } = body.properties;
  return { authMode, origin: new URL(scoringUri).origin, traffic, mirrorTraffic };
}

/** An endpoint as a list has it. */
export interface ListedEndpoint {
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly traffic: Shares;
}

/**
 * All endpoints of a workspace; none when there is no such workspace.
 * @throws ArmError when Azure doesn't list them
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
  /** Concurrent requests that one instance takes. */
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

/** ARM id of a deployment of an endpoint. */
export function deploymentId(endpointId: string, deploymentName: string): string {
  return `${endpointId}/deployments/${deploymentName}`;
}

/**
 * A deployment of the endpoint with this ARM id, or undefined when there is none of that name.
 * @throws ArmError when Azure doesn't say whether there is one
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
