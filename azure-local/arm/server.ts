import { randomUUID } from "node:crypto";
import type * as http from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readJsonBody } from "../http/body";
import { type Answer, createHttpServer, listenOnLoopback } from "../http/listen";
import type { ArmRequest, ArmResponse } from "./armRequest";
import { AzureError } from "./azureError";
import { DATA_PREFIX, type DataPlane } from "./dataPlane";
import type { DataAnswer } from "./dataPlane/dataService";
import type { Outcome } from "./faultInjection";
import { IDENTITY_PATH, type IssueIdentityToken, identityToken } from "./managedIdentity";
import type { RequestLog } from "./requestLog";
import { RUN_LOG_PREFIX } from "./runs/logLinks";
import type { ScriptAccess, ScriptRequest } from "./scripts/access";
import { SCRIPT_PREFIX } from "./scripts/host";

/** Azure docs, azure-resource-manager/management/azure-subscription-service-limits: the size of a template with its parameters. */
const MAX_BYTES = 4 * 1024 * 1024;

/** The handlers of the server's paths. */
export interface Handlers {
  /** Azure Resource Manager. */
  readonly handle: (request: ArmRequest) => Outcome;
  readonly dataPlane: DataPlane;
  /** The path `/faults` of the simulator. */
  readonly faults: (method: string, body: unknown) => ArmResponse;
  /** Bearer token of internal services. */
  readonly internalToken?: string;
  /** Additional accepted host names, in lower case. */
  readonly hosts: readonly string[];
  readonly log: RequestLog;
  /** The log of a run, by a link that contains its permission. */
  readonly runLog: (path: string, query: URLSearchParams) => { readonly status: number; readonly text: string };
  /** The requests of running deployment scripts. */
  readonly scripts: ScriptAccess;
  /** Issues tokens of the managed identity. @default no managed identity */
  readonly issueIdentityToken?: IssueIdentityToken;
}

/** Host names of Azure Resource Manager in each cloud, for clients that use a proxy or a hosts file. */
const ARM_HOSTS = ["management.azure.com", "management.usgovcloudapi.net", "management.chinacloudapi.cn"];

const FAULTS_PATH = "/faults";

