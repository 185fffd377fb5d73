/**
 * HTTP statuses that a client of an endpoint can receive, and what to do. Source: Azure docs, how-to-troubleshoot-online-endpoints,
 * "HTTP status codes", for 200, 401, 404, 408, 424, 429 and 500. That table doesn't contain the other statuses.
 */
import { modelStatusHeader, scoringStatus } from "./scoring";

export interface ClientStatus {
  /** HTTP status, or a range. */
  readonly status: string;
  readonly meaning: string;
  /** What the client or its operator must do. */
  readonly remedy: string;
  /** Whether the same request can succeed later. `model`: depends on the model's own status. */
  readonly retry: "no" | "yes" | "model";
}

/** In ascending order. The first row whose range contains a status applies. */
export const clientStatuses: readonly ClientStatus[] = [
  {
    status: "200",
    meaning: "The model answered.",
    remedy: "Use the response. A stream is complete only if it ends with `data: [DONE]`.",
    retry: "no",
  },
  {
    status: "400",
    meaning: "The HTTP request itself is malformed. The model's own 400 arrives as 424.",
    remedy: "Correct the request.",
    retry: "no",
  },
  {
    status: "401",
    meaning: "The key or token is missing, wrong or expired, or the token is for another audience.",
    remedy: "Send `Authorization: Bearer <key or token>`. Get the current key, or a token for `https://ml.azure.com`.",
    retry: "no",
  },
  {
    status: "403",
    meaning: "The token is valid, but its principal is not allowed to score.",
    remedy:
      "Add the principal's object ID to `invokers`, or have a role with the score action assigned on the endpoint. A new role assignment takes a few minutes.",
    retry: "no",
  },
  {
    status: "404",
    meaning: "The endpoint or path does not exist, or no deployment has a traffic weight. The model's own 404 arrives as 424.",
    remedy: "Compare the address with the stack's outputs, and check the weights in the stack file.",
    retry: "no",
  },
  {
    status: String(scoringStatus.timeout),
    meaning: "The response took longer than `requestTimeoutSeconds`.",
    remedy: "Keep `max_tokens` within `maxTokens`, and the load within the declared concurrency.",
    retry: "yes",
  },
  {
    status: "413",
    meaning: "A proxy between client and endpoint rejects the request because of its size. Azure documents no size limit.",
    remedy: "Send less, or raise the proxy's limit.",
    retry: "no",
  },
  {
    status: String(scoringStatus.modelError),
    meaning: `The container did not return 200. Its own status is in the header \`${modelStatusHeader}\`, and its own message is in the body.`,
    remedy:
      "400: correct the request; for example, it is longer than the context. 404: correct the model's name or the path. 503 and other 5xx: the container is starting or has failed; retry.",
    retry: "model",
  },
  {
    status: String(scoringStatus.tooManyRequests),
    meaning: "There are more concurrent requests than the instances accept, or more requests per second than the endpoint accepts.",
    remedy: "Wait and retry. If the error persists, raise `instances` or `scale.max`.",
    retry: "yes",
  },
  { status: "500", meaning: "Azure's front end failed.", remedy: "Retry. Give the header `x-request-id` to Azure support.", retry: "yes" },
  {
    status: "502 to 504",
    meaning: "A gateway or proxy between client and endpoint received no response.",
    remedy: "Retry. If the error persists, check the network path to the private endpoint.",
    retry: "yes",
  },
];

/** The row of a status. Undefined if the table doesn't contain the status. */
export function clientStatusOf(status: number): ClientStatus | undefined {
  return clientStatuses.find((row) => {
    const [first, last = first] = row.status.split(" to ").map(Number);
    return status >= first! && status <= last!;
  });
}
