import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { sendJson } from "./http";

/** How fast a stand-in answers. */
export interface Speed {
  /** Milliseconds before the first token. @default 0 */
  readonly timeToFirstToken?: number;
  /** @default unlimited */
  readonly tokensPerSecond?: number;
}

/** Something that a stand-in does wrong, on request. */
export interface Fault {
  /**
   * `status`: answers with `status`. `hang`: takes the request and never answers. `drop`: breaks the connection after `afterTokens`.
   * `sick`: answers, and from then on fails all probes until it is restarted.
   */
  readonly kind: "status" | "hang" | "drop" | "sick";
  /** With `status`. @default 500 */
  readonly status?: number;
  /** With `drop`: tokens sent before. @default 0 */
  readonly afterTokens?: number;
  /** The fault hits every n-th scoring request; 1 is each. @default 1 */
  readonly every?: number;
}

/** A wait of some milliseconds; a test replaces it by signals of its own. */
export type Wait = (milliseconds: number) => Promise<unknown>;

/** Waits before token `index` at this speed. */
export async function pace(index: number, speed: Speed, wait: Wait = sleep): Promise<void> {
  const milliseconds = index === 0 ? (speed.timeToFirstToken ?? 0) : speed.tokensPerSecond ? 1000 / speed.tokensPerSecond : 0;
  if (milliseconds > 0) await wait(milliseconds);
}

/** Does what a fault says about the whole answer. Returns whether that was all; a `drop` is left to whoever sends the tokens. */
export function answerFault(fault: Fault | undefined, response: ServerResponse): boolean {
  if (fault?.kind === "status") {
    const status = fault.status ?? 500;
    sendJson(response, status, {
      error: { message: "A fault asked for by the configuration.", type: "InjectedFault", param: null, code: status },
    });
  }
  return fault?.kind === "status" || fault?.kind === "hang";
}
