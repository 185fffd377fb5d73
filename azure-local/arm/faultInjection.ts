import type { ArmRequest, ArmResponse } from "./armRequest";
import { AzureError } from "./azureError";
import type { Engine } from "./engine";
import { errorOf, type Faults, isApplied } from "./faults";

/** The outcome of a request: a response, an open connection without a response, or a closed connection. */
export type Outcome = ArmResponse | "hang" | "drop";

/** Passes each request to `handle`, unless a fault applies. `crash` ends the simulator. */
export function withFaults(
  handle: (request: ArmRequest) => ArmResponse,
  engine: Engine,
  faults: Faults,
  crash: () => void,
): (request: ArmRequest) => Outcome {
  return (request) => {
    const fault = request.isInternal ? undefined : faults.next(request);
    if (!fault) return handle(request);
    const error = errorOf(fault);
    if (fault.effect === "refuse") throw new AzureError(fault.status, error.code, error.message);
    if (fault.effect === "failOperation") return engine.failing(error, () => handle(request));
    if (isApplied(fault)) withoutResponse(() => handle(request));
    if (fault.effect === "crash") crash();
    return fault.effect === "hang" ? "hang" : "drop";
  };
}

/** Applies a request and discards its response or error. */
function withoutResponse(handle: () => unknown): void {
  try {
    handle();
  } catch (error) {
    if (!(error instanceof AzureError)) throw error;
  }
}
