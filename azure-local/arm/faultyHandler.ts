import type { ArmRequest, ArmResponse } from "./armRequest";
import { AzureError } from "./azureError";
import type { Engine } from "./engine";
import { errorOf, type Faults, isApplied } from "./faults";

/** What becomes of a call: an answer, a connection that stays open without one, or a closed connection. */
export type Outcome = ArmResponse | "hang" | "drop";

/** Lets each call through `handle`, except where a fault was set for it. `crash` takes the simulator down. */
export function faultyHandler(
  handle: (request: ArmRequest) => ArmResponse,
  engine: Engine,
  faults: Faults,
  crash: () => void,
): (request: ArmRequest) => Outcome {
  return (request) => {
    const fault = request.own ? undefined : faults.next(request);
    if (!fault) return handle(request);
    const error = errorOf(fault);
    if (fault.effect === "refuse") throw new AzureError(fault.status, error.code, error.message);
    if (fault.effect === "failOperation") return engine.failing(error, () => handle(request));
    if (isApplied(fault)) unheard(() => handle(request));
    if (fault.effect === "crash") crash();
    return fault.effect === "hang" ? "hang" : "drop";
  };
}

/** Nobody hears a refusal either. */
function unheard(handle: () => unknown): void {
  try {
    handle();
  } catch (error) {
    if (!(error instanceof AzureError)) throw error;
  }
}
