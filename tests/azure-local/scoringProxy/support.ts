import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request as openRequest, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { DeploymentView, Directory, EndpointView } from "../../../azure-local/scoringProxy";

/** Azure's defaults with vLLM's route. */
export const probe = { path: "/health", port: 8000, initialDelay: 10, period: 10, timeout: 2, failureThreshold: 30 };

export function deployment(name: string, changes: Partial<DeploymentView> = {}): DeploymentView {
  return {
    name,
    state: "Succeeded",
    updated: false,
    instances: 1,
    requestTimeout: 5,
    maxConcurrentRequestsPerInstance: 8,
    environmentVariables: {},
    scoring: { path: "/", port: 8000 },
    readiness: probe,
    liveness: probe,
    startUp: 0,
    pattern: "vllm",
    models: ["tiny"],
    ...changes,
  };
}

export function endpoint(changes: Partial<EndpointView> = {}): EndpointView {
  return {
    name: "chat",
    region: "swedencentral",
    publicAccess: false,
    authMode: "Key",
    keys: ["first-key", "second-key"],
    scorers: [],
    traffic: { main: 100 },
    mirrorTraffic: {},
    deployments: [deployment("main")],
    ...changes,
  };
}

/** A directory of plain objects. */
export function directoryOf(...endpoints: EndpointView[]): Directory {
  return {
    find: async (name, region) => endpoints.find((one) => one.name === name && (region === undefined || one.region === region)),
  };
}

/** A test server in place of a container. Its readiness route always answers 200. */
export async function startContainer(listener: RequestListener): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.url === "/health") response.end();
    else listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Sends one request on a new connection, with a valid key unless `headers` contains another one. */
export async function call(url: string, { method = "GET", headers, body }: Call = {}): Promise<Answer> {
  const answer = await open(url, { method, headers, body });
  return { status: answer.statusCode!, headers: answer.headers, body: await text(answer) };
}

/** Resolves when the headers of the answer were received. The caller reads the body. */
export function open(url: string, { method = "GET", headers, body }: Call = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = openRequest(url, { method, headers: { authorization: "Bearer first-key", ...headers }, agent: false }, resolve);
    request.once("error", reject);
    request.end(body);
  });
}

export async function text(stream: IncomingMessage): Promise<string> {
  let all = "";
  for await (const chunk of stream) all += chunk;
  return all;
}

/** A promise that can be resolved from outside: one side sends the signal, the other waits for it. */
export function signal<T = void>(): { promise: Promise<T>; give(value: T): void } {
  let give!: (value: T) => void;
  const promise = new Promise<T>((resolve) => {
    give = resolve;
  });
  return { promise, give };
}

/** Signs tokens without the issuer, including invalid ones. */
export function signToken(claims: object, secret: string, header: object = { alg: "HS256", typ: "JWT" }): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

export const inOneHour = () => Math.floor(Date.now() / 1000) + 3600;
