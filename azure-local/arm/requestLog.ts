import { RotatedLog } from "../files/rotatedLog";
import { redactText } from "../http/redact";
import type { Catalog } from "./catalog";
import { isObject, type JsonObject } from "./json";
import { parsePath } from "./path";
import { redact } from "./redact";

/** A request in `requests.jsonl`, without secrets. */
export interface LoggedRequest {
  /** ISO 8601. */
  readonly time: string;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** 0 if a fault suppressed the response. */
  readonly status: number;
  readonly correlationId: string;
  /** Azure's error code if the request was rejected; `(drop)` or `(hang)` if a fault suppressed the response. */
  readonly error?: string;
  /** The caller's `x-ms-client-...` headers. */
  readonly client?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The request log of a state folder. */
export class RequestLog {
  private readonly log: RotatedLog<LoggedRequest>;

  constructor(
    path: string,
    private readonly catalog: Catalog,
  ) {
    this.log = new RotatedLog(path);
  }

  /** Logs a request. Does nothing after `close`, because a crash closes the log before its own request ends. */
  add(entry: Omit<LoggedRequest, "body">, body: unknown): void {
    if (this.log.isClosed) return;
    const { path, client, correlationId } = entry;
    this.log.add({
      ...entry,
      path: redactText(path),
      correlationId: redactText(correlationId),
      client: client && Object.fromEntries(Object.entries(client).map(([name, value]) => [name, redactText(value)])),
      body: isObject(body) ? this.redacted(path, body) : undefined,
    });
  }

  /** Returns the logged requests, oldest first. */
  read(): LoggedRequest[] {
    return this.log.read();
  }

  close(): void {
    this.log.close();
  }

  private redacted(path: string, body: JsonObject): JsonObject {
    const type = parsePath(path.split("?")[0]!)?.nodes.at(-1)?.type ?? "";
    return redact(body, type, (one) => this.catalog.find(one)?.schema.root);
  }
}
