import { readBody } from "../http/body";
import { jsonAnswer, type RegistryAnswer, RegistryError } from "./answer";
import type { Authorization, RegistryCall } from "./authorization";
import type { RegistryHost } from "./host";
import type { ByteRange, ImageStore } from "./imageStore";
import { checkDigest, checkReference, checkRepository, digestOf, isDigest, referencesOf } from "./names";
import type { Access } from "./tokens";
import { hasImageWithoutBytes } from "./withoutBytes";

/** Maximum size of a manifest in bytes. The OCI distribution specification requires at least 4 MiB. */
const longestManifest = 4 * 1024 * 1024;

const apiVersion = { "docker-distribution-api-version": "registry/2.0" } as const;

/** A request to `/v2/` with the parts of its path. */
interface Request extends RegistryCall {
  readonly store: ImageStore;
  readonly repository: string;
}

/** The OCI distribution API of a registry. Source: opencontainers/distribution-spec, spec.md. */
export class Distribution {
  constructor(
    private readonly host: RegistryHost,
    private readonly authorization: Authorization,
  ) {}

  /** @throws RegistryError */
  async serve(call: RegistryCall, store: ImageStore): Promise<RegistryAnswer> {
    const path = call.path.replace(/^v2\/?/, "");
    if (path === "") {
      this.authorization.check(call, undefined);
      return jsonAnswer(200, {}, apiVersion);
    }
    if (path === "_catalog") return this.catalog(call);
    const [, name, rest] = /^(.+?)\/(tags\/list|manifests\/[^/]+|blobs\/(?:uploads\/?|uploads\/[^/]+|[^/]+))$/.exec(path) ?? [];
    if (name === undefined || rest === undefined) throw unsupported(call);
    const [kind = "", ...below] = rest.split("/");
    this.authorization.check(call, accessFor(call.method, kind, below, name));
    const request: Request = { ...call, store, repository: checkRepository(name) };
    if (kind === "tags") return this.tags(request);
    if (kind === "manifests") return this.manifest(request, checkReference(below[0]!));
    if (below[0] !== "uploads") return this.blob(request, checkDigest(below[0]!));
    return below[1] ? this.upload(request, below[1]) : this.startUpload(request);
  }

  private catalog(call: RegistryCall): RegistryAnswer {
    if (call.method !== "GET") throw unsupported(call);
    this.authorization.check(call, { type: "registry", name: "catalog", actions: ["*"] });
    const repositories = [...new Set(this.host.images(call.registry.id).map(({ repository }) => repository))].sort();
    return page(call, repositories, (items) => ({ repositories: items }));
  }

  private tags(request: Request): RegistryAnswer {
    const { registry, repository, method } = request;
    if (method !== "GET") throw unsupported(request);
    const images = this.host.images(registry.id).filter((image) => image.repository === repository);
    if (images.length === 0) throw new RegistryError(404, "NAME_UNKNOWN", `repository name not known to registry: ${repository}`);
    const tags = images.flatMap(({ tag }) => (tag === undefined ? [] : [tag])).sort();
    return page(request, tags, (items) => ({ name: repository, tags: items }));
  }

  private async manifest(request: Request, reference: string): Promise<RegistryAnswer> {
    const { registry, repository, method, store } = request;
    if (method === "PUT") return this.putManifest(request, reference);
    const digest = this.host.image(registry.id, repository, reference);
    if (digest === undefined) throw manifestUnknown(reference, `The manifest ${reference} is not found in ${repository}.`);
    if (method === "DELETE") {
      this.host.remove(registry.id, repository, reference);
      return { status: 202 };
    }
    if (method !== "GET" && method !== "HEAD") throw unsupported(request);
    const manifest = await store.manifest(repository, digest);
    const found = { "docker-content-digest": digest, etag: `"${digest}"`, ...apiVersion };
    if (manifest === undefined) {
      if (method === "HEAD") return { status: 200, headers: found };
      throw manifestUnknown(
        reference,
        `The image ${digest} was imported without its bytes, because the local Azure has no address for the registry that it comes from ` +
          "(option outsideRegistries).",
      );
    }
    const headers = { ...found, "content-type": manifest.mediaType, "content-length": String(manifest.bytes.length) };
    return { status: 200, headers, ...(method === "GET" ? { body: manifest.bytes } : {}) };
  }

