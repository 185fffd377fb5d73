/** Settings for the clients of a deployment that apply to all patterns. */
import { scoringStatus } from "../../azure/scoring";
import type { ClientAdvice } from "../decision";

/** Seconds by which a client's timeout exceeds Azure's, so that Azure's response arrives. */
const reserveSeconds = 10;

/** @param requestTimeout Maximum duration of a request, seconds. */
export function adviceFor(requestTimeout: number): ClientAdvice {
  return {
    timeoutSeconds: requestTimeout + reserveSeconds,
    retryOn: [scoringStatus.timeout, scoringStatus.modelError, scoringStatus.tooManyRequests],
  };
}
