/**
 * How long Azure's operations take. Azure guarantees none of these times. Grades: `documented` by Microsoft; `experience`: commonly
 * observed, not documented; `inferred` from other facts.
 */

/** A time in minutes. */
export interface Minutes {
  readonly min: number;
  readonly max: number;
}

export interface Duration extends Minutes {
  readonly source: string;
  readonly grade: "documented" | "experience" | "inferred";
}

export const durationsAsOf = "2026-11-30";

/** Settings of a probe that a deployment omits. Source: Azure docs, reference-yaml-deployment-managed-online. */
export const defaultProbe = { initialDelay: 10, period: 10, failureThreshold: 30 } as const;

export const durations = {
  /** The workspace without its managed network. */
  workspace: { min: 2, max: 5, source: "a few minutes", grade: "experience" },
  managedNetwork: { min: 30, max: 30, source: "Azure docs, how-to-managed-network: about 30 minutes", grade: "documented" },
  /** The firewall of a managed network, which its first outbound rule with a host name creates. */
  firewall: { min: 10, max: 10, source: "Azure docs, how-to-managed-network: about 10 minutes more", grade: "documented" },
  /** An endpoint without deployments. */
  endpoint: { min: 1, max: 2, source: "a minute or two", grade: "experience" },
  /** A deployment until its container starts: machines and the image. The maximum includes the start of a small container. */
  deployment: {
    min: 5,
    max: 15,
    source: "Azure docs, how-to-deploy-online-endpoints: up to about 15 minutes; the minimum is inferred",
    grade: "documented",
  },
  /** The age of role assignments that Moor waits for before it creates a deployment (`rolePropagationSeconds`). */
  rolePropagation: { min: 5, max: 5, source: "a few minutes; Moor waits for 5", grade: "experience" },
  /** A change of weights, including the gate. */
  traffic: { min: 1, max: 5, source: "an update of an endpoint, and a gate of at most 5 minutes", grade: "inferred" },
  /** The deletion of a deployment, or of an endpoint with its deployments. */
  deletion: { min: 2, max: 5, source: "a few minutes", grade: "experience" },
  /** A build or a copy of an image of several GB, and its push. */
  image: { min: 5, max: 20, source: "an image of about 10 GB", grade: "inferred" },
  /** All other resources of a run, most of which are written in parallel. */
  others: { min: 1, max: 5, source: "seconds for each resource, in parallel", grade: "experience" },
} as const satisfies Readonly<Record<string, Duration>>;

export type DurationKind = keyof typeof durations;
