/** What the clients of a deployment are told, whatever it serves. */
import { scoringStatus } from "../../azure/scoring";
import type { ClientAdvice } from "../decision";

/** Seconds that a client waits longer than Azure, so that Azure's own answer arrives. */
const reserveSeconds = 10;

/** @param requestTimeout Seconds that a request may take. */
export function adviceFor(requestTimeout: number): ClientAdvice {
  return {
    timeoutSeconds: requestTimeout + reserveSeconds,
    retryOn: [scoringStatus.timeout, scoringStatus.modelError, scoringStatus.tooManyRequests],
  };
}