  private async putManifest(request: Request, reference: string): Promise<RegistryAnswer> {
    const { registry, repository, store, root } = request;
    const bytes = await limitedBody(request, longestManifest);
    const digest = digestOf(bytes);
    if (isDigest(reference) && reference !== digest)
      throw new RegistryError(400, "DIGEST_INVALID", `The digest of the manifest is ${digest}, not ${reference}.`);
    const { mediaType } = referencesOf(bytes);
    const [contentType] = (request.request.headers["content-type"] ?? "").split(";");
    if (mediaType !== undefined && contentType && mediaType !== contentType)
      throw new RegistryError(
        400,
        "MANIFEST_INVALID",
        `The manifest has the mediaType ${mediaType}, but its Content-Type is ${contentType}.`,
      );
    const type = mediaType ?? contentType;
    if (!type) throw new RegistryError(400, "MANIFEST_INVALID", "The manifest has neither a mediaType nor a Content-Type.");
    // The layers of an image without bytes are assumed to exist.
    const check = !(await hasImageWithoutBytes(this.host, registry, store, repository));
    await store.putManifest(repository, reference, { mediaType: type, bytes, digest }, check);
    this.host.record(registry.id, repository, reference, digest);
    return {
      status: 201,
      headers: { location: `${root}${repository}/manifests/${digest}`, "docker-content-digest": digest, ...apiVersion },
    };
  }

  private async blob(request: Request, digest: string): Promise<RegistryAnswer> {
    const { repository, store, method } = request;
    if (method !== "GET" && method !== "HEAD") throw unsupported(request);
    const size = await store.blobSize(repository, digest);
    if (size === undefined) throw new RegistryError(404, "BLOB_UNKNOWN", `The blob ${digest} is not found in ${repository}.`);
    const headers = {
      "content-type": "application/octet-stream",
      "docker-content-digest": digest,
      "accept-ranges": "bytes",
      ...apiVersion,
    };
    if (method === "HEAD") return { status: 200, headers: { ...headers, "content-length": String(size) } };
    const range = rangeOf(request.request.headers.range, size);
    const length = range ? range.to - range.from + 1 : size;
    return {
      status: range ? 206 : 200,
      headers: {
        ...headers,
        "content-length": String(length),
        ...(range ? { "content-range": `bytes ${range.from}-${range.to}/${size}` } : {}),
      },
      body: await store.readBlob(repository, digest, range),
    };
  }

  private async startUpload(request: Request): Promise<RegistryAnswer> {
    const { repository, store, query, method } = request;
    if (method !== "POST") throw unsupported(request);
    const [mount, from, digest] = ["mount", "from", "digest"].map((name) => query.get(name));
    if (mount && from && (await this.mounted(request, mount, from))) return blobCreated(request, mount);
    const upload = await store.startUpload(repository);
    if (!digest) return uploadAnswer(request, upload, 202, 0);
    await this.finish(request, upload, digest);
    return blobCreated(request, digest);
  }

  private async mounted(request: Request, mount: string, from: string): Promise<boolean> {
    const pull: Access = { type: "repository", name: from, actions: ["pull"] };
    const [digest, source] = [checkDigest(mount), checkRepository(from)];
    return this.authorization.can(request, pull) && (await request.store.mountBlob(request.repository, digest, source));
  }

  private async upload(request: Request, upload: string): Promise<RegistryAnswer> {
    const { repository, store, method, query } = request;
    const size = store.uploadSize(repository, upload);
    if (size === undefined)
      throw new RegistryError(404, "BLOB_UPLOAD_UNKNOWN", "The upload doesn't exist, or it ended when the local Azure was restarted.");
    if (method === "GET") return uploadAnswer(request, upload, 204, size);
    if (method === "DELETE") {
      await store.cancelUpload(repository, upload);
      return { status: 204 };
    }
    if (method === "PATCH") {
      checkContentRange(request, upload, size);
      return uploadAnswer(request, upload, 202, await store.append(repository, upload, request.request));
    }
    if (method !== "PUT") throw unsupported(request);
    const digest = query.get("digest") ?? "";
    checkContentRange(request, upload, size);
    await this.finish(request, upload, digest);
    return blobCreated(request, digest);
  }

