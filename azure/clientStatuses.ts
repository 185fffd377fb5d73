/**
 * The meaning of HTTP status codes for the clients of an endpoint. Source: Azure docs, how-to-troubleshoot-online-endpoints, "HTTP status
 * codes", for 200, 401, 404, 408, 424, 429 and 500. The other codes are not in that table.
 */
import { modelStatusHeader, scoringStatus } from "./scoring";

export interface ClientStatus {
  /** HTTP status, or a range. */
  readonly status: string;
  readonly meaning: string;
  /** What to do. */
  readonly remedy: string;
  /** Whether the status is retryable. `model`: if the model's own status is. */
  readonly retry: "no" | "yes" | "model";
}

/** In ascending order. The first row whose range contains a status applies to it. */
export const clientStatuses: readonly ClientStatus[] = [
  {
    status: "200",
    meaning: "The model answered.",
    remedy: "None required. A stream is complete only if it ends with `data: [DONE]`.",
    retry: "no",
  },
  {
    status: "400",
    meaning: "The HTTP request is malformed. If the model returns 400, Azure returns 424.",
    remedy: "Correct the request.",
    retry: "no",
  },
  {
    status: "401",
    meaning: "The key or token is missing, invalid or expired, or the token has the wrong audience.",
    remedy: "Send `Authorization: Bearer <key or token>`. Get the current key, or a token for `https://ml.azure.com`.",
    retry: "no",
  },
  {
    status: "403",
    meaning: "The token is valid, but its principal doesn't have permission to score.",
    remedy:
      "Add the object ID to `invokers`, or assign a role with the score action on the endpoint. A new role assignment takes effect after a few minutes.",
    retry: "no",
  },
  {
    status: "404",
    meaning:
      "The endpoint or path doesn't exist, or all deployments have the traffic weight 0. If the model returns 404, Azure returns 424.",
    remedy: "Compare the URL with the stack's outputs, and check the weights in the stack file.",
    retry: "no",
  },
  {
    status: String(scoringStatus.timeout),
    meaning: "The answer took longer than `requestTimeoutSeconds`.",
    remedy: "Set `max_tokens` to at most the stack output `maxTokens`, and reduce the load to the declared load.",
    retry: "yes",
  },
  {
    status: "413",
    meaning:
      "A proxy between client and endpoint rejected the request because of its size. Azure doesn't document a limit for the request size.",
    remedy: "Reduce the size of the request, or increase the proxy's limit.",
    retry: "no",
  },
  {
    status: String(scoringStatus.modelError),
    meaning: `The container returned a status other than 200. The header \`${modelStatusHeader}\` contains this status. The body contains its message.`,
    remedy:
      "400: correct the request; it might exceed the context. 404: correct the model name or the path. 5xx: the container is starting or has failed; retry.",
    retry: "model",
  },
  {
    status: String(scoringStatus.tooManyRequests),
    meaning: "The concurrent requests exceed the capacity of the instances, or the endpoint's rate limit is exceeded.",
    remedy: "Wait and retry. If the status persists, increase `instances` or `scale.max`.",
    retry: "yes",
  },
  {
    status: "500",
    meaning: "Azure's front end failed.",
    remedy: "Retry. Include the header `x-request-id` in a support request.",
    retry: "yes",
  },
  {
    status: "502 to 504",
    meaning: "A gateway or proxy between client and endpoint received no response.",
    remedy: "Retry. If the status persists, check the network path to the private endpoint.",
    retry: "yes",
  },
];

/** The row of a status; undefined if no row applies. */
export function clientStatusOf(status: number): ClientStatus | undefined {
  return clientStatuses.find((row) => {
    const [first, last = first] = row.status.split(" to ").map(Number);
    return status >= first! && status <= last!;
  });
}
