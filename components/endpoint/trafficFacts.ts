/** What one write of traffic differs from another by. */
import type { Shares } from "../live";

/** The inputs of `Traffic`. */
export interface TrafficFacts {
  /** Percent by deployment name. */
  readonly traffic?: Shares;
  readonly mirrorTraffic?: Shares;
  /** When Azure made each deployment. */
  readonly createdAt?: Readonly<Record<string, string>>;
  /** Hash over what each deployment is made of: one that is changed in place keeps its name. */
  readonly recipes?: Readonly<Record<string, string>>;
  /** How callers prove who they are. */
  readonly authMode?: string;
}

/** The part of a write's inputs that holds these facts. */
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
