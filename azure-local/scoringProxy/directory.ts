/**
 * What the scoring proxy must know about endpoints, and nothing about where it comes from: `armDirectory` reads it from ARM by REST,
 * a test hands over plain objects.
 */

import type { Pattern } from "./pattern";

export type AuthMode = "Key" | "AMLToken" | "AADToken";

/** Where a container answers. `/` as scoring path makes every path of the container reachable. */
export interface Route {
  readonly path: string;
  readonly port: number;
}

/** A probe of a deployment. Times in seconds. */
export interface Probe extends Route {
  /** From the container's start to the first try. */
  readonly initialDelay: number;
  readonly period: number;
  readonly timeout: number;
  /** Failed tries in a row after which a container is out of rotation (readiness) or restarted (liveness). */
  readonly failureThreshold: number;
}

export interface DeploymentView {
  readonly name: string;
  /** ARM's `provisioningState`. */
  readonly state: string;
  /** Whether it was written again after its creation, which Azure takes only of one that has once been provisioned. */
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
  /** Milliseconds since 1970; undefined: long ago. */
  readonly createdAt?: number;
  /** What kind of server stands in for the container where none is given. */
  readonly pattern: Pattern;
  /** With `vllm`: the model names that requests may carry; the first is the one in answers. */
  readonly models: readonly string[];
}

export interface EndpointView {
  readonly name: string;
  readonly region: string;
  readonly authMode: AuthMode;
  /** With authMode Key its keys, with AMLToken the endpoint tokens that ARM gave out: each opens the endpoint. */
  readonly keys: readonly string[];
  /** With AMLToken and AADToken: the shared secret with which the local issuer signs tokens (HS256). */
  readonly tokenSecret?: string;
  /** With AADToken: object ids of users, applications and groups that hold `onlineEndpoints/score/action` on the endpoint. */
  readonly scorers: readonly string[];
  /** Whole percentages by deployment name. */
  readonly traffic: Readonly<Record<string, number>>;
  readonly mirrorTraffic: Readonly<Record<string, number>>;
  readonly deployments: readonly DeploymentView[];
}

export interface Directory {
  /** The endpoint of this name, in this region when the caller's address says one. Rejects if the source can't be asked. */
  find(endpointName: string, region?: string): Promise<EndpointView | undefined>;
}
