/** Online endpoints and deployments in requests: type names and bodies. */
import type { JsonObject } from "../json";
import type { Resource } from "../model";

export const ENDPOINT = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints";
export const DEPLOYMENT = `${ENDPOINT}/deployments`;

interface EndpointProperties {
  readonly authMode: string;
  readonly traffic?: Readonly<Record<string, number>>;
  readonly mirrorTraffic?: Readonly<Record<string, number>>;
  readonly publicNetworkAccess?: string;
  readonly keys?: { readonly primaryKey?: string; readonly secondaryKey?: string };
  readonly properties?: Readonly<Record<string, string>>;
}

export interface DeploymentProperties {
  readonly endpointComputeType?: string;
  readonly instanceType: string;
  readonly environmentId?: string;
  readonly model?: string;
  readonly modelMountPath?: string;
  readonly codeConfiguration?: { readonly codeId?: string };
  readonly environmentVariables?: Readonly<Record<string, string>>;
  readonly egressPublicNetworkAccess?: string;
  readonly requestSettings?: {
    readonly requestTimeout?: string;
    readonly maxQueueWait?: string;
    readonly maxConcurrentRequestsPerInstance?: number;
  };
  readonly scaleSettings?: { readonly scaleType?: string };
  readonly livenessProbe?: JsonObject;
  readonly readinessProbe?: JsonObject;
  readonly startupProbe?: JsonObject;
  readonly dataCollector?: { readonly collections?: Readonly<Record<string, { readonly dataCollectionMode?: string }>> };
  readonly properties?: Readonly<Record<string, string>>;
}

export function endpointProperties(endpoint: { readonly body: { properties?: unknown } }): EndpointProperties {
  return endpoint.body.properties as EndpointProperties;
}

export function deploymentProperties(deployment: { readonly body: { properties?: unknown } }): DeploymentProperties {
  return deployment.body.properties as DeploymentProperties;
}

/** Whether a deployment was ever provisioned. A later update that fails doesn't change its instances. */
export function wasProvisioned({ facts }: Resource): boolean {
  return facts.hasServed === true;
}
