import type { Grade } from "../arm/model";

/** One thing that Azure's front end does, and how sure that is. */
interface Behaviour<T> {
  /** What holds unless it is switched: the stricter reading where no document settles it. */
  readonly value: T;
  readonly says: string;
  readonly source: string;
  /** D: Azure's documentation; E: seen in samples only; I: inferred; K: common knowledge. */
  readonly grade: Grade;
}

const TROUBLESHOOT = "Azure docs, machine-learning/how-to-troubleshoot-online-endpoints";

/** Behaviour that can be switched. A suite that relies on one whose grade is not D runs with both values, so that nothing is built on a guess. */
export const scoringProxyRules = {
  timeoutBoundsWholeAnswer: {
    value: true as boolean,
    says: "requestTimeout bounds the whole answer, so that a long stream is cut; otherwise it bounds the time to the first byte.",
    source: "not documented; the stricter reading of reference-yaml-deployment-managed-online",
    grade: "I",
  },
  forwardAuthorization: {
    value: false as boolean,
    says: "The container receives the caller's Authorization header.",
    source: "not documented",
    grade: "I",
  },
  onlyScoringPath: {
    value: true as boolean,
    says: "With a scoring path other than /, only exactly that path answers; otherwise every path is forwarded.",
    source: "not documented; azureml-examples call sub-paths only where the scoring path is /",
    grade: "I",
  },
  noScoreRoleStatus: {
    value: 403 as 401 | 403,
    says: "Status for a valid Entra token whose owner may not score; the table of status codes lists it under 401.",
    source: `${TROUBLESHOOT} (HTTP status codes)`,
    grade: "I",
  },
  containersTakeTimeToStart: {
    value: true as boolean,
    says: "A deployment's container answers its probes only when its weights are loaded, and gets no request before its readiness probe succeeds.",
    source: "Azure docs, machine-learning/reference-yaml-deployment-managed-online (probes); durations: scoringProxy/start.ts",
    grade: "E",
  },
  livenessRestarts: {
    value: true as boolean,
    says: "A container that fails its liveness probe failureThreshold times in a row is restarted and loads its weights again.",
    source: `${TROUBLESHOOT} (ResourceNotReady)`,
    grade: "D",
  },
  deletionCutsOff: {
    value: true as boolean,
    says: "A deployment that is deleted answers nothing more: what it is answering breaks off.",
    source: "not documented; the stricter reading: no document promises that a deletion waits for requests",
    grade: "I",
  },
  limitBandwidth: {
    value: true as boolean,
    says: "Requests and answers beyond the endpoint's bandwidth are delayed, mirrored copies count, and trailers say for how long.",
    source: `${TROUBLESHOOT} (bandwidth limit)`,
    grade: "D",
  },
  limitRates: {
    value: true as boolean,
    says: "Requests beyond the endpoint's rates get 429.",
    source: `${TROUBLESHOOT} (HTTP status codes); limits: how-to-manage-quotas`,
    grade: "D",
  },
} satisfies Record<string, Behaviour<unknown>>;

export type ScoringProxyRules = { readonly [Name in keyof typeof scoringProxyRules]: (typeof scoringProxyRules)[Name]["value"] };

export const defaultRules = Object.fromEntries(
  Object.entries(scoringProxyRules).map(([name, { value }]) => [name, value]),
) as ScoringProxyRules;
