import * as fs from "node:fs";
import { AppendFile } from "../files/appendFile";
import { redactText } from "../http/redact";
import type { Catalog } from "./catalog";
import { isObject, type JsonObject } from "./json";
import { parsePath } from "./path";
import { redact } from "./redact";

/** One request as it is kept in `requests.jsonl`: enough to see who asked for what, without secrets. */
export interface LoggedRequest {
  /** ISO 8601. */
  readonly time: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** 0 where a fault kept the answer back. */
  readonly status: number;
  readonly correlationId: string;
  /** Azure's error code, if it was refused; `(drop)` or `(hang)` if a fault kept the answer back. */
  readonly error?: string;
  /** The caller's `x-ms-client-...` headers. */
  readonly client?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Bytes of the log; the file before it may have as many. */
const mostBytes = 16 * 1024 * 1024;

/** The requests of a state folder. A log that is full becomes `requests.1.jsonl`, and what was in that is forgotten. */
export class RequestLog {
  private file: AppendFile | undefined;
  private pending: string[] = [];

  constructor(
    private readonly path: string,
    private readonly catalog: Catalog,
  ) {
    if ((fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0) > mostBytes) shorten(path, this.earlier);
    this.file = new AppendFile(path);
  }

  /** What comes after `close` is not logged: a crash ends the log before its own call is over. */
  add(entry: Omit<LoggedRequest, "body">, body: unknown): void {
    if (this.file === undefined) return;
    const { path, client, correlationId } = entry;
    const shown = {
      ...entry,
      path: redactText(path),
      correlationId: redactText(correlationId),
      client: client && Object.fromEntries(Object.entries(client).map(([name, value]) => [name, redactText(value)])),
      body: isObject(body) ? this.redacted(path, body) : undefined,
    };
    if (this.pending.push(`${JSON.stringify(shown)}\n`) === 1) setImmediate(() => this.flush());
  }

  /** The requests that are still in the log, oldest first; a line that a killed process left unfinished is passed over. */
  read(): LoggedRequest[] {
    this.flush();
    const lines = [this.earlier, this.path].flatMap((path) => (fs.existsSync(path) ? fs.readFileSync(path, "utf8").split("\n") : []));
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

  private get earlier(): string {
    return this.path.replace(/\.jsonl$/, ".1.jsonl");
  }

  /** What comes in at once is written at once. What a full disk has no room for is not logged: a log is no reason to refuse a request. */
  private flush(): void {
    if (this.file === undefined || this.pending.length === 0) return;
    const lines = this.pending.join("");
    this.pending = [];
    try {
      if (this.file.size > 0 && this.file.size + Buffer.byteLength(lines) > mostBytes) this.file = this.rotated(this.file);
      this.file.append(lines);
    } catch {
      // See above.
    }
  }

  private rotated(full: AppendFile): AppendFile {
    fs.renameSync(this.path, this.earlier);
    const fresh = new AppendFile(this.path);
    full.close();
    return fresh;
  }

  private redacted(path: string, body: JsonObject): JsonObject {
    const type = parsePath(path.split("?")[0]!)?.nodes.at(-1)?.type ?? "";
    return redact(body, type, (one) => this.catalog.find(one)?.schema.root);
  }
}

/** Keeps the newest lines of a log that has grown too long, as `earlier`. */
function shorten(path: string, earlier: string): void {
  const descriptor = fs.openSync(path, "r");
  const tail = Buffer.alloc(mostBytes);
  const read = fs.readSync(descriptor, tail, 0, mostBytes, fs.fstatSync(descriptor).size - mostBytes);
  fs.closeSync(descriptor);
  // First, so that a full disk has room.
  fs.rmSync(path);
  fs.writeFileSync(earlier, tail.subarray(tail.indexOf("\n") + 1, read), { mode: 0o600 });
}
