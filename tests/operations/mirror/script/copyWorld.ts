/** Runs copy_weights.py as a deployment script does, against the blob service of the local Azure, with a Hub and an identity of this file. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { blockSizeOf } from "../../../../operations/mirror/blocks";
import { type CopyJob, jobFiles } from "../../../../operations/mirror/script/job";
import { manifestDigest, type WeightFile } from "../../../../planner/weights";
import { Caller } from "../../../azure-local/arm/client";
import { CONTAINER, containerClient, createAccount, HOST } from "../../../azure-local/storage/blobAccount";
import { outputOf } from "../../../support/childOutput";

export const folder = "models/acme--tiny/rev";
export const revision = "c".repeat(40);
export const model = "acme/tiny";
export const hubToken = "hf_planted_token_0123456789";
/** An adapter, which is another repository. */
export const adapterJob = { folder: "adapters/support", model: "acme/support", revision: "d".repeat(40) };
const signature = "planted-signature";
const vault = "vault01.vault.azure.net";
const blockBytes = 16;

/** Contents of the model's files. `config.json` is stored in Git, so the Hub returns it without a redirect. */
export const contents: Readonly<Record<string, string>> = {
  "config.json": '{"model_type":"tiny"}',
  "model-00001-of-00002.safetensors": "0123456789abcdef".repeat(3),
  "model-00002-of-00002.safetensors": "fedcba9876543210".repeat(2),
  "tokenizer.json": "t".repeat(20),
};

/** One request that the script sent, or that the storage service sent to the CDN. */
export interface Seen {
  readonly server: "identity" | "vault" | "storage" | "hub" | "cdn";
  readonly method: string;
  /** Path and query, without the origin. */
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
}

export interface RunOutcome {
  readonly code: number | null;
  readonly log: string;
  readonly outputs: unknown;
}

/** An answer of a faulty server. `undefined`: the usual answer. */
export type Fault = (
  seen: Seen,
  count: number,
) => { readonly status: number; readonly headers?: Record<string, string>; readonly body?: object } | "kill" | undefined;

export class CopyWorld {
  readonly seen: Seen[] = [];
  fault: Fault = () => undefined;
  /** Contents that the CDN returns. */
  files: Record<string, string> = { ...contents };
  gated = false;
  commit = revision;
  private child: ChildProcess | undefined;
  private readonly connections: Promise<void>[] = [];
  private readonly forwarded: Promise<void>[] = [];

  private constructor(
    readonly caller: Caller,
    private readonly servers: readonly http.Server[],
    private readonly addresses: { azure: string; hub: string; cdn: string },
  ) {}

  static async start(): Promise<CopyWorld> {
    const caller = await Caller.start();
    await createAccount(caller);
    const worlds: CopyWorld[] = [];
    const listen = async (serve: (world: CopyWorld, ...args: Parameters<http.RequestListener>) => void) => {
      const server = http.createServer((request, response) => serve(worlds[0]!, request, response));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    };
    const azure = await listen((world, ...args) => world.serveAzure(...args));
    const hub = await listen((world, ...args) => world.serveHub(...args));
    const cdn = await listen((world, ...args) => world.serveCdn(...args));
    const addresses = { azure: azure.address, hub: hub.address, cdn: cdn.address };
    const world = new CopyWorld(caller, [azure.server, hub.server, cdn.server], addresses);
    worlds.push(world);
    azure.server.on("connection", (socket) => world.connections.push(new Promise((resolve) => socket.once("close", () => resolve()))));
    return world;
  }

