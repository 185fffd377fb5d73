/** What Azure says of an endpoint and its deployments now, whatever the state of the stack remembers. */
import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import type { EndpointReference } from "../endpoint/onlineEndpoint";

/** Path parameters of an endpoint. */
export interface EndpointAddress {
  readonly resourceGroupName: string;
  readonly workspaceName: string;
  readonly endpointName: string;
}

export type Shares = Readonly<Record<string, number>>;

export interface LiveEndpoint {
  readonly authMode: string;
  /** Scheme and host. */
  readonly origin: string;
  /** Percent by deployment name. */
  readonly traffic: Shares;
  readonly mirrorTraffic: Shares;
}

/** Resolves when the endpoint's names are known, which is at once where it exists. */
export function addressOf({ workspace, name }: EndpointReference): pulumi.Output<EndpointAddress> {
  return pulumi.output({
    resourceGroupName: workspace.resourceGroupName,
    workspaceName: workspace.name,
    endpointName: name,
  });
}

/** The endpoint, or undefined when there is none. */
export async function liveEndpoint(address: EndpointAddress): Promise<LiveEndpoint | undefined> {
  const found = await unlessMissing(machinelearningservices.getOnlineEndpoint(address, { async: true }));
  if (found === undefined) return undefined;
  const { authMode, scoringUri, traffic = {}, mirrorTraffic = {} } = found.properties;
  return { authMode, origin: new URL(scoringUri).origin, traffic, mirrorTraffic };
}

export interface LiveDeployment {
  readonly state: string;
  readonly instances: number | undefined;
  /** Requests that one instance takes at once. */
  readonly concurrency: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** A deployment, or undefined when there is none of that name. */
export async function liveDeployment(address: EndpointAddress, deploymentName: string): Promise<LiveDeployment | undefined> {
  const found = await unlessMissing(machinelearningservices.getOnlineDeployment({ ...address, deploymentName }, { async: true }));
  if (found === undefined) return undefined;
  const { provisioningState: state, requestSettings } = found.properties;
  // Azure's own number where none was given. Source: ARM schema of onlineEndpoints/deployments.
  return {
    state,
    instances: found.sku?.capacity,
    concurrency: requestSettings?.maxConcurrentRequestsPerInstance ?? 1,
    tags: found.tags ?? {},
  };
}

/** What an invoke yields, or undefined when the resource it asks for doesn't exist. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (/NotFound|not found|\b404\b/i.test(String(error))) return undefined;
    throw error;
  }
}
