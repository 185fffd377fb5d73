import * as fs from "node:fs";
import { AppendFile } from "../files/appendFile";
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

/** Maximum size of the log, and of the previous log, in bytes. */
const maxBytes = 16 * 1024 * 1024;

/** The request log of a state folder. A full log becomes `requests.1.jsonl` and replaces the previous one. */
export class RequestLog {
  private file: AppendFile | undefined;
  private pending: string[] = [];

  constructor(
    private readonly path: string,
    private readonly catalog: Catalog,
  ) {
    if ((fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) shorten(path, this.previousPath);
    this.file = new AppendFile(path);
  }

  /** Logs a request. Does nothing after `close`, because a crash closes the log before its own request ends. */
  add(entry: Omit<LoggedRequest, "body">, body: unknown): void {
    if (this.file === undefined) return;
    const { path, client, correlationId } = entry;
    const redactedEntry = {
      ...entry,
      path: redactText(path),
      correlationId: redactText(correlationId),
      client: client && Object.fromEntries(Object.entries(client).map(([name, value]) => [name, redactText(value)])),
      body: isObject(body) ? this.redacted(path, body) : undefined,
    };
    if (this.pending.push(`${JSON.stringify(redactedEntry)}\n`) === 1) setImmediate(() => this.flush());
  }

  /** Returns the logged requests, oldest first. Skips an incomplete line of a killed process. */
  read(): LoggedRequest[] {
    this.flush();
    const lines = [this.previousPath, this.path].flatMap((path) => (fs.existsSync(path) ? fs.readFileSync(path, "utf8").split("\n") : []));
    return lines.filter(Boolean).flatMap((line) => {
      try {
        return [JSON.parse(line) as LoggedRequest];
      } catch {
        return [];
      }
    });
  }

  close(): void {
    this.flush();
    this.file?.close();
    this.file = undefined;
  }

  private get previousPath(): string {
    return this.path.replace(/\.jsonl$/, ".1.jsonl");
  }

  /** Writes pending lines together. If the disk is full, they are not logged, because a log must not fail requests. */
  private flush(): void {
    if (this.file === undefined || this.pending.length === 0) return;
    const lines = this.pending.join("");
    this.pending = [];
    try {
      if (this.file.size > 0 && this.file.size + Buffer.byteLength(lines) > maxBytes) this.file = this.rotated(this.file);
      this.file.append(lines);
    } catch {
      // See above.
    }
  }

  private rotated(full: AppendFile): AppendFile {
    fs.renameSync(this.path, this.previousPath);
    const fresh = new AppendFile(this.path);
    full.close();
    return fresh;
  }

  private redacted(path: string, body: JsonObject): JsonObject {
    const type = parsePath(path.split("?")[0]!)?.nodes.at(-1)?.type ?? "";
    return redact(body, type, (one) => this.catalog.find(one)?.schema.root);
  }
}

/** Keeps the newest lines of a log that is too large, as the previous log. */
function shorten(path: string, previousPath: string): void {
  const descriptor = fs.openSync(path, "r");
  const tail = Buffer.alloc(maxBytes);
  const read = fs.readSync(descriptor, tail, 0, maxBytes, fs.fstatSync(descriptor).size - maxBytes);
  fs.closeSync(descriptor);
  // Deleted first, so that there is space on a full disk.
  fs.rmSync(path);
  fs.writeFileSync(previousPath, tail.subarray(tail.indexOf("\n") + 1, read), { mode: 0o600 });
}
