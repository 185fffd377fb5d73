/** Data-plane client of an Azure container registry: looks up images, and publishes blobs and manifests. */
import { createHash } from "node:crypto";
import type { Credential } from "../arm";
import type { Cloud } from "../clouds";
import { RegistryError } from "./error";
import { type NotReachable, notReachable } from "./reachability";
import { permitsPush, requestAccessToken, requestRefreshToken, type TokenSource } from "./tokens";
import { type RegistryRequest, type RegistryResponse, registryTransport, type SendToRegistry } from "./transport";

export interface RegistryClientOptions {
  /** Host name of the registry. */
  readonly loginServer: string;
  readonly cloud: Cloud;
  readonly credential: Credential;
  /** Address of the registry: HTTPS, or HTTP on this machine. @default - `https://<login server>` */
  readonly endpoint?: string;
  /** Headers of all requests. @default - none */
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds until a request is canceled. @default 300 - a large layer over a slow connection */
  readonly timeoutSeconds?: number;
  /** Seconds before the first retry after 408, 429 or 5xx. @default 1 */
  readonly retrySeconds?: number;
}

/** User name for a refresh token. Source: Azure docs, container-registry-authentication. */
export const registryUser = "00000000-0000-0000-0000-000000000000";

/** Bytes with their digest and media type. */
export interface RegistryContent {
  readonly mediaType: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** The digest of a manifest (undefined if the repository doesn't have it), or the reason why this machine can't look it up. */
export type Presence = { readonly digest: string | undefined } | NotReachable;

/** Media types of manifests. A registry converts or hides a manifest whose type a request doesn't accept. */
export const manifestTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
].join(", ");

/** Timeout of the requests of `look` and `probe`, in seconds. It is short, so that a preview doesn't wait for a network without a route. */
const probeSeconds = 15;

/**
 * A client of the registry API (OCI distribution specification) with Azure's tokens. It is not built on `@azure/container-registry`,
 * because that client can't check whether a blob exists, exposes no refresh token, and doesn't follow the absolute upload addresses that
 * other registries return.
 */
export class RegistryClient {
  private readonly endpoint: string;
  private readonly tokens: TokenSource;
  private readonly send: SendToRegistry;
  private readonly accessTokens = new Map<string, string>();

  constructor(private readonly options: RegistryClientOptions) {
    const { loginServer, cloud, credential, endpoint = `https://${loginServer}`, headers = {} } = options;
    const { timeoutSeconds = 300, retrySeconds = 1 } = options;
    this.endpoint = endpoint;
    this.send = registryTransport({ headers, timeoutSeconds, retrySeconds });
    const entraToken = () => credential(cloud.registryAudience);
    this.tokens = { endpoint, service: loginServer, send: this.send, entraToken };
  }

  /**
   * Returns the digest of the manifest with a tag or a digest, or undefined if the repository has none.
   * @throws RegistryError
   */
  async has(repository: string, reference: string): Promise<string | undefined> {
    const url = `${this.endpoint}/v2/${repository}/manifests/${reference}`;
    const { status, headers } = await this.authorized(repository, {
      ...{ method: "HEAD", url, headers: { accept: manifestTypes } },
      expected: [200, 404],
    });
    return status === 404 ? undefined : headers["docker-content-digest"];
  }

  /**
   * Uploads a blob. If the repository contains it, nothing is sent.
   * @throws RegistryError
   */
  async putBlob(repository: string, { digest, bytes }: RegistryContent): Promise<void> {
    const blobs = `${this.endpoint}/v2/${repository}/blobs`;
    // For a blob that exists, Azure redirects to its storage.
    const found = await this.authorized(repository, { method: "HEAD", url: `${blobs}/${digest}`, expected: [200, 307, 404] });
    if (found.status !== 404) return;
    const started = await this.authorized(repository, { method: "POST", url: `${blobs}/uploads/`, body: "", expected: [202] });
    const address = this.uploadAddress(`${blobs}/uploads/`, started.headers.location);
    address.searchParams.set("digest", digest);
    const headers = { "content-type": "application/octet-stream" };
    await this.authorized(repository, { method: "PUT", url: address.href, headers, body: bytes, expected: [201] });
  }

