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
  readonly status: number;
  readonly correlationId: string;
  /** Azure's error code, if it was refused. */
  readonly error?: string;
  /** The caller's `x-ms-client-...` headers. */
  readonly client?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export class RequestLog {
  private readonly descriptor: number;

  constructor(
    private readonly file: string,
    private readonly catalog: Catalog,
  ) {
    this.descriptor = fs.openSync(file, "a", 0o600);
  }

  add(entry: Omit<LoggedRequest, "body">, body: unknown): void {
    const open = isObject(body) ? this.redacted(entry.path, body) : undefined;
    fs.writeSync(this.descriptor, `${JSON.stringify({ ...entry, body: open })}\n`);
  }

  /** All requests so far; a line that a killed process left unfinished is passed over. */
  read(): LoggedRequest[] {
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
    fs.closeSync(this.descriptor);
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