  async stop(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      server.close();
    }
    await this.caller.stop();
  }

  /** Forgets requests and faults, and deletes all blobs. */
  async reset(): Promise<void> {
    await this.emptyContainer();
    this.seen.length = 0;
    this.fault = () => undefined;
    this.files = { ...contents };
    this.gated = false;
    this.commit = revision;
  }

  private async emptyContainer(): Promise<void> {
    const container = containerClient(this.caller);
    for await (const { name } of container.listBlobsFlat({ includeUncommitedBlobs: true })) {
      const blob = container.getBlockBlobClient(name);
      // Discards uncommitted blocks.
      await blob.upload("", 0);
      await blob.delete();
    }
  }

  listed(files: Readonly<Record<string, string>> = contents): WeightFile[] {
    return Object.entries(files).map(([name, text]) => ({
      path: name,
      size: Buffer.byteLength(text),
      sha256: createHash("sha256").update(text).digest("hex"),
    }));
  }

  /** @param named Contents of the listed files. @default - all files of the model */
  job(changes: Partial<CopyJob> = {}, named: Readonly<Record<string, string>> = contents): CopyJob {
    const files = this.listed(named);
    return {
      blobs: `https://${HOST}`,
      container: CONTAINER.slice(CONTAINER.lastIndexOf("/") + 1),
      ...{ folder, hub: this.addresses.hub, model, revision },
      files: jobFiles(files, (size) => blockSizeOf(size, blockBytes)),
      manifest: manifestDigest(files).slice("sha256:".length),
      clientId: "11111111-2222-4333-8444-555555555555",
      pauseScale: 0,
      ...changes,
    };
  }

  /** Runs copy_weights.py until it ends. */
  async run(job: CopyJob = this.job()): Promise<RunOutcome> {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "moor-copy-"));
    const outputs = path.join(directory, "outputs.json");
    fs.writeFileSync(path.join(directory, "job.json"), JSON.stringify(job));
    const script = path.join(__dirname, "../../../../operations/mirror/script/copy_weights.py");
    const { azure } = this.addresses;
    try {
      const child = spawn("python3", ["-B", script, path.join(directory, "job.json")], {
        env: { PATH: process.env.PATH, AZ_SCRIPTS_OUTPUT_PATH: outputs, MOOR_LOCAL_AZURE: azure, MOOR_LOCAL_IDENTITY: azure },
        stdio: ["ignore", "pipe", "pipe"],
      });
      this.child = child;
      const log = outputOf(child);
      const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
      await this.settled();
      return { code, log: log(), outputs: fs.existsSync(outputs) ? JSON.parse(fs.readFileSync(outputs, "utf8")) : undefined };
    } finally {
      fs.rmSync(directory, { recursive: true, force: true });
    }
  }

  /** Waits until the storage service has completed the requests of a killed script. */
  private async settled(): Promise<void> {
    // Connections are accepted in their order, so those of the script were accepted when this one is.
    await new Promise<void>((resolve) =>
      http.get(`${this.addresses.azure}/settled`, { agent: false }, (answer) => answer.resume().once("close", resolve)),
    );
    await Promise.all(this.connections.splice(0));
    await Promise.all(this.forwarded.splice(0));
  }

  /** Text and hash metadata of each blob in the folder, by path. */
  async blobs(): Promise<Record<string, readonly [text: string, sha256: string | undefined]>> {
    const container = containerClient(this.caller);
    const found: Record<string, readonly [string, string | undefined]> = {};
    for await (const { name, metadata } of container.listBlobsFlat({ prefix: `${folder}/`, includeMetadata: true })) {
      const text = (await container.getBlockBlobClient(name).downloadToBuffer()).toString();
      found[name.slice(folder.length + 1)] = [text, metadata?.sha256];
    }
    return found;
  }

  /** The blocks that were stored, by blob and ID, one entry for each write. */
  get storedBlocks(): string[] {
    return this.seen
      .filter(({ server, method, url }) => server === "storage" && method === "PUT" && url.includes("comp=block&"))
      .map(({ url }) => url);
  }

  private record(server: Seen["server"], request: http.IncomingMessage): ReturnType<Fault> {
    const seen = { server, method: request.method ?? "", url: request.url ?? "", headers: request.headers };
    this.seen.push(seen);
    return this.fault(seen, this.seen.length);
  }

  private refuse(fault: ReturnType<Fault>, response: http.ServerResponse): boolean {
    if (fault === undefined) return false;
    if (fault === "kill") {
      this.child?.kill("SIGKILL");
      response.destroy();
    } else response.writeHead(fault.status, fault.headers).end(fault.body && JSON.stringify(fault.body));
    return true;
  }

  /** Identity, Key Vault and storage, as the local Azure serves them to a script. */
  private serveAzure(request: http.IncomingMessage, response: http.ServerResponse): void {
    const url = request.url ?? "";
    if (url === "/settled") return void response.end();
    const server = url.startsWith("/metadata/") ? "identity" : url.startsWith(`/data/${vault}/`) ? "vault" : "storage";
    if (this.refuse(this.record(server, request), response)) return;
    const json = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (server === "identity") return void json(200, { access_token: "local", expires_on: String(Math.floor(Date.now() / 1000) + 3600) });
    if (server === "vault") return void json(200, { value: hubToken });
    const to = new URL(`${this.caller.arm.url}${url}`);
    const forwarded = http.request(to, { method: request.method, headers: { ...request.headers, host: to.host } }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
      // Otherwise, an answer to a killed script would never end.
      response.once("close", () => answer.resume());
    });
    const ended = new Promise<void>((resolve) => forwarded.once("close", resolve));
    this.forwarded.push(ended);
    forwarded.on("error", () => response.destroy());
    request.on("close", () => request.complete || forwarded.destroy());
    request.pipe(forwarded);
  }

  private serveHub(request: http.IncomingMessage, response: http.ServerResponse): void {
    if (this.refuse(this.record("hub", request), response)) return;
    const url = decodeURIComponent(request.url ?? "");
    const adapter = url.split(`/${adapterJob.model}/resolve/${adapterJob.revision}/`)[1];
    const name = adapter === undefined ? (url.split(`/${model}/resolve/${revision}/`)[1] ?? "") : `${adapterJob.folder}/${adapter}`;
    const text = this.files[name];
    const isAllowed = !this.gated || request.headers.authorization === `Bearer ${hubToken}`;
    if (!isAllowed) return void response.writeHead(401, { "x-error-code": "GatedRepo" }).end();
    if (text === undefined) return void response.writeHead(404, { "x-error-code": "EntryNotFound" }).end();
    const commit = { "x-repo-commit": adapter === undefined ? this.commit : adapterJob.revision };
    if (name.endsWith(".safetensors"))
      return void response.writeHead(302, { ...commit, location: `${this.addresses.cdn}/${name}?Signature=${signature}` }).end();
    sendPart(request, response, text, commit);
  }

  private serveCdn(request: http.IncomingMessage, response: http.ServerResponse): void {
    if (this.refuse(this.record("cdn", request), response)) return;
    const { pathname, searchParams } = new URL(request.url ?? "", "http://cdn");
    if (searchParams.get("Signature") !== signature) return void response.writeHead(403).end();
    sendPart(request, response, this.files[pathname.slice(1)] ?? "", {});
  }
}

function sendPart(request: http.IncomingMessage, response: http.ServerResponse, text: string, headers: Record<string, string>): void {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
  const part = from === undefined ? text : text.slice(Number(from), Number(to) + 1);
  const range = from === undefined ? {} : { "content-range": `bytes ${from}-${to}/${text.length}` };
  response.writeHead(from === undefined ? 200 : 206, { ...headers, ...range, "content-length": String(Buffer.byteLength(part)) });
  response.end(request.method === "HEAD" ? undefined : part);
}

/** What must never be written anywhere. */
export const planted = [hubToken, signature];
