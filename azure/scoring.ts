/** How Azure's front end processes requests to an endpoint. */

/** Statuses that the front end itself returns. Source: Azure docs, how-to-troubleshoot-online-endpoints, "HTTP status codes". */
export const scoringStatus = {
  /** The response took longer than `requestTimeout`. */
  timeout: 408,
  /** The container returned an error. */
  modelError: 424,
  /** There were more concurrent requests than Azure admits. */
  tooManyRequests: 429,
} as const;

/**
 * Status with which the front end refuses a caller that doesn't use the workspace's private endpoint, if the endpoint has no public access.
 * Not documented, inferred from other services. Source of the rule: Azure docs, concept-secure-online-endpoint.
 */
export const networkRefusedStatus = 403;

/** Header of a 424 response with the container's own status. Source: Azure docs, how-to-troubleshoot-online-endpoints. */
export const modelStatusHeader = "ms-azureml-model-error-statuscode";

/** Container statuses, behind a 424, that are retryable. All others are errors of the request. */
export const retryableModelStatuses = [408, 429, 500, 502, 503, 504] as const;

/** How a client retries a request: with exponential backoff, so that retries don't keep a busy deployment busy. */
export const retryPace = { attempts: 5, firstPauseSeconds: 1, pauseFactor: 2 } as const;

/**
 * Concurrent requests, running and waiting, that Azure admits for each one of `maxConcurrentRequestsPerInstance` and each instance.
 * Source: Azure docs, how-to-troubleshoot-online-endpoints.
 */
export const admissionFactor = 2;

/** Azure's defaults for the request settings of a deployment. Source: ARM schema of onlineEndpoints/deployments. */
export const defaultRequestSettings = { requestTimeoutSeconds: 5, maxConcurrentRequestsPerInstance: 1 } as const;
