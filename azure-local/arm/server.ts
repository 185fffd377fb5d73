import { randomUUID } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { AzureError } from "./azureError";
import type { RequestLog } from "./requestLog";
import type { ArmRequest, ArmResponse } from "./service";

const MOST_BYTES = 4 * 1024 * 1024;

/** Serves ARM on 127.0.0.1. Whatever goes wrong is answered in Azure's shape. */
export async function listen(port: number, handle: (request: ArmRequest) => ArmResponse, log: RequestLog): Promise<http.Server> {
  const server = http.createServer((request, response) => {
    void answer(request, response, handle, log);
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

export function portOf(server: http.Server): number {
  return (server.address() as AddressInfo).port;
}

export async function stop(server: http.Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

async function answer(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  handle: (request: ArmRequest) => ArmResponse,
  log: RequestLog,
): Promise<void> {
  const correlationId = header(request, "x-ms-correlation-request-id") ?? randomUUID();
  const url = new URL(request.url ?? "/", "http://localhost");
  let body: unknown;
  let result: ArmResponse;
  let error: string | undefined;
  try {
    body = await readJson(request);
    result = handle({
      method: request.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      body,
      host: request.headers.host ?? "127.0.0.1",
    });
  } catch (thrown) {
    const refusal = asAzureError(thrown);
    error = refusal.code;
    result = { status: refusal.status, body: { error: refusal.body } };
  }
  const { method = "GET" } = request;
  log.add(
    {
      time: new Date().toISOString(),
      method,
      path: `${url.pathname}${url.search}`,
      status: result.status,
      correlationId,
      error,
      client: clientHeaders(request),
    },
    body,
  );
  send(response, result, { "x-ms-request-id": randomUUID(), "x-ms-correlation-request-id": correlationId, ...echo(request) });
}

async function readJson(request: http.IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MOST_BYTES) throw new AzureError(413, "RequestContentTooLarge", `The request content exceeds ${MOST_BYTES} bytes.`);
    chunks.push(chunk as Buffer);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new AzureError(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized: it is not JSON.");
  }
}

function asAzureError(thrown: unknown): AzureError {
  if (thrown instanceof AzureError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AzureError(500, "InternalServerError", `The simulator failed: ${message}`);
}

function send(response: http.ServerResponse, { status, body, headers }: ArmResponse, more: Record<string, string>): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  response.writeHead(status, {
    ...(text ? { "content-type": "application/json; charset=utf-8" } : {}),
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-cache",
    ...more,
    ...headers,
  });
  response.end(text);
}

function clientHeaders(request: http.IncomingMessage): Record<string, string> | undefined {
  const names = Object.keys(request.headers).filter((name) => name.startsWith("x-ms-client-"));
  return names.length > 0 ? Object.fromEntries(names.map((name) => [name, header(request, name)!])) : undefined;
}

function echo(request: http.IncomingMessage): Record<string, string> {
  const id = header(request, "x-ms-client-request-id");
  return id ? { "x-ms-client-request-id": id } : {};
}

function header(request: http.IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
