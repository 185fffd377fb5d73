import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createHttpServer, listenOnLoopback } from "../http/listen";
import type { HubUsers } from "./access";
import { type HubAnswer, HubError } from "./answer";
import { Delivery } from "./delivery";
import { type HubFault, HubFaults, limitHeaders } from "./faults";
import { generatedModel } from "./generatedModel";
import type { HubRepository } from "./repository";
import { HubRoutes } from "./routes";

export interface LocalHubOptions {
  /** @default 0, a free port. The addresses of large files are on another free port */
  readonly port?: number;
  /** @default none */
  readonly repositories?: readonly HubRepository[];
  /** Whether all other repositories exist too, at every commit: as a tiny model that depends on its ID and commit. @default false */
  readonly generate?: boolean;
  /** Users by token. @default none: each token is rejected */
  readonly users?: HubUsers;
  readonly faults?: readonly HubFault[];
  /** Entries of a page of a file list. @default 1000, or 100 with `expand`, as on the Hub */
  readonly pageSize?: number;
  /** How small files are answered: by a redirect to the same server, as on the Hub, or directly. @default redirected */
  readonly smallFiles?: "redirected" | "direct";
  /** What is served of files in LFS: their content, or only the pointers, as by a mirror of the Git repository alone. @default content */
  readonly largeFiles?: "content" | "pointers";
  /** Whether parts of large files can be requested. @default true */
  readonly ranges?: boolean;
  /** Whether the addresses of requests are in the European Union. @default false */
  readonly inEurope?: boolean;
  /** Milliseconds since 1970, for the expiry of addresses. @default the system clock */
  readonly now?: () => number;
}

/** A handled request. */
export interface HubRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly range?: string;
  /** 0 if it was not answered. */
  readonly status: number;
}

/** A local stand-in for huggingface.co. */
export interface LocalHub {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Origin of the signed addresses of large files. */
  readonly cdnUrl: string;
  /** Adds a repository, or another commit of it. The branch `main` is at the commit that was added last. */
  add(repository: HubRepository): void;
  /** Removes a repository, or one commit of it. */
  remove(id: string, commit?: string): void;
  /** Replaces all faults and resets their counters. */
  setFaults(faults: readonly HubFault[]): void;
  /** Lets all addresses expire that were issued until now. */
  expireAddresses(): void;
  /** The requests so far. */
  requests(): readonly HubRequest[];
  close(): Promise<void>;
}

/** Starts a local Hub on loopback. @throws Error if the port is in use */
export async function startLocalHub(options: LocalHubOptions = {}): Promise<LocalHub> {
  const { port = 0, now = Date.now, users = {}, pageSize, smallFiles = "redirected", generate = false } = options;
  const { largeFiles = "content", ranges = true, inEurope = false } = options;
  const faults = new HubFaults();
  faults.set(options.faults ?? []);
  const handled: HubRequest[] = [];
  const repositories = new Map<string, HubRepository[]>();
  const add = (repository: HubRepository) => {
    const others = (repositories.get(repository.id) ?? []).filter(({ commit }) => commit !== repository.commit);
    repositories.set(repository.id, [...others, repository]);
  };
  for (const repository of options.repositories ?? []) add(repository);
  const delivery = new Delivery(now);
  let cdnUrl = "";
  const find = (id: string): readonly HubRepository[] | undefined => repositories.get(id);
  const routes = new HubRoutes({
    ...{ find, largeFiles, inEurope },
    all: () => [...repositories.values()].map((commits) => commits.at(-1)!),
    generate: generate ? generatedModel : undefined,
    users,
    pageSize,
    smallFiles,
    addressOf: (sha256, contents, file) => `${cdnUrl}${delivery.sign(sha256, contents, file)}`,
  });

  const answer = async (request: IncomingMessage, response: ServerResponse, part: "hub" | "cdn") => {
    const url = new URL(request.url ?? "/", `http://${request.headers.host ?? "127.0.0.1"}`);
    const { method = "GET" } = request;
    const record = (status: number) => {
      const { range } = request.headers;
      handled.push({ method, path: url.pathname, ...(range === undefined ? {} : { range }), status });
    };
    const target = part === "cdn" ? { part: "cdn" as const, file: delivery.fileAt(url.pathname) } : routes.target(url.pathname);
    const fault = faults.next(target.part, target.file);
    if (fault?.effect === "hang") return record(0);
    if (fault?.effect === "drop") {
      record(0);
      return void request.socket.destroy();
    }
    const isCut = fault?.effect === "cut";
    try {
      const result =
        typeof fault?.effect === "number"
          ? refused(fault, target.part)
          : part === "cdn"
            ? delivery.serve(url.pathname, url.searchParams, ranges ? request.headers.range : undefined, fault?.effect === "wrongBytes")
            : await routes.serve(request, url);
      record(result.status);
      await send(request, response, result, isCut);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      record(error.status);
      await send(request, response, error.answer, false);
    }
  };

  const hub = createHttpServer((request, response) => answer(request, response, "hub"));
  const cdn = createHttpServer((request, response) => answer(request, response, "cdn"));
  const url = `http://127.0.0.1:${await listenOnLoopback(hub, port)}`;
  cdnUrl = `http://127.0.0.1:${await listenOnLoopback(cdn)}`;
  return {
    url,
    cdnUrl,
    add,
    remove: (id, commit) => {
      const left = (repositories.get(id) ?? []).filter((repository) => commit !== undefined && repository.commit !== commit);
      if (left.length > 0) repositories.set(id, left);
      else repositories.delete(id);
    },
    setFaults: (list) => faults.set(list),
    expireAddresses: () => delivery.expire(),
    requests: () => [...handled],
    close: async () => {
      for (const server of [hub, cdn]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

function refused({ effect, reset = 1 }: HubFault, part: "api" | "resolve" | "cdn"): HubAnswer {
  const status = Number(effect);
  const headers = status === 429 ? limitHeaders(part, reset) : {};
  const message = status === 429 ? "We had to rate limit you. Try again later." : "This request fails because of an injected fault.";
  return new HubError(status, undefined, message, headers).answer;
}

/** @param isCut Whether the connection is closed after a part of the body */
async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: HubAnswer,
  isCut: boolean,
): Promise<void> {
  const length = typeof body === "string" ? { "content-length": String(Buffer.byteLength(body)) } : {};
  response.writeHead(status, { "x-request-id": `Root=${randomUUID()}`, ...length, ...headers });
  if (request.method === "HEAD" || body === undefined) {
    if (body instanceof Readable) body.destroy();
    return void response.end();
  }
  if (isCut) return cut(response, body, Number(headers?.["content-length"] ?? 0));
  if (body instanceof Readable) await pipeline(body, response).catch(() => response.destroy());
  else response.end(body);
}

/** Sends the first half of the body, and closes the connection when it is sent. */
async function cut(response: ServerResponse, body: string | Readable, length: number): Promise<void> {
  const all = typeof body === "string" ? Readable.from([Buffer.from(body)]) : body;
  let left = Math.floor(length / 2);
  for await (const chunk of all as AsyncIterable<Buffer>) {
    const part = chunk.subarray(0, left);
    left -= part.length;
    await new Promise<void>((resolve) => response.write(part, () => resolve()));
    if (left === 0) break;
  }
  response.destroy();
}
