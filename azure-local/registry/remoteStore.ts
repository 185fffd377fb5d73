import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { RegistryError } from "./answer";
import type { ByteRange, ImageStore, ImageStores } from "./imageStore";
import { digestOf } from "./names";
import { exchangeOci, headerOf, manifestTypes, type OciRequest, ociError, sendOci } from "./ociClient";
import type { Manifest } from "./registries";

/**
 * Registries in a real OCI registry: repository `<scope>/<repository>`. The contents of deleted registries stay there, because most
 * registries don't delete repositories; a re-created registry has a new scope.
 */
export class RemoteStores implements ImageStores {
  private readonly uploads = new Map<string, Upload>();

  /** @param url Address without a path */
  constructor(private readonly url: string) {}

  of(scope: string): ImageStore {
    return new RemoteStore(this.url.replace(/\/+$/, ""), scope, this.uploads);
  }

  keep(): void {}
}

interface Upload {
  readonly repository: string;
  /** The address that the registry returned last. */
  location: string;
  size: number;
}

class RemoteStore implements ImageStore {
  constructor(
    private readonly url: string,
    private readonly scope: string,
    private readonly uploads: Map<string, Upload>,
  ) {}

  async manifest(repository: string, digest: string): Promise<Manifest | undefined> {
    const url = `${this.in(repository)}/manifests/${digest}`;
    const { status, headers, bytes } = await this.exchange(
      { method: "GET", url, headers: { accept: manifestTypes.join(", ") } },
      [200, 404],
    );
    const mediaType = headerOf(headers, "content-type");
    return status === 200 && mediaType ? { mediaType, bytes, digest: digestOf(bytes) } : undefined;
  }

  /** The real registry checks the references. */
  async putManifest(repository: string, reference: string, { mediaType, bytes }: Manifest): Promise<void> {
    const url = `${this.in(repository)}/manifests/${reference}`;
    await this.exchange({ method: "PUT", url, headers: { "content-type": mediaType }, body: bytes }, [201]);
  }

  async blobSize(repository: string, digest: string): Promise<number | undefined> {
    const { status, headers } = await this.exchange({ method: "HEAD", url: `${this.in(repository)}/blobs/${digest}` }, [200, 404]);
    return status === 404 ? undefined : Number(headerOf(headers, "content-length"));
  }

  async readBlob(repository: string, digest: string, range?: ByteRange): Promise<Readable> {
    const headers: Record<string, string> = range ? { range: `bytes=${range.from}-${range.to}` } : {};
    const { status, body } = await this.send({ method: "GET", url: `${this.in(repository)}/blobs/${digest}`, headers });
    if (status === 200 || status === 206) return body;
    body.destroy();
    throw unexpected("GET", status);
  }

  async mountBlob(repository: string, digest: string, from: string): Promise<boolean> {
    const query = `mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(`${this.scope}/${from}`)}`;
    const { status, headers } = await this.exchange({ method: "POST", url: `${this.in(repository)}/blobs/uploads/?${query}` }, [201, 202]);
    if (status === 202) await this.exchange({ method: "DELETE", url: this.absolute(headers.location) }, [202, 204, 404]);
    return status === 201;
  }

  async startUpload(repository: string): Promise<string> {
    const { headers } = await this.exchange({ method: "POST", url: `${this.in(repository)}/blobs/uploads/` }, [202]);
    const id = randomUUID();
    this.uploads.set(id, { repository: this.in(repository), location: this.absolute(headers.location), size: 0 });
    return id;
  }

  uploadSize(repository: string, id: string): number | undefined {
    return this.find(repository, id)?.size;
  }

  async append(repository: string, id: string, body: Readable): Promise<number> {
    const upload = this.upload(repository, id);
    let size = upload.size;
    const counted = Readable.from(
      (async function* () {
        for await (const chunk of body as AsyncIterable<Buffer>) {
          size += chunk.length;
          yield chunk;
        }
      })(),
    );
    const headers = { "content-type": "application/octet-stream" };
    const answer = await this.exchange({ method: "PATCH", url: upload.location, headers, body: counted }, [202]);
    upload.location = this.absolute(answer.headers.location);
    upload.size = size;
    return size;
  }

  async finishUpload(repository: string, id: string, digest: string): Promise<void> {
    const { location } = this.upload(repository, id);
    this.uploads.delete(id);
    const url = `${location}${location.includes("?") ? "&" : "?"}digest=${encodeURIComponent(digest)}`;
    await this.exchange({ method: "PUT", url }, [201]);
  }

  async cancelUpload(repository: string, id: string): Promise<void> {
    const { location } = this.upload(repository, id);
    this.uploads.delete(id);
    await this.exchange({ method: "DELETE", url: location }, [202, 204, 404]);
  }

  private in(repository: string): string {
    return `${this.url}/v2/${this.scope}/${repository}`;
  }

  private find(repository: string, id: string): Upload | undefined {
    const upload = this.uploads.get(id);
    return upload?.repository === this.in(repository) ? upload : undefined;
  }

  private upload(repository: string, id: string): Upload {
    const upload = this.find(repository, id);
    if (upload) return upload;
    throw new RegistryError(404, "BLOB_UPLOAD_UNKNOWN", "The upload doesn't exist, or it ended when the local Azure was restarted.");
  }

  private absolute(location: string | undefined): string {
    return new URL(location ?? "", this.url).toString();
  }

  /** @throws RegistryError with the registry's error if the status is another */
  private async exchange(request: OciRequest, expected: readonly number[]) {
    const answer = await this.reached(exchangeOci(request));
    if (expected.includes(answer.status)) return answer;
    const error = ociError(answer.bytes);
    throw error ? new RegistryError(answer.status, error.code, error.message) : unexpected(request.method, answer.status);
  }

  private send(request: OciRequest) {
    return this.reached(sendOci(request));
  }

  private async reached<T>(sent: Promise<T>): Promise<T> {
    try {
      return await sent;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new RegistryError(503, "UNKNOWN", `The registry behind the local Azure (${this.url}) doesn't respond: ${reason}.`);
    }
  }
}

function unexpected(method: string, status: number): RegistryError {
  return new RegistryError(502, "UNKNOWN", `The registry behind the local Azure answered a ${method} request with ${status}.`);
}
