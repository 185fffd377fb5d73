/**
 * What the status of an answer means to a client of an endpoint. Source: Azure docs, how-to-troubleshoot-online-endpoints, "HTTP status
 * codes", for 200, 401, 404, 408, 424, 429 and 500; the others are not in that table.
 */
import { modelStatusHeader, scoringStatus } from "./scoring";

export interface ClientStatus {
  /** HTTP status, or a range. */
  readonly status: string;
  readonly meaning: string;
  /** What the client, or its owner, does. */
  readonly remedy: string;
  /** Whether the same request may succeed later. `model`: that depends on the model's own status. */
  readonly retry: "no" | "yes" | "model";
}

/** In order of their numbers; the first row whose range holds a status is its row. */
export const clientStatuses: readonly ClientStatus[] = [
  {
    status: "200",
    meaning: "The model answered.",
    remedy: "Use the answer. A stream is complete only if it ends with `data: [DONE]`.",
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
    meaning: "The key or the token is missing, wrong or expired, or the token is for another audience.",
    remedy: "Send `Authorization: Bearer <key or token>`. Get the current key, or a token for `https://ml.azure.com`.",
    retry: "no",
  },
  {
    status: "403",
    meaning: "The token is valid, but its owner has no right to score.",
    remedy:
      "Add the object id to `invokers`, or have a role with the score action granted on the endpoint. A new grant takes some minutes.",
    retry: "no",
  },
  {
    status: "404",
    meaning: "There is no such endpoint or path, or no deployment has weight. The model's own 404 arrives as 424.",
    remedy: "Check the address against the stack's outputs, and the weights in the stack file.",
    retry: "no",
  },
  {
    status: String(scoringStatus.timeout),
    meaning: "The answer took longer than `requestTimeoutSeconds`.",
    remedy: "Keep `max_tokens` within `maxTokens`, or stay within the declared load.",
    retry: "yes",
  },
  {
    status: "413",
    meaning: "A proxy between client and endpoint refuses the size of the request. Azure documents no limit of its own.",
    remedy: "Send less, or raise the proxy's limit.",
    retry: "no",
  },
  {
    status: String(scoringStatus.modelError),
    meaning: `The container did not answer 200. Its own status is in the header \`${modelStatusHeader}\`, its own message in the body.`,
    remedy:
      "400: correct the request, for instance one that is longer than the context. 404: correct the model's name or the path. 503 and other 5xx: the container is starting or has failed; try again.",
    retry: "model",
  },
  {
    status: String(scoringStatus.tooManyRequests),
    meaning: "There are more requests at once than the instances take, or more in a second than the endpoint takes.",
    remedy: "Wait and try again. If it lasts, raise `instances` or `scale.max`.",
    retry: "yes",
  },
  { status: "500", meaning: "Azure's front end failed.", remedy: "Try again. Give support the header `x-request-id`.", retry: "yes" },
  {
    status: "502 to 504",
    meaning: "A gateway or proxy between client and endpoint got no answer.",
    remedy: "Try again. If it lasts, check the network's path to the private endpoint.",
    retry: "yes",
  },
];

/** The row of a status; undefined for one that has none. */
export function clientStatusOf(status: number): ClientStatus | undefined {
  return clientStatuses.find((row) => {
    const [first, last = first] = row.status.split(" to ").map(Number);
    return status >= first! && status <= last!;
  });
}
