import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { RegistryError } from "./answer";
import type { ImageStore } from "./imageStore";
import { digestOf, referencesOf } from "./names";
import { exchangeOci, headerOf, manifestTypes, type OciResponse, ociError, sendOci } from "./ociClient";
import { type Manifest, OutsideError, type OutsideImage } from "./registries";

type OutsideStatus = OutsideError["status"];

/** Reads a repository of a registry outside Azure, at the local address that replaces its host. */
export class OutsideRepository {
  private authorization: string | undefined;

  /** @param url Address of the registry, without a trailing slash */
  constructor(
    private readonly url: string,
    private readonly image: OutsideImage,
  ) {}

  /** @throws OutsideError */
  async manifest(digest: string): Promise<Manifest> {
    const { headers, body } = await this.get(`manifests/${digest}`, { accept: manifestTypes.join(", ") });
    const bytes = await buffer(body);
    if (digestOf(bytes) !== digest) throw new OutsideError(502, `${this.name} returned a manifest with another digest than ${digest}.`);
    return { mediaType: headerOf(headers, "content-type")?.split(";")[0] ?? "", bytes, digest };
  }

  /** @throws OutsideError */
  async blob(digest: string): Promise<Readable> {
    return (await this.get(`blobs/${digest}`)).body;
  }

  private get name(): string {
    return `${this.image.registry}/${this.image.repository}`;
  }

  private async get(path: string, headers: Record<string, string> = {}): Promise<OciResponse> {
    const url = `${this.url}/v2/${this.image.repository}/${path}`;
    let answer = await this.sent(url, headers, this.authorization);
    if (answer.status === 401 && this.authorization === undefined) {
      answer.body.resume();
      this.authorization = await this.authorize(headerOf(answer.headers, "www-authenticate") ?? "");
      answer = await this.sent(url, headers, this.authorization);
    }
    // Registries redirect blobs to their storage, which doesn't accept the registry's token.
    for (let hops = 0; answer.status >= 301 && answer.status <= 308 && hops < 5; hops++) {
      answer.body.resume();
      answer = await this.sent(new URL(answer.headers.location ?? "", url).toString(), headers);
    }
    if (answer.status === 200) return answer;
    const error = ociError(await buffer(answer.body));
    const text = error ? `${error.code}: ${error.message}` : `status ${answer.status}`;
    throw new OutsideError(statusOf(answer.status), `${this.name}, ${path}: ${text}`);
  }

  private async sent(url: string, headers: Record<string, string>, authorization?: string): Promise<OciResponse> {
    try {
      return await sendOci({ method: "GET", url, headers: authorization ? { ...headers, authorization } : headers });
    } catch (error) {
      throw new OutsideError(502, `${this.image.registry} doesn't respond: ${error instanceof Error ? error.message : error}.`);
    }
  }

  /** Answers a challenge: with the credentials, or with a token for them. */
  private async authorize(challenge: string): Promise<string> {
    const { credentials } = this.image;
    const basic = credentials && `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
    const parameters = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]));
    if (!/^Bearer /i.test(challenge) || !parameters.realm || !URL.canParse(parameters.realm)) {
      if (basic && /^Basic\b/i.test(challenge)) return basic;
      throw new OutsideError(401, `${this.name} requires credentials.`);
    }
    const realm = new URL(parameters.realm);
    if (parameters.service) realm.searchParams.set("service", parameters.service);
    realm.searchParams.set("scope", parameters.scope ?? `repository:${this.image.repository}:pull`);
    const { status, bytes } = await exchangeOci({ method: "GET", url: realm.toString(), headers: basic ? { authorization: basic } : {} });
    const { token, access_token = token } = JSON.parse(status === 200 ? bytes.toString("utf8") : "{}") as Record<string, string>;
    if (access_token) return `Bearer ${access_token}`;
    throw new OutsideError(statusOf(status), `${this.name}: the token request was answered with ${status}.`);
  }
}

function statusOf(status: number): OutsideStatus {
  const known: readonly OutsideStatus[] = [401, 403, 404, 429];
  return known.find((one) => one === status) ?? 502;
}

/**
 * Copies a manifest and everything that it refers to. Blobs that are already in the repository are not requested.
 * @returns the digest of the manifest, after everything that it refers to is stored
 * @throws OutsideError
 */
export async function copyImage(source: OutsideRepository, store: ImageStore, repository: string, digest: string): Promise<Manifest> {
  const manifest = await source.manifest(digest);
  const { blobs, manifests } = referencesIn(manifest);
  for (const child of manifests) {
    const copied = await copyImage(source, store, repository, child);
    await store.putManifest(repository, child, copied, true);
  }
  for (const blob of new Set(blobs)) {
    if ((await store.blobSize(repository, blob)) === undefined) await copyBlob(source, store, repository, blob);
  }
  return manifest;
}

async function copyBlob(source: OutsideRepository, store: ImageStore, repository: string, digest: string): Promise<void> {
  const upload = await store.startUpload(repository);
  try {
    await store.append(repository, upload, await source.blob(digest));
    await store.finishUpload(repository, upload, digest);
  } catch (error) {
    if (store.uploadSize(repository, upload) !== undefined) await store.cancelUpload(repository, upload);
    if (error instanceof RegistryError && error.code === "DIGEST_INVALID")
      throw new OutsideError(502, `The outside registry returned a blob with another digest than ${digest}.`);
    throw error;
  }
}

function referencesIn(manifest: Manifest): ReturnType<typeof referencesOf> {
  try {
    return referencesOf(manifest.bytes);
  } catch (error) {
    throw new OutsideError(502, `The manifest ${manifest.digest} can't be imported: ${error instanceof Error ? error.message : error}`);
  }
}