/** Serves ARM on 127.0.0.1. All errors have Azure's format. */
export async function listen(port: number, handlers: Handlers): Promise<http.Server> {
  const respond: Answer = (request, response) => {
    // A crashed simulator does not answer, also on HTTPS connections.
    if (!server.listening) return void request.socket.destroy();
    return answer(request, response, handlers);
  };
  const names = new Set([...ARM_HOSTS, ...handlers.hosts]);
  const server = createHttpServer(respond, {
    isOwnName: (hostname) => names.has(hostname),
    reject: (response, { status, code, message }) => send(response, { status, body: { error: { code, message } } }, {}),
  });
  server.keepAliveTimeout = 30_000;
  await listenOnLoopback(server, port);
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

async function answer(request: http.IncomingMessage, response: http.ServerResponse, handlers: Handlers): Promise<void> {
  const { pathname: sent, search } = addressOf(request.url ?? "/");
  if (sent.startsWith(SCRIPT_PREFIX)) return answerScript(request, response, sent, search, handlers);
  return answerPath(request, response, sent, search, handlers);
}

/** A request of a running deployment script: for a token, to the data plane, or to Azure Resource Manager. */
async function answerScript(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  sent: string,
  search: string,
  handlers: Handlers,
): Promise<void> {
  try {
    const script = handlers.scripts.enter(sent);
    const token = script.token(request.method ?? "GET", new URLSearchParams(search), header(request, "metadata"));
    if (token) return send(response, token, {});
    if (/^\/(data|subscriptions|providers)\//i.test(script.pathname))
      return await answerPath(request, response, script.pathname, search, handlers, script);
    throw new AzureError(404, "InvalidPath", `'${script.pathname}' is not a path that scripts can use.`);
  } catch (thrown) {
    const refusal = asAzureError(thrown);
    send(response, { status: refusal.status, body: { error: refusal.body } }, {});
  }
}

async function answerPath(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  pathname: string,
  search: string,
  handlers: Handlers,
  script?: ScriptRequest,
): Promise<void> {
  if (pathname.startsWith(DATA_PREFIX)) return answerData(request, response, pathname, handlers.dataPlane, script);
  if (pathname.startsWith(`${RUN_LOG_PREFIX}/`)) return answerLog(response, handlers.runLog(pathname, new URLSearchParams(search)));
  const { method = "GET" } = request;
  const { issueIdentityToken } = handlers;
  if (pathname === IDENTITY_PATH && issueIdentityToken !== undefined) return answerIdentity(request, response, search, issueIdentityToken);
  const correlationId = header(request, "x-ms-correlation-request-id") ?? randomUUID();
  let body: unknown;
  let outcome: Outcome;
  let error: string | undefined;
  try {
    if (hasBody(request)) body = await readJson(request);
    outcome =
      pathname === FAULTS_PATH
        ? handlers.faults(method, body)
        : handlers.handle({
            method,
            path: pathname,
            query: new URLSearchParams(search),
            body,
            origin: `${"encrypted" in request.socket ? "https" : "http"}://${request.headers.host ?? "127.0.0.1"}${script?.prefix ?? ""}`,
            isInternal: handlers.internalToken !== undefined && request.headers.authorization === `Bearer ${handlers.internalToken}`,
          });
  } catch (thrown) {
    const azureError = asAzureError(thrown);
    error = azureError.code;
    outcome = { status: azureError.status, body: { error: azureError.body } };
  }
  const path = `${pathname}${search}`;
  const client = clientHeaders(request);
  if (pathname !== FAULTS_PATH) {
    const seen = typeof outcome === "string" ? { status: 0, error: `(${outcome})` } : { status: outcome.status, error };
    handlers.log.add({ time: new Date().toISOString(), method, path, correlationId, client, ...seen }, body);
  }
  if (outcome === "drop") request.socket.destroy();
  if (typeof outcome === "string") return;
  send(response, outcome, { "x-ms-request-id": randomUUID(), "x-ms-correlation-request-id": correlationId, ...echo(request) });
}

/** The path as it was sent. `//subscriptions`, which results from an origin with a trailing slash, is a path and not a host. */
function addressOf(url: string): { pathname: string; search: string } {
  const [, pathname = "/", search = ""] = /^(?:https?:\/\/[^/?]*)?([^?]*)(\?.*)?$/i.exec(url)!;
  return { pathname, search };
}

async function answerData(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  pathname: string,
  dataPlane: DataPlane,
  script?: ScriptRequest,
): Promise<void> {
  try {
    await sendData(response, await dataPlane.handle(request, pathname, script && ((host) => script.position(host))));
  } catch (thrown) {
    const refusal = asAzureError(thrown);
    send(response, { status: refusal.status, body: { error: refusal.body } }, {});
  }
}

/** Links to logs are not logged, because they contain their permission. */
function answerLog(response: http.ServerResponse, { status, text }: { readonly status: number; readonly text: string }): void {
  response.writeHead(status, {
    "content-type": status === 200 ? "text/plain; charset=utf-8" : "application/xml",
    "cache-control": "no-cache",
  });
  response.end(text);
}

/** Sends the answer of a service. A body that can't be read to its end ends the connection. */
export async function sendData(response: http.ServerResponse, { status, headers, body }: DataAnswer): Promise<void> {
  response.writeHead(status, headers);
  if (body instanceof Readable) await pipeline(body, response).catch(() => response.destroy());
  else response.end(body);
}

function answerIdentity(request: http.IncomingMessage, response: http.ServerResponse, search: string, issue: IssueIdentityToken): void {
  try {
    send(response, identityToken(new URLSearchParams(search), header(request, "x-identity-header"), issue), {});
  } catch (thrown) {
    const refusal = asAzureError(thrown);
    send(response, { status: refusal.status, body: { error: refusal.body } }, {});
  }
}

function hasBody({ headers }: http.IncomingMessage): boolean {
  return headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
}

async function readJson(request: http.IncomingMessage): Promise<unknown> {
  const body = await readJsonBody(request, MAX_BYTES);
  if ("value" in body) return body.value;
  if ("tooLarge" in body) throw new AzureError(413, "RequestContentTooLarge", `The request content exceeds ${MAX_BYTES} bytes.`);
  throw new AzureError(400, "InvalidRequestContent", `The request content was invalid and could not be deserialized: it ${body.invalid}.`);
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
