/** A part of the Hub that counts requests: the information about models, the addresses of files, and the bytes of large files. */
export type HubPart = "api" | "resolve" | "cdn";

/** A fault for tests. A request matches if its part and its path match. */
export interface HubFault {
  readonly part: HubPart;
  /** The end of the path of the file. @default any */
  readonly file?: string;
  /** The first matching request that fails, counted from 1. @default 1 */
  readonly nth?: number;
  /** The number of requests that fail. @default 1 */
  readonly times?: number;
  /**
   * A status: the request is refused with it; 429 has the rate limit headers of the Hub. `drop`: the connection is closed without an answer.
   * `cut`: it is closed after a part of the bytes. `wrongBytes`: one byte is changed. `hang`: there is no answer.
   */
  readonly effect: number | "drop" | "cut" | "wrongBytes" | "hang";
  /** Seconds until the limit of a 429 is reset. @default 1 */
  readonly reset?: number;
}

/** Decides which requests fail. */
export class HubFaults {
  private planned: { readonly fault: HubFault; matched: number }[] = [];

  /** Replaces all faults and resets the counters. */
  set(faults: readonly HubFault[]): void {
    this.planned = faults.map((fault) => ({ fault, matched: 0 }));
  }

  /** Counts the request for each fault. @returns the first fault that applies */
  next(part: HubPart, file: string): HubFault | undefined {
    let struck: HubFault | undefined;
    for (const plan of this.planned) {
      const { fault } = plan;
      if (fault.part !== part || !file.endsWith(fault.file ?? "")) continue;
      plan.matched += 1;
      const { nth = 1, times = 1 } = fault;
      if (plan.matched >= nth && plan.matched < nth + times) struck ??= fault;
    }
    return struck;
  }
}

/** Source: Hugging Face docs, hub/rate-limits: the limits of anonymous users in five minutes. */
const quotas: Readonly<Record<HubPart, number>> = { api: 500, resolve: 3000, cdn: 3000 };

/** The headers of a 429. Source: Hugging Face docs, hub/rate-limits. */
export function limitHeaders(part: HubPart, reset: number): Record<string, string> {
  const bucket = part === "api" ? "api" : "resolvers";
  return { ratelimit: `"${bucket}";r=0;t=${reset}`, "ratelimit-policy": `"fixed window";"${bucket}";q=${quotas[part]};w=300` };
}
