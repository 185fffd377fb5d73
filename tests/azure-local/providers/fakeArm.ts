/** A minimal fake of Azure Resource Manager for provider tests. It stores PUT bodies and fails on request. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Json = Record<string, unknown>;

export interface FakeRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly apiVersion: string;
  readonly body: Json;
}

export interface Answer {
  readonly status: number;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Overrides the response to a request; undefined for the fake's default. */
export type Interceptor = (request: FakeRequest, count: number) => Answer | "hangUp" | undefined;

export interface FakeArm {
  readonly url: string;
  readonly requests: FakeRequest[];
  /** By lowercase ID. */
  readonly resources: Map<string, Json>;
  intercept: Interceptor;
  /** Properties that the service adds to a resource, by type. */
  readonly computed: Record<string, Json>;
  /** PUT and DELETE requests for which this returns true run as `Azure-AsyncOperation` and complete at the second poll. */
  isSlow: (request: FakeRequest) => boolean;
  /** Final state and error of slow operations. */
  outcome: { status: string; error?: Json };
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? {} : JSON.parse(text);
}

function typeOf(path: string): string {
  const parts = path.slice(path.lastIndexOf("/providers/") + 1).split("/");
  return path.includes("/providers/")
    ? [parts[1], ...parts.slice(2).filter((_, index) => index % 2 === 0)].join("/")
    : "Microsoft.Resources/resourceGroups";
}

function stored(path: string, body: Json, computed: Record<string, Json>): Json {
  const properties = { ...(body.properties as Json | undefined), ...computed[typeOf(path)], provisioningState: "Succeeded" };
  return { ...body, id: path, name: path.split("/").at(-1), type: typeOf(path), properties };
}

const notFound: Answer = { status: 404, body: { error: { code: "ResourceNotFound", message: "not found" } } };

class Fake implements FakeArm {
  url = "";
  readonly requests: FakeRequest[] = [];
  readonly resources = new Map<string, Json>();
  intercept: Interceptor = () => undefined;
  isSlow: (request: FakeRequest) => boolean = () => false;
  outcome: { status: string; error?: Json } = { status: "Succeeded" };
  readonly computed: Record<string, Json> = {};
  private readonly polls = new Map<string, { left: number; done: () => void }>();
  private readonly server = createServer((request, response) => void this.serve(request, response));

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(incoming.url ?? "/", "http://127.0.0.1");
    const path = decodeURIComponent(address.pathname);
    const request = {
      method: incoming.method ?? "",
      path,
      apiVersion: address.searchParams.get("api-version") ?? "",
      body: await bodyOf(incoming),
    };
    this.requests.push(request);
    const answer = this.intercept(request, this.requests.length) ?? this.answer(request);
    if (answer === "hangUp") {
      incoming.socket.destroy();
      return;
    }
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    response.end(answer.body === undefined ? "" : JSON.stringify(answer.body));
  }

  private answer(request: FakeRequest): Answer {
    const { body, method, path } = request;
    const key = path.toLowerCase();
    if (path.startsWith("/operations/")) return this.poll(path);
    if (method === "GET") return this.resources.has(key) ? { status: 200, body: this.resources.get(key) ?? {} } : notFound;
    if (method === "POST") return { status: 200, body: { posted: path.split("/").at(-1), ...body } };
    if (method === "DELETE") {
      if (!this.resources.has(key)) return notFound;
      return this.run(request, () => this.resources.delete(key), { status: 200 });
    }
    const value = stored(path, body, this.computed);
    const status = this.resources.has(key) ? 200 : 201;
    this.resources.set(
      key,
      this.isSlow(request) ? { ...value, properties: { ...(value.properties as Json), provisioningState: "Creating" } } : value,
    );
    return this.run(
      request,
      () => this.resources.set(key, { ...value, properties: { ...(value.properties as Json), provisioningState: this.outcome.status } }),
      { status, body: value },
    );
  }

  private run(request: FakeRequest, done: () => void, answer: Answer): Answer {
    if (!this.isSlow(request)) {
      if (request.method === "DELETE") done();
      return answer;
    }
    const operation = `/operations/${this.polls.size + 1}`;
    this.polls.set(operation, { left: 1, done });
    return { status: 202, body: answer.body ?? {}, headers: { "azure-asyncoperation": `${this.url}${operation}?api-version=x` } };
  }

  private poll(operation: string): Answer {
    const state = this.polls.get(operation);
    if (!state) return notFound;
    if (state.left > 0) {
      state.left -= 1;
      return { status: 200, body: { status: "InProgress" } };
    }
    state.done();
    return { status: 200, body: { ...this.outcome } };
  }
}

export const startFakeArm = (): Promise<FakeArm> => new Fake().listen();