  /** Appends the body, which can be empty, and stores the upload. */
  private async finish({ store, repository, request }: Request, upload: string, digest: string): Promise<void> {
    checkDigest(digest);
    await store.append(repository, upload, request);
    await store.finishUpload(repository, upload, digest);
  }
}

/** The access that a request needs. Pushing needs both actions, so that one token suffices for a push. */
function accessFor(method: string, kind: string, below: readonly string[], name: string): Access {
  const reads = kind === "tags" || ((method === "GET" || method === "HEAD") && below[0] !== "uploads");
  if (reads) return { type: "repository", name, actions: ["pull"] };
  return { type: "repository", name, actions: method === "DELETE" && below[0] !== "uploads" ? ["delete"] : ["pull", "push"] };
}

/** Reads `Range: bytes=<from>-[<to>]` and `bytes=-<length>`. Other formats are ignored (RFC 9110, 14.2). */
function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined || (first === "" && last === "")) return undefined;
  const from = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (from <= to) return { from, to };
  throw new RegistryError(416, "RANGE_INVALID", `The range ${header} is outside the blob of ${size} bytes.`, {
    headers: { "content-range": `bytes */${size}` },
  });
}

/** A chunk must begin where the previous one ended. */
function checkContentRange(request: Request, upload: string, size: number): void {
  const { "content-range": range } = request.request.headers;
  const [, first] = /^(?:bytes )?(\d+)-\d+/.exec(range ?? "") ?? [];
  if (range === undefined || (first !== undefined && Number(first) === size)) return;
  const { headers } = uploadAnswer(request, upload, 416, size);
  throw new RegistryError(416, "BLOB_UPLOAD_INVALID", `The chunk must begin at byte ${size}. Its Content-Range is '${range}'.`, {
    headers,
  });
}

/** The range of an upload is `0-<last byte>`, and `0-0` if it is empty, as in the distribution project. */
function uploadAnswer({ root, repository }: Request, upload: string, status: number, size: number): RegistryAnswer {
  const headers = {
    location: `${root}${repository}/blobs/uploads/${upload}`,
    range: `0-${Math.max(0, size - 1)}`,
    "docker-upload-uuid": upload,
    "content-length": "0",
    ...apiVersion,
  };
  return { status, headers };
}

function blobCreated({ root, repository }: Request, digest: string): RegistryAnswer {
  const headers = {
    location: `${root}${repository}/blobs/${digest}`,
    "docker-content-digest": digest,
    "content-length": "0",
    ...apiVersion,
  };
  return { status: 201, headers };
}

function manifestUnknown(reference: string, message: string): RegistryError {
  return new RegistryError(404, "MANIFEST_UNKNOWN", message, { detail: { reference } });
}

function unsupported({ method, path }: RegistryCall): RegistryError {
  return new RegistryError(
    method === "GET" ? 404 : 405,
    "UNSUPPORTED",
    `The local Azure does not support ${method} /${path} of a registry.`,
  );
}

async function limitedBody({ request }: RegistryCall, limit: number): Promise<Buffer> {
  const body = await readBody(request, limit);
  if (body === "too large") throw new RegistryError(413, "SIZE_INVALID", `The manifest is larger than ${limit} bytes.`);
  if (body === "incomplete") throw new RegistryError(400, "MANIFEST_INVALID", "The manifest is incomplete.");
  return body;
}

/** A page of names: `n` names after `last`, with a link to the next page. */
function page(call: RegistryCall, names: readonly string[], body: (names: readonly string[]) => object): RegistryAnswer {
  const { query, root, path } = call;
  const [last, n] = [query.get("last") ?? "", query.get("n")];
  const limit = n === null ? 100 : Number(n);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new RegistryError(400, "PAGINATION_NUMBER_INVALID", `The parameter n is '${n}'. Allowed: 1 to 1000.`);
  const rest = names.filter((name) => name > last);
  const shown = rest.slice(0, limit);
  const next = `<${root}${path.replace(/^v2\//, "")}?last=${encodeURIComponent(shown.at(-1) ?? "")}&n=${limit}>; rel="next"`;
  return jsonAnswer(200, body(shown), { ...apiVersion, ...(rest.length > limit ? { link: next } : {}) });
}
