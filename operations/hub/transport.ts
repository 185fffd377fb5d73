/** Requests to the Hugging Face Hub and its CDN: waits when the Hub asks for it, and retries. */
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type HubAnswer, openClient, rejectInsecure, rejectUnusable, type Send } from "./client";
import { HubError } from "./error";

/** The time, for tests. */
export interface HubClock {
  /** @throws AbortError if the signal is aborted */
  sleep(seconds: number, signal: AbortSignal | undefined): Promise<void>;
}

export interface HubTransportOptions {
  /** Address of the Hub, without a slash at the end. Only requests to it contain the token. */
  readonly hub: string;
  /** @default - anonymous */
  readonly token?: string;
  readonly report: (line: string) => void;
  /** @default - the real time */
  readonly clock?: HubClock;
  /** Seconds without a byte after which a connection counts as broken, in which case the request is sent again. @default 300 */
  readonly patience?: number;
  /** Cancels all requests. @default - they can't be canceled */
  readonly signal?: AbortSignal;
}

export interface HubRequest {
  readonly method?: "GET" | "HEAD";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the body is read into memory, as a part of the attempt. @default false - the caller reads the stream */
  readonly isRead?: boolean;
}

/** Attempts after 408, 5xx and broken connections, and the wait before the first retry, in seconds. Each further one is twice as long. */
const attempts = { most: 6, pause: 1 } as const;

/**
 * Waits of one request after 429. The Hub counts requests in windows of 5 minutes. Source: Hub docs, rate-limits.
 */
const limits = { waits: 4, longest: 360, unknown: 60 } as const;

/** Sends requests. Redirects are not followed, because the token must not be sent to another host. */
export class HubTransport {
  readonly hub: string;
  readonly hasToken: boolean;
  private readonly clock: HubClock;
  private client: Promise<Send> | undefined;

  constructor(private readonly options: HubTransportOptions) {
    this.hub = options.hub;
    this.hasToken = options.token !== undefined;
    this.clock = options.clock ?? { sleep: (seconds, signal) => sleep(seconds * 1000, undefined, { signal }) };
    rejectUnusable(options);
  }

  /** Whether an address belongs to the Hub, not to its CDN. */
  isHub(url: string): boolean {
    return new URL(url).origin === new URL(this.hub).origin;
  }

  /**
   * Sends a request. Statuses other than 408, 429 and 5xx are returned.
   * @throws HubError if the limit of requests stays exceeded, or after all attempts
   */
  async send({ method = "GET", url, headers = {}, isRead = false }: HubRequest): Promise<HubAnswer> {
    rejectInsecure(url);
    const { report, signal, token } = this.options;
    const { host, pathname } = new URL(url);
    let waits = 0;
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      const all: Record<string, string> =
        token !== undefined && this.isHub(url) ? { ...headers, authorization: `Bearer ${token}` } : { ...headers };
      const answer = await this.sendOnce(method, url, all, isRead);
      if ("status" in answer && answer.status === 429) {
        answer.discard();
        const wait = waitOf(answer);
        waits += 1;
        if (waits > limits.waits || wait > limits.longest) throw this.rateLimited(host, wait);
        report(`${host} allows no more requests for now. Waiting ${wait} s, as it asks.`);
        await this.clock.sleep(wait, signal);
        attempt -= 1;
        continue;
      }
      if ("status" in answer && answer.status < 500 && answer.status !== 408) return answer;
      const what = "status" in answer ? String(answer.status) : answer.code;
      if ("status" in answer) answer.discard();
      if (attempt >= attempts.most) throw failed(host, pathname, answer);
      const pause = attempts.pause * 2 ** (attempt - 1);
      report(`${host} answered ${what} to ${method} ${pathname}. Trying again in ${pause} s.`);
      await this.clock.sleep(pause, signal);
    }
  }

  private async sendOnce(
    method: "GET" | "HEAD",
    url: string,
    headers: Record<string, string>,
    isRead: boolean,
  ): Promise<HubAnswer | NoAnswer> {
    this.client ??= openClient(this.options.patience ?? 300);
    try {
      const answer = await (await this.client)(method, url, headers, this.options.signal);
      return isRead && answer.status < 300 ? { ...answer, content: await contentOf(answer.stream()) } : answer;
    } catch (error) {
      this.options.signal?.throwIfAborted();
      const { code } = error as NodeJS.ErrnoException;
      if (typeof code !== "string") throw error;
      return { code };
    }
  }

  private rateLimited(host: string, wait: number): HubError {
    const remedy = this.hasToken
      ? "Wait, and run the command again. It continues where it stopped."
      : "Wait, or set the environment variable HF_TOKEN, because the limit of an account is higher than that of an address, and run the command again.";
    return new HubError("rateLimit", `${host} answers 429: too many requests. It allows the next one in ${wait} s. ${remedy}`);
  }
}

/** Largest body that is read into memory, in bytes. */
const mostRead = 128 * 1024 * 1024;

async function contentOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += (chunk as Buffer).length;
    if (length > mostRead)
      throw new HubError("protocol", `The Hub returned more than ${mostRead} bytes for a small file. Check HF_ENDPOINT.`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

interface NoAnswer {
  /** Code of Node.js, for example `ECONNREFUSED`. */
  readonly code: string;
}

function failed(host: string, path: string, answer: HubAnswer | NoAnswer): HubError {
  if ("status" in answer) {
    const problem = `${host} answered ${answer.status} to the request for ${path}, in ${attempts.most} attempts.`;
    return new HubError(
      "server",
      `${problem} Check https://status.huggingface.co, and run the command again later. It continues where it stopped.`,
    );
  }
  return new HubError(
    "connection",
    `${host} can't be reached (${answer.code}), in ${attempts.most} attempts. Check the connection, the proxy (HTTPS_PROXY) and HF_ENDPOINT. ` +
      "A machine in a closed network needs a way out to this host. Then run the command again. It continues where it stopped.",
  );
}

/** Seconds until the next request is allowed. Source: Hub docs, rate-limits, header `RateLimit: "<class>";r=<remaining>;t=<seconds>`. */
function waitOf(answer: HubAnswer): number {
  const told = /(?:^|;)\s*t=(\d+)/.exec(answer.header("ratelimit") ?? "")?.[1] ?? answer.header("retry-after");
  const seconds = Number(told ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : limits.unknown;
}
