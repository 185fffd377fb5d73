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

/** Header of a 424 that holds the container's own status. Source: Azure docs, how-to-troubleshoot-online-endpoints. */
export const modelStatusHeader = "ms-azureml-model-error-statuscode";

/** Statuses of the container, behind a 424, that another try may change; the others are the request's own fault. */
export const retryableModelStatuses = [408, 429, 500, 502, 503, 504] as const;

/** How a client repeats a request: pauses that double, so that a busy deployment is not kept busy by repetitions. */
export const retryPace = { attempts: 5, firstPauseSeconds: 1, pauseFactor: 2 } as const;

/**
 * Requests that Azure admits at once, running and waiting, for each one of `maxConcurrentRequestsPerInstance` and each instance.
 * Source: Azure docs, how-to-troubleshoot-online-endpoints.
 */
export const admissionFactor = 2;

/** Request settings of a deployment that has none of its own. Source: ARM schema of onlineEndpoints/deployments. */
export const defaultRequestSettings = { requestTimeoutSeconds: 5, maxConcurrentRequestsPerInstance: 1 } as const;
