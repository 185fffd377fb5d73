/**
 * Reads manifests and blobs from any registry, with the authentication that it requests. Unlike the client for Azure Container Registry, it
 * follows redirects, sends no Microsoft Entra token, and supports anonymous pulls, Docker's credentials and a proxy.
 */
import type { PipelineResponse } from "@azure/core-rest-pipeline";
import { manifestTypes } from "../../azure/containerRegistry";
import { sha256 } from "../../planner/image/base";
import type { RegistryCredentials } from "./dockerCredentials";
import { apiAddress, apiRepository, isLoopback, type RemoteImage, remoteImageText } from "./remoteImage";

/** Bytes with the digest that was checked. */
export interface Content {
  readonly bytes: Buffer;
  readonly digest: string;
}

/** Largest manifest and configuration, in bytes. Source: OCI distribution specification (4 MiB for a manifest). */
const largest = 4 * 1024 * 1024;
const mostRedirects = 5;
/** Timeout of a request, in seconds. */
const seconds = 60;

export class RemoteRegistry {
  private readonly image: RemoteImage;
  private readonly credentials: RegistryCredentials | undefined;
  private authorization: string | undefined;

  /** @param image Image whose repository is read. */
  constructor(image: RemoteImage, credentials: RegistryCredentials | undefined) {
    this.image = image;
    this.credentials = credentials;
  }

  /**
   * The manifest or index under a tag or digest, with the registry's exact bytes.
   * @throws Error if the registry doesn't return it, or if its bytes don't have the digest
   */
  async manifest(reference: string): Promise<Content> {
    const { bytes, headers } = await this.read(`manifests/${reference}`, manifestTypes);
    const stated = reference.startsWith("sha256:") ? reference : (headers["docker-content-digest"] ?? sha256(bytes));
    return this.checked(bytes, stated);
  }

  /** A blob. @throws Error if the registry doesn't return it, or if its bytes don't have the digest */
  async blob(digest: string): Promise<Content> {
    const { bytes } = await this.read(`blobs/${digest}`, "*/*");
    return this.checked(bytes, digest);
  }

  private checked(bytes: Buffer, digest: string): Content {
    const actual = sha256(bytes);
    if (actual === digest) return { bytes, digest };
    throw new Error(
      `The registry ${this.image.registry} returned other bytes for ${this.image.repository} than requested: their digest is ${actual} instead of ${digest}. ` +
        "Nothing was written. A proxy or mirror between this machine and the registry can change or truncate content. Run the command again, or use another registry.",
    );
  }

  private async read(path: string, accept: string): Promise<{ bytes: Buffer; headers: Readonly<Record<string, string>> }> {
    const own = apiAddress(this.image.registry);
    let url = `${own}/v2/${apiRepository(this.image)}/${path}`;
    let hasToken = false;
    for (let redirects = 0; ; ) {
      const isOwn = new URL(url).origin === new URL(own).origin;
      const headers = { accept, ...(isOwn && this.authorization ? { authorization: this.authorization } : {}) };
      const response = await this.send("GET", url, headers);
      const { status } = response;
      if (status === 401 && isOwn && !hasToken) {
        hasToken = true;
        this.authorization = await this.authorize(response.headers.get("www-authenticate") ?? "");
        await discard(response);
        continue;
      }
      const location = response.headers.get("location");
      if (status >= 300 && status < 400 && location !== undefined && redirects++ < mostRedirects) {
        await discard(response);
        url = secure(new URL(location, url).href, this.image.registry);
        continue;
      }
      if (status !== 200) throw this.refusal(status, await textOf(response));
      return { bytes: await bytesOf(response, this.image), headers: response.headers.toJSON() };
    }
  }

