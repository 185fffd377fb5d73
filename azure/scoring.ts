/** How Azure's front end treats the requests to an endpoint. */

/** Statuses that the front end gives itself. Source: Azure docs, how-to-troubleshoot-online-endpoints, "HTTP status codes". */
export const scoringStatus = {
  /** The answer took longer than `requestTimeout`. */
  timeout: 408,
  /** The container answered with an error of its own. */
  modelError: 424,
  /** There were more requests at once than Azure admits. */
  tooManyRequests: 429,
} as const;

/**
 * Requests that Azure admits at once, running and waiting, for each one of `maxConcurrentRequestsPerInstance` and each instance.
 * Source: Azure docs, how-to-troubleshoot-online-endpoints.
 */
export const admissionFactor = 2;

/** Request settings of a deployment that has none of its own. Source: ARM schema of onlineEndpoints/deployments. */
export const defaultRequestSettings = { requestTimeoutSeconds: 5, maxConcurrentRequestsPerInstance: 1 } as const;
