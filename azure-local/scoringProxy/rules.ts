import type { Grade } from "../arm/model";

/** A behavior of Azure's front end, and the evidence for it. */
interface Behavior<T> {
  /** The default: the stricter interpretation where the behavior is not documented. */
  readonly value: T;
  readonly description: string;
  readonly source: string;
  /** D: Azure's documentation; E: seen in samples only; I: inferred; K: common knowledge. */
  readonly grade: Grade;
}

const TROUBLESHOOT = "Azure docs, machine-learning/how-to-troubleshoot-online-endpoints";

/** Behavior that can be switched. A test suite that depends on a rule whose grade is not D runs with both values. */
export const scoringProxyRules = {
  timeoutBoundsWholeAnswer: {
    value: true as boolean,
    description:
      "requestTimeout limits the whole response, so a long stream is aborted. If this is off, it limits only the time to the first byte.",
    source: "not documented; the stricter interpretation of reference-yaml-deployment-managed-online",
    grade: "I",
  },
  forwardAuthorization: {
    value: false as boolean,
    description: "The container receives the caller's Authorization header.",
    source: "not documented",
    grade: "I",
  },
  onlyScoringPath: {
    value: true as boolean,
    description:
      "If the scoring path isn't /, only requests to that exact path are forwarded. If this is off, requests to all paths are forwarded.",
    source: "not documented; azureml-examples call sub-paths only where the scoring path is /",
    grade: "I",
  },
  noScoreRoleStatus: {
    value: 403 as 401 | 403,
    description: "Status for a valid Microsoft Entra token without permission to score. Azure's table of status codes lists it under 401.",
    source: `${TROUBLESHOOT} (HTTP status codes)`,
    grade: "I",
  },
  networkRefusedStatus: {
    value: 403 as 403 | 404,
    description:
      "Status for a caller outside the network, if the endpoint has no public access. It is returned before the credential is checked.",
    source: "not documented; Azure docs, machine-learning/concept-secure-online-endpoint, state only that such requests are not admitted",
    grade: "I",
  },
  containersTakeTimeToStart: {
    value: true as boolean,
    description:
      "A container responds to probes after it has loaded its weights. It receives requests after its readiness probe has succeeded.",
    source: "Azure docs, machine-learning/reference-yaml-deployment-managed-online (probes); durations: scoringProxy/start.ts",
    grade: "E",
  },
  livenessRestarts: {
    value: true as boolean,
    description: "After failureThreshold consecutive failures of its liveness probe, a container is restarted and loads its weights again.",
    source: `${TROUBLESHOOT} (ResourceNotReady)`,
    grade: "D",
  },
  deletionCutsOff: {
    value: true as boolean,
    description: "When a deployment is deleted, its in-flight requests are aborted.",
    source: "not documented; the stricter interpretation, because no document states that a deletion waits for requests",
    grade: "I",
  },
  limitBandwidth: {
    value: true as boolean,
    description:
      "Requests and responses above the endpoint's bandwidth are delayed. Mirrored requests count toward it. Trailers contain the delay.",
    source: `${TROUBLESHOOT} (bandwidth limit)`,
    grade: "D",
  },
  limitRates: {
    value: true as boolean,
    description: "Requests that exceed the endpoint's rate limits are rejected with status 429.",
    source: `${TROUBLESHOOT} (HTTP status codes); limits: how-to-manage-quotas`,
    grade: "D",
  },
} satisfies Record<string, Behavior<unknown>>;

export type ScoringProxyRules = { readonly [Name in keyof typeof scoringProxyRules]: (typeof scoringProxyRules)[Name]["value"] };

export const defaultRules = Object.fromEntries(
  Object.entries(scoringProxyRules).map(([name, { value }]) => [name, value]),
) as ScoringProxyRules;
