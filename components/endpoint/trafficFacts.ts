/** The values that distinguish one traffic update from another. */
import type { TrafficWeights } from "../live";

/** The inputs of `Traffic`. */
export interface TrafficFacts {
  /** Traffic weights, in percent, by deployment name. */
  readonly traffic?: TrafficWeights;
  /** Mirrored traffic, in percent, by deployment name. */
  readonly mirrorTraffic?: TrafficWeights;
  /** Creation times of the deployments, ISO 8601, by name. */
  readonly createdAt?: Readonly<Record<string, string>>;
  /** Hashes of the deployments' decisions, by name. A deployment that is updated in place keeps its name, but not its hash. */
  readonly recipes?: Readonly<Record<string, string>>;
  /** Azure's authentication mode. */
  readonly authMode?: string;
}

/** The inputs of a write that contain these values. */
export interface WriteInputs {
  readonly properties?: {
    readonly template?: {
      readonly metadata?: { readonly deployments?: Pick<TrafficFacts, "createdAt" | "recipes"> };
      readonly resources?: readonly { readonly properties?: Pick<TrafficFacts, "traffic" | "mirrorTraffic" | "authMode"> }[];
    };
  };
}

export function factsOf(inputs: WriteInputs | undefined): TrafficFacts {
  const { metadata, resources = [] } = inputs?.properties?.template ?? {};
  return { ...metadata?.deployments, ...resources[0]?.properties };
}
