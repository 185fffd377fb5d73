/**
 * The data about endpoints that the scoring proxy needs, independent of its source: `armDirectory` reads it from ARM over REST; tests pass
 * plain objects.
 */

import type { Pattern } from "./pattern";

export type AuthMode = "Key" | "AMLToken" | "AADToken";

/** Path and port on which a container answers. With the scoring path `/`, all paths of the container are reachable. */
export interface Route {
  readonly path: string;
  readonly port: number;
}

/** A probe of a deployment. Times in seconds. */
export interface Probe extends Route {
  /** Time from the start of the container to the first attempt. */
  readonly initialDelay: number;
  readonly period: number;
  readonly timeout: number;
  /** Consecutive failures after which a container receives no requests (readiness) or is restarted (liveness). */
  readonly failureThreshold: number;
}

export interface DeploymentView {
  readonly name: string;
  /** ARM's `provisioningState`. */
  readonly state: string;
  /** Whether it was updated after its creation. Azure allows this only after it was provisioned once. */
  readonly updated: boolean;
  readonly instances: number;
  /** Seconds. */
  readonly requestTimeout: number;
  readonly maxConcurrentRequestsPerInstance: number;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly scoring: Route;
  readonly readiness: Probe;
  readonly liveness: Probe;
  /** Seconds from the start of the container until its server listens. */
  readonly startUp: number;
  /** Milliseconds since 1970. Undefined means long ago. */
  readonly createdAt?: number;
  /** The kind of stand-in that answers if no backend is configured. */
  readonly pattern: Pattern;
  /** With `vllm`: the model names that requests can use. Responses contain the first one. */
  readonly models: readonly string[];
}

export interface EndpointView {
  readonly name: string;
  readonly region: string;
  /** Whether callers outside the network are admitted. */
  readonly publicAccess: boolean;
  readonly authMode: AuthMode;
  /** The valid credentials: with authMode Key the keys, with AMLToken the endpoint tokens that ARM issued. */
  readonly keys: readonly string[];
  /** With AMLToken and AADToken: the shared secret with which the local issuer signs tokens (HS256). */
  readonly tokenSecret?: string;
  /** With AADToken: object IDs of users, applications and groups with the action `onlineEndpoints/score/action` on the endpoint. */
  readonly scorers: readonly string[];
  /** Whole percentages by deployment name. */
  readonly traffic: Readonly<Record<string, number>>;
  readonly mirrorTraffic: Readonly<Record<string, number>>;
  readonly deployments: readonly DeploymentView[];
}

export interface Directory {
  /** Finds an endpoint by name, and by region if the caller's address contains one. Rejects if the source is not reachable. */
  find(endpointName: string, region?: string): Promise<EndpointView | undefined>;
}
