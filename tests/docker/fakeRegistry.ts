/** A container registry in memory, on loopback, whose answers a test can replace. It checks digests, as a registry does. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export interface FakeRequest {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string | undefined;
  readonly body: Buffer;
}

export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Answers a request instead of the registry. Undefined: the registry answers. */
export type Intercept = (request: FakeRequest, registry: FakeRegistry) => FakeAnswer | undefined;

export const digestOf = (content: Buffer | string) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

export class FakeRegistry {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, Buffer>();
  readonly requests: FakeRequest[] = [];
  private readonly server = createServer((request, response) => void this.serve(request, response));

  constructor(private readonly intercept: Intercept = () => undefined) {}

  async start(): Promise<this> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return this;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** `<method> <path>` of each request to the registry, without requests for tokens. */
  get calls(): string[] {
    return this.requests.filter(({ url }) => url.pathname.startsWith("/v2/")).map(({ method, url }) => `${method} ${url.pathname}`);
  }

  add(content: Buffer | string): string {
    const bytes = Buffer.from(content);
    this.blobs.set(digestOf(bytes), bytes);
    return digestOf(bytes);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", headers } = incoming;
    const url = new URL(incoming.url ?? "", `http://${this.host}`);
    const request = { method, url, authorization: headers.authorization, body: await buffer(incoming) };
    this.requests.push(request);
    const { status, headers: answered = {}, body = "" } = this.intercept(request, this) ?? this.answer(request);
    response.writeHead(status, answered).end(body);
  }

  /** The registry's own answer. */
  answer({ method, url, body }: FakeRequest): FakeAnswer {
    const [, , , , kind, reference = ""] = url.pathname.split("/");
    if (kind === "manifests" && method === "PUT") {
      this.manifests.set(reference, body);
      return { status: 201, headers: { "docker-content-digest": digestOf(body) } };
    }
    if (kind === "manifests") {
      const manifest = this.manifests.get(reference);
      return manifest ? { status: 200, headers: { "docker-content-digest": digestOf(manifest) } } : { status: 404 };
    }
    if (method === "POST") return { status: 202, headers: { location: `${url.pathname}1?state=a` } };
    if (method === "HEAD") return { status: this.blobs.has(reference) ? 200 : 404 };
    const digest = url.searchParams.get("digest");
    if (digest !== digestOf(body)) return { status: 400, body: '{"errors":[{"code":"DIGEST_INVALID"}]}' };
    this.blobs.set(digest, body);
    return { status: 201 };
  }
}
