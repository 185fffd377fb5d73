import type { IncomingMessage } from "node:http";
import { errorOf, type Faults, isApplied } from "../faults";
import type { DataAnswer } from "./dataService";

/** The outcome of a request to the data plane: a response, an open connection without a response, or a closed connection. */
export type DataOutcome = DataAnswer | "hang" | "drop";

/** Applies faults to requests to the data plane, as to those to the resource manager. */
export class DataFaults {
  constructor(
    private readonly faults: Faults,
    private readonly crash: () => void,
  ) {}

  /**
   * @param type Type for the fault's condition `type`
   * @param refused Returns the service's response with the status and code of a fault. `failOperation` has the same effect as `refuse`,
   *   because the data plane has no operations
   */
  async outcome(
    call: { readonly method: string; readonly path: string; readonly type: string },
    request: IncomingMessage,
    serve: () => Promise<DataAnswer>,
    refused: (status: number, code: string, message: string) => DataAnswer,
  ): Promise<DataOutcome> {
    const fault = this.faults.next(call);
    if (fault === undefined) return serve();
    if (fault.effect === "refuse" || fault.effect === "failOperation") {
      request.resume();
      const { code, message } = errorOf(fault);
      return refused(fault.status, code, message);
    }
    if (isApplied(fault)) await serve();
    if (fault.effect === "crash") this.crash();
    return fault.effect === "hang" ? "hang" : "drop";
  }
}
