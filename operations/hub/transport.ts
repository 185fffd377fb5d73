/** Requests to the Hugging Face Hub and its CDN: waits when the Hub asks for it, and retries. */
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type CallerWords, callerWords, type HubCaller } from "./caller";
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
  /** The command, for error messages. @default mirror */
  readonly caller?: HubCaller;
  readonly report: (line: string) => void;
  /** @default - the real time */
  readonly clock?: HubClock;
  /** Seconds without a byte after which a connection counts as broken, in which case the request is sent again. @default 300 */
  readonly patience?: number;
  /** Attempts after 408, 5xx and broken connections. @default 6 */
  readonly attempts?: number;
  /** Whether a connection is tried only once until the Hub has answered for the first time. @default false */
  readonly givesUpEarly?: boolean;
  /** Longest wait after 429, in seconds. If the Hub asks for more, the request fails. @default 360 */
  readonly longestWait?: number;
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
  readonly caller: HubCaller;
  private readonly clock: HubClock;
  private client: Promise<Send> | undefined;
  private hasAnswered = false;

  constructor(private readonly options: HubTransportOptions) {
    this.hub = options.hub;
    this.hasToken = options.token !== undefined;
    this.caller = options.caller ?? "mirror";
    this.clock = options.clock ?? { sleep: (seconds, signal) => sleep(seconds * 1000, undefined, { signal }) };
    rejectUnusable(options);
  }

  /** Parts of error messages for the command. */
  get words(): CallerWords {
    return callerWords[this.caller];
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
    const { report, signal, token, longestWait = limits.longest } = this.options;
    const { host, pathname } = new URL(url);
    let waits = 0;
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      const all: Record<string, string> =
        token !== undefined && this.isHub(url) ? { ...headers, authorization: `Bearer ${token}` } : { ...headers };
      const answer = await this.sendOnce(method, url, all, isRead);
      const most = this.attemptsAfter(answer);
      if ("status" in answer && answer.status === 429) {
        answer.discard();
        const wait = waitOf(answer);
        waits += 1;
        if (waits > limits.waits || wait > longestWait) throw this.rateLimited(host, wait);
        report(`${host} allows no more requests for now. Waiting ${wait} s, as it asks.`);
        await this.clock.sleep(wait, signal);
        attempt -= 1;
        continue;
      }
      if ("status" in answer && answer.status < 500 && answer.status !== 408) return answer;
      const what = "status" in answer ? String(answer.status) : answer.code;
      if ("status" in answer) answer.discard();
      if (attempt >= most) throw failed(host, pathname, answer, most, this.words.again);
      const pause = attempts.pause * 2 ** (attempt - 1);
      report(`${host} answered ${what} to ${method} ${pathname}. Trying again in ${pause} s.`);
      await this.clock.sleep(pause, signal);
    }
  }

  /** Attempts of a request with this answer. */
  private attemptsAfter(answer: HubAnswer | NoAnswer): number {
    const { attempts: most = attempts.most, givesUpEarly = false } = this.options;
    this.hasAnswered ||= "status" in answer;
    return this.hasAnswered || !givesUpEarly ? most : 1;
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
      // Without a range, the answer to a request for a part is the whole file.
      const isExpected = headers.range === undefined ? answer.status < 300 : answer.status === 206;
      return isRead && isExpected ? { ...answer, content: await contentOf(answer.stream()) } : answer;
    } catch (error) {
      this.options.signal?.throwIfAborted();
      const { code } = error as NodeJS.ErrnoException;
      if (typeof code !== "string") throw error;
      return { code };
    }
  }

  private rateLimited(host: string, wait: number): HubError {
    const remedy = this.hasToken
      ? `Wait, and run the command again.${this.words.again}`
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

/** @param again What a repeated run does, with a space before it. */
function failed(host: string, path: string, answer: HubAnswer | NoAnswer, most: number, again: string): HubError {
  if ("status" in answer) {
    const problem = `${host} answered ${answer.status} to the request for ${path}, in ${attemptsText(most)}.`;
    return new HubError("server", `${problem} Check https://status.huggingface.co, and run the command again later.${again}`);
  }
  return new HubError(
    "connection",
    `${host} can't be reached (${answer.code}), in ${attemptsText(most)}. Check the connection, the proxy (HTTPS_PROXY) and HF_ENDPOINT. ` +
      `A machine in a closed network needs a way out to this host. Then run the command again.${again}`,
    answer.code,
  );
}

function attemptsText(count: number): string {
  return count === 1 ? "1 attempt" : `${count} attempts`;
}

/** Seconds until the next request is allowed. Source: Hub docs, rate-limits, header `RateLimit: "<class>";r=<remaining>;t=<seconds>`. */
function waitOf(answer: HubAnswer): number {
  const told = /(?:^|;)\s*t=(\d+)/.exec(answer.header("ratelimit") ?? "")?.[1] ?? answer.header("retry-after");
  const seconds = Number(told ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : limits.unknown;
}
