import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { sendJson } from "./http";

/** Response speed of a stand-in. */
export interface Speed {
  /** Milliseconds before the first token. @default 0 */
  readonly timeToFirstToken?: number;
  /** @default unlimited */
  readonly tokensPerSecond?: number;
}

/** A fault to inject into a stand-in. */
export interface Fault {
  /**
   * `status`: answers with `status`. `hang`: accepts the request and never answers. `drop`: closes the connection after `afterTokens`.
   * `sick`: answers, and then fails all probes until it is restarted.
   */
  readonly kind: "status" | "hang" | "drop" | "sick";
  /** With `status`. @default 500 */
  readonly status?: number;
  /** With `drop`: the number of tokens sent before. @default 0 */
  readonly afterTokens?: number;
  /** Every n-th scoring request has the fault; 1 means each request. @default 1 */
  readonly every?: number;
}

/** Waits a number of milliseconds. Tests replace it. */
export type Wait = (milliseconds: number) => Promise<unknown>;

/** Waits until token `index` is due at this speed. */
export async function pace(index: number, speed: Speed, wait: Wait = sleep): Promise<void> {
  const milliseconds = index === 0 ? (speed.timeToFirstToken ?? 0) : speed.tokensPerSecond ? 1000 / speed.tokensPerSecond : 0;
  if (milliseconds > 0) await wait(milliseconds);
}

/** Applies a fault of the whole answer. Returns whether the request is finished. The caller implements `drop` when it sends tokens. */
export function answerFault(fault: Fault | undefined, response: ServerResponse): boolean {
  if (fault?.kind === "status") {
    const status = fault.status ?? 500;
    sendJson(response, status, {
      error: { message: "This response is an injected fault.", type: "InjectedFault", param: null, code: status },
    });
  }
  return fault?.kind === "status" || fault?.kind === "hang";
}
