import * as fs from "node:fs";
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
  private descriptor: number | undefined;
  private pending: string[] = [];

  constructor(
    private readonly file: string,
    private readonly catalog: Catalog,
  ) {
    this.descriptor = fs.openSync(file, "a", 0o600);
  }

  /** What comes after `close` is not logged: a crash ends the log before its own call is over. */
  add(entry: Omit<LoggedRequest, "body">, body: unknown): void {
    if (this.descriptor === undefined) return;
    const open = isObject(body) ? this.redacted(entry.path, body) : undefined;
    if (this.pending.push(`${JSON.stringify({ ...entry, body: open })}\n`) === 1) setImmediate(() => this.flush());
  }

  /** All requests so far; a line that a killed process left unfinished is passed over. */
  read(): LoggedRequest[] {
    this.flush();
    const lines = fs.readFileSync(this.file, "utf8").split("\n").filter(Boolean);
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
    if (this.descriptor !== undefined) fs.closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  /** What comes in at once is written at once. */
  private flush(): void {
    if (this.descriptor === undefined || this.pending.length === 0) return;
    const lines = this.pending.join("");
    this.pending = [];
    fs.writeSync(this.descriptor, lines);
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
