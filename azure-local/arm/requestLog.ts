import * as fs from "node:fs";
import { AppendFile } from "../files/appendFile";
import { redact } from "./bodyWalk";
import type { Catalog } from "./catalog";
import { isObject, type JsonObject } from "./json";
import { parsePath } from "./path";

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

export class RequestLog {
  private file: AppendFile | undefined;
  private pending: string[] = [];

  constructor(
    private readonly path: string,
    private readonly catalog: Catalog,
  ) {
    this.file = new AppendFile(path);
  }

  /** What comes after `close` is not logged: a crash ends the log before its own call is over. */
  add(entry: Omit<LoggedRequest, "body">, body: unknown): void {
    if (this.file === undefined) return;
    const open = isObject(body) ? this.redacted(entry.path, body) : undefined;
    if (this.pending.push(`${JSON.stringify({ ...entry, body: open })}\n`) === 1) setImmediate(() => this.flush());
  }

  /** All requests so far; a line that a killed process left unfinished is passed over. */
  read(): LoggedRequest[] {
    this.flush();
    const lines = fs.readFileSync(this.path, "utf8").split("\n").filter(Boolean);
    return lines.flatMap((line) => {
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

  /** What comes in at once is written at once. What a full disk has no room for is not logged: a log is no reason to refuse a request. */
  private flush(): void {
    if (this.file === undefined || this.pending.length === 0) return;
    const lines = this.pending.join("");
    this.pending = [];
    try {
      this.file.append(lines);
    } catch {
      // See above.
    }
  }

  private redacted(path: string, body: JsonObject): JsonObject {
    return this.redactAs(parsePath(path.split("?")[0]!)?.nodes.at(-1)?.type ?? "", body);
  }

  private redactAs(type: string, body: JsonObject): JsonObject {
    const open = redact(body, type, this.catalog.find(type)?.schema.root);
    const properties = open.properties;
    if (type.toLowerCase() !== "microsoft.resources/deployments" || !isObject(properties) || !isObject(properties.template)) return open;
    const resources = properties.template.resources;
    if (!Array.isArray(resources)) return open;
    const inner = resources.map((resource) => (isObject(resource) ? this.redactAs(String(resource.type), resource) : resource));
    return { ...open, properties: { ...properties, template: { ...properties.template, resources: inner } } };
  }
}