  /** Returns the Authorization header for the challenge of a 401 response. */
  private async authorize(challenge: string): Promise<string | undefined> {
    const { credentials } = this;
    const basic = credentials?.kind === "password" ? basicHeader(credentials.username, credentials.password) : undefined;
    if (/^basic\b/i.test(challenge)) return basic;
    const parameters = Object.fromEntries(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!.toLowerCase(), value!]),
    );
    if (parameters.realm === undefined) return undefined;
    const realm = new URL(secure(parameters.realm, this.image.registry));
    const scope = parameters.scope ?? `repository:${apiRepository(this.image)}:pull`;
    const fields = { ...(parameters.service === undefined ? {} : { service: parameters.service }), scope };
    if (credentials?.kind === "token") {
      const form = { grant_type: "refresh_token", refresh_token: credentials.identityToken, client_id: "moor", ...fields };
      return bearer(
        await this.send("POST", realm.href, { "content-type": "application/x-www-form-urlencoded" }, String(new URLSearchParams(form))),
        this,
      );
    }
    for (const [name, value] of Object.entries(fields)) realm.searchParams.set(name, value);
    return bearer(await this.send("GET", realm.href, basic === undefined ? {} : { authorization: basic }), this);
  }

  /** Returns the error for an unsuccessful status. It contains the registry's message, but no token. */
  refusal(status: number, text: string): Error {
    const { registry } = this.image;
    const image = remoteImageText(this.image);
    const message = messageOf(text);
    const answered = `The registry ${registry} answered ${status} to the request for ${image}${message === undefined ? "" : ` (${message})`}.`;
    const login = `docker login${registry === "docker.io" ? "" : ` ${registry}`}`;
    return new Error(`${answered} Nothing was written. ${remedy(status, login)}`);
  }

  private async send(
    method: "GET" | "POST",
    url: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<PipelineResponse> {
    const { createDefaultHttpClient, createEmptyPipeline, createHttpHeaders, createPipelineRequest, proxyPolicy } = await core();
    // Redirects are followed by `read`, which sends credentials to no other host.
    const pipeline = createEmptyPipeline();
    pipeline.addPolicy(proxyPolicy());
    const request = createPipelineRequest({
      url,
      method,
      headers: createHttpHeaders(headers),
      allowInsecureConnection: isLoopback(new URL(url).host),
      timeout: seconds * 1000,
      streamResponseStatusCodes: new Set([200]),
      ...(body === undefined ? {} : { body }),
    });
    try {
      return await pipeline.sendRequest(createDefaultHttpClient(), request);
    } catch (error) {
      const { host } = new URL(url);
      const { registry } = this.image;
      const name = host === registry ? host : `${host}, which the registry ${registry} uses,`;
      throw new Error(
        `${name} is not reachable from this machine (${reasonOf(error)}). Nothing was written. Run the command on a machine that reaches it ` +
          "(HTTPS_PROXY is respected), or name a mirror that this machine reaches with --image.",
      );
    }
  }
}

const core = () => import("@azure/core-rest-pipeline");

function reasonOf(error: unknown): string {
  const { code, message, name } = error as { readonly code?: string; readonly message: string; readonly name: string };
  return name === "AbortError" ? `no response within ${seconds} s` : (code ?? message);
}

function remedy(status: number, login: string): string {
  switch (status) {
    case 401:
    case 403:
      return `The repository doesn't exist, or reading it requires a login: run \`${login}\` with an account that can pull it, then run the command again.`;
    case 404:
      return "Check the repository and the tag or digest: the registry has no such image.";
    case 429:
      return `The registry limits the pulls of this address. Wait, or run \`${login}\` with an account, whose limit is higher, then run the command again.`;
    default:
      return "Run the command again. If it fails again, check the registry's status page.";
  }
}

async function bearer(response: PipelineResponse, registry: RemoteRegistry): Promise<string> {
  const text = await textOf(response);
  if (response.status !== 200) throw registry.refusal(response.status, text);
  const { token, access_token: accessToken } = jsonOf(text) as { readonly token?: string; readonly access_token?: string };
  return `Bearer ${token ?? accessToken ?? ""}`;
}

function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** @throws Error for plain HTTP to another machine */
function secure(url: string, registry: string): string {
  const { protocol, host } = new URL(url);
  if (protocol === "https:" || (protocol === "http:" && isLoopback(host))) return url;
  throw new Error(
    `The registry ${registry} refers to ${host} without HTTPS. Moor uses plain HTTP only on this machine. Use a registry with HTTPS.`,
  );
}

/** Reads a body up to the largest allowed size. */
async function bytesOf({ readableStreamBody, bodyAsText }: PipelineResponse, image: RemoteImage): Promise<Buffer> {
  if (readableStreamBody === undefined) return Buffer.from(bodyAsText ?? "", "utf8");
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of readableStreamBody) {
    parts.push(Buffer.from(part as Buffer));
    size += parts.at(-1)!.length;
    if (size > largest)
      throw new Error(`${remoteImageText(image)}: the registry returned more than ${largest} bytes for a manifest or configuration.`);
  }
  return Buffer.concat(parts);
}

async function textOf(response: PipelineResponse): Promise<string> {
  if (response.readableStreamBody === undefined) return response.bodyAsText ?? "";
  const parts: Buffer[] = [];
  for await (const part of response.readableStreamBody) parts.push(Buffer.from(part as Buffer));
  return Buffer.concat(parts).toString("utf8");
}

async function discard(response: PipelineResponse): Promise<void> {
  await textOf(response);
}

/** The first message of an error body. Source: OCI distribution specification, error codes. */
function messageOf(text: string): string | undefined {
  const { errors, details } = jsonOf(text) as {
    readonly errors?: readonly { readonly code?: unknown; readonly message?: unknown }[];
    readonly details?: unknown;
  };
  const [first] = Array.isArray(errors) ? errors : [];
  const found = [first?.code, first?.message, details].filter((part) => typeof part === "string" && part !== "");
  return found.length === 0 ? undefined : found.join(": ").slice(0, 300);
}

function jsonOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
