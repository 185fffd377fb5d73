/** Small resource managers for tests: one returns resources by their IDs, the other returns the responses of a list one after another. */
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { ArmClient } from "../../azure/arm";
import { clouds } from "../../azure/clouds";

export interface FakeAzure {
  /** Response by ID: a body or a status. Other IDs don't exist. The key of an action is `POST <id>/<action>`. */
  readonly responses: Record<string, object | number>;
  /** IDs of all read requests, in order. */
  readonly reads: string[];
  /** `<method> <id>` of all other requests, in order. */
  readonly writes: string[];
  close(): Promise<unknown>;
}

/** Serves these responses in place of Azure until it is closed. */
export async function serveAzure(responses: Readonly<Record<string, object | number>>): Promise<FakeAzure> {
  const fake = { responses: { ...responses }, reads: [] as string[], writes: [] as string[] };
  const close = await listen((request, response) => {
    const [id] = request.url!.split("?");
    const key = request.method === "GET" ? id! : `${request.method} ${id}`;
    (request.method === "GET" ? fake.reads : fake.writes).push(key);
    const answer = fake.responses[key] ?? inAnyCase(fake.responses, key) ?? 404;
    const [status, body] = typeof answer === "number" ? [answer, { error: { code: String(answer) } }] : [200, answer];
    response.writeHead(status, { connection: "close" }).end(JSON.stringify(body));
  });
  return { ...fake, close };
}

/** A response, or a broken connection. */
export type ScriptedResponse =
  | "break"
  | { readonly status: number; readonly headers?: Record<string, string> | (() => Record<string, string>); readonly body?: unknown };

/** Azure Resource Manager compares IDs case-insensitively. */
function inAnyCase(responses: FakeAzure["responses"], key: string): object | number | undefined {
  const found = Object.keys(responses).find((one) => one.toLowerCase() === key.toLowerCase());
  return found === undefined ? undefined : responses[found];
}

export interface ScriptedAzure {
  /** `<method> <path and query>` of each request. */
  readonly calls: string[];
  readonly url: string;
  close(): Promise<unknown>;
}

/** Returns these responses one after another, then repeats the last one. A body that is a string is sent unchanged. */
export async function serveScript(script: readonly ScriptedResponse[]): Promise<ScriptedAzure> {
  const calls: string[] = [];
  const close = await listen((request, response) => {
    const step = script[Math.min(calls.length, script.length - 1)]!;
    calls.push(`${request.method} ${request.url}`);
    if (step === "break") return void request.socket.destroy();
    const { status, headers, body = {} } = step;
    response.writeHead(status, { connection: "close", ...(typeof headers === "function" ? headers() : headers) });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  return { calls, url: process.env.MOOR_ARM_URL!, close };
}

/** Serves at the local address of Azure Resource Manager. */
async function listen(listener: http.RequestListener): Promise<() => Promise<unknown>> {
  const server = http.createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.MOOR_ARM_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return () => {
    delete process.env.MOOR_ARM_URL;
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
}

/** A client of the server that is running now. */
export function armClient(options: Partial<ConstructorParameters<typeof ArmClient>[0]> = {}): ArmClient {
  const endpoint = process.env.MOOR_ARM_URL;
  return new ArmClient({ credential: async () => "t", cloud: clouds.AzureCloud, endpoint, pollSeconds: 0.01, ...options });
}
