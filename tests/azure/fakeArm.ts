/** Small resource managers for tests: one that shows resources by their ids, and one that gives the answers of a list in turn. */
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { ArmClient } from "../../azure/arm";
import { clouds } from "../../azure/clouds";

export interface AzureHere {
  /** Answer by id: a body, or a status. What isn't here doesn't exist. An action is answered by `POST <id>/<action>`. */
  readonly shown: Record<string, object | number>;
  /** Ids that were read, in their order. */
  readonly asked: string[];
  /** `<method> <id>` of every other request, in their order. */
  readonly written: string[];
  close(): Promise<unknown>;
}

/** Answers in Azure's place until it is closed. */
export async function serveAzure(shown: Readonly<Record<string, object | number>>): Promise<AzureHere> {
  const here = { shown: { ...shown }, asked: [] as string[], written: [] as string[] };
  const close = await listen((request, response) => {
    const [id] = request.url!.split("?");
    const key = request.method === "GET" ? id! : `${request.method} ${id}`;
    (request.method === "GET" ? here.asked : here.written).push(key);
    const answer = here.shown[key] ?? inAnyCase(here.shown, key) ?? 404;
    const [status, body] = typeof answer === "number" ? [answer, { error: { code: String(answer) } }] : [200, answer];
    response.writeHead(status, { connection: "close" }).end(JSON.stringify(body));
  });
  return { ...here, close };
}

/** An answer, or a connection that breaks. */
export type Turn =
  | "break"
  | { readonly status: number; readonly headers?: Record<string, string> | (() => Record<string, string>); readonly body?: unknown };

/** Azure Resource Manager compares ids without case. */
function inAnyCase(shown: AzureHere["shown"], key: string): object | number | undefined {
  const found = Object.keys(shown).find((one) => one.toLowerCase() === key.toLowerCase());
  return found === undefined ? undefined : shown[found];
}

export interface AzureInTurn {
  /** `<method> <path and query>` of each request. */
  readonly calls: string[];
  readonly url: string;
  close(): Promise<unknown>;
}

/** Gives these answers one after the other, the last one from then on; a body that is text is sent as it is. */
export async function answerInTurn(turns: readonly Turn[]): Promise<AzureInTurn> {
  const calls: string[] = [];
  const close = await listen((request, response) => {
    const turn = turns[Math.min(calls.length, turns.length - 1)]!;
    calls.push(`${request.method} ${request.url}`);
    if (turn === "break") return void request.socket.destroy();
    const { status, headers, body = {} } = turn;
    response.writeHead(status, { connection: "close", ...(typeof headers === "function" ? headers() : headers) });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  return { calls, url: process.env.MOOR_ARM_URL!, close };
}

/** Serves as the local address of Azure Resource Manager. */
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

/** A client of whatever is served now. */
export function armClient(options: Partial<ConstructorParameters<typeof ArmClient>[0]> = {}): ArmClient {
  const endpoint = process.env.MOOR_ARM_URL;
  return new ArmClient({ credential: async () => "t", cloud: clouds.AzureCloud, endpoint, pollSeconds: 0.01, ...options });
}