  /**
   * Writes a manifest, byte for byte, with a tag. Its blobs must exist.
   * @throws RegistryError; Error if the registry stored other bytes
   */
  async putManifest(repository: string, tag: string, { mediaType, digest, bytes }: RegistryContent): Promise<void> {
    const url = `${this.endpoint}/v2/${repository}/manifests/${tag}`;
    const headers = { "content-type": mediaType };
    const answer = await this.authorized(repository, { method: "PUT", url, headers, body: bytes, expected: [201] });
    const stored = answer.headers["docker-content-digest"];
    if (stored === digest) return;
    const computed = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    throw new Error(
      `${this.options.loginServer} stored ${repository}:${tag} with the digest ${stored}. Expected: ${digest} (the digest of the sent bytes is ${computed}). ` +
        "Check that no proxy between this machine and the registry changes requests, and run the command again.",
    );
  }

  /**
   * Looks up a manifest, and returns the reason if this machine can't reach the registry or has no permission.
   * @throws Error for any other problem, such as a missing sign-in
   */
  async look(repository: string, reference: string): Promise<Presence> {
    return new RegistryClient({ ...this.options, timeoutSeconds: probeSeconds }).lookNow(repository, reference);
  }

  /**
   * Checks whether this machine can reach the registry and push to a repository. It sends no content.
   * @throws Error for any other problem, such as a missing sign-in
   */
  async probe(repository: string): Promise<"reachable" | NotReachable> {
    const quick = new RegistryClient({ ...this.options, timeoutSeconds: probeSeconds });
    const found = await quick.lookNow(repository, "latest");
    if (!("digest" in found)) return found;
    const token = quick.accessTokens.get(repository);
    const mayPush = token === undefined || permitsPush(token, repository) !== false;
    return mayPush
      ? "reachable"
      : { kind: "permission", detail: `The registry ${this.options.loginServer} permits no push to ${repository}.` };
  }

  /**
   * Returns a refresh token, which other clients use as the password of `registryUser`. It is a secret.
   * @throws RegistryError
   */
  refreshToken(): Promise<string> {
    return requestRefreshToken(this.tokens);
  }

  private async lookNow(repository: string, reference: string): Promise<Presence> {
    const url = `${this.endpoint}/v2/${repository}/manifests/${reference}`;
    try {
      // Not HEAD, because a response to HEAD doesn't contain an error code.
      const request: RegistryRequest = { method: "GET", url, headers: { accept: manifestTypes }, expected: [200, 404] };
      const { status, headers } = await this.authorized(repository, request);
      return { digest: status === 404 ? undefined : headers["docker-content-digest"] };
    } catch (error) {
      const why = notReachable(error, this.options.loginServer);
      if (why !== undefined) return why;
      throw error;
    }
  }

  /** Sends a request, and once more with a new access token if the registry requires one. */
  private async authorized(repository: string, request: RegistryRequest): Promise<RegistryResponse> {
    try {
      return await this.send(withToken(request, this.accessTokens.get(repository)));
    } catch (error) {
      if (!(error instanceof RegistryError) || error.status !== 401) throw error;
      const token = await requestAccessToken(this.tokens, await this.refreshToken(), repository);
      this.accessTokens.set(repository, token);
      return this.send(withToken(request, token));
    }
  }

  /** The address of an upload. A registry behind a proxy can return its own host, so only path and query are used. */
  private uploadAddress(requested: string, location = ""): URL {
    const given = new URL(location, requested);
    const { origin, pathname } = new URL(this.endpoint);
    const prefix = pathname.replace(/\/$/, "");
    const path = given.pathname.startsWith(`${prefix}/`) ? given.pathname : `${prefix}${given.pathname}`;
    return new URL(`${path}${given.search}`, origin);
  }
}

function withToken(request: RegistryRequest, token: string | undefined): RegistryRequest {
  return token === undefined ? request : { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
}
