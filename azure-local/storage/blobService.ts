import { randomUUID } from "node:crypto";
import { type StorageAnswer, StorageError } from "./answer";
import { authorize } from "./authorization";
import { Blobs } from "./blobs";
import { Blocks } from "./blocks";
import { ByteStore } from "./byteStore";
import { type BlobCall, header, type StorageCall } from "./call";
import { containerOf } from "./containers";
import type { BlobAction, StorageHost } from "./host";
import { type BlobLimits, blobLimits } from "./limits";
import { listBlobs } from "./listing";
import { mountFolder } from "./mount";

/** Maximum length of the name of a blob. Source: Azure REST reference, storageservices/naming-and-referencing-containers--blobs--and-metadata. */
const longestName = 1024;

/**
 * The blob service of all storage accounts: block blobs whose bytes are files in the state folder. Source of the operations: Azure REST
 * reference, storageservices/operations-on-blobs and operations-on-containers. Not supported: page and append blobs, snapshots, versions,
 * leases, tags, tiers, encryption keys of customers, `x-ms-content-crc64`, and containers that a client creates.
 */
export class BlobService {
  private readonly bytes: ByteStore;
  private readonly blobs: Blobs;
  private readonly blocks: Blocks;

  /** Deletes what an interrupted write left. @param folder of the bytes */
  constructor(
    private readonly host: StorageHost,
    folder: string,
    limits: BlobLimits = blobLimits,
  ) {
    this.bytes = new ByteStore(folder);
    this.blobs = new Blobs(host, this.bytes, limits);
    this.blocks = new Blocks(host, this.bytes, limits);
    this.sweep();
  }

  async serve(call: StorageCall): Promise<StorageAnswer> {
    const { headers, ...answer } = await this.route(call).catch((error: unknown) => {
      if (error instanceof StorageError) return error.answer;
      throw error;
    });
    return { ...answer, headers: { ...commonHeaders(call), ...lengthOf(call, answer), ...headers } };
  }

  /** Deletes the files to which no record refers. */
  sweep(): void {
    this.bytes.sweep(this.host.records.files());
  }

  /** Writes all blobs below a path of a container to a folder, as Azure mounts a model. @returns the number of files */
  mount(containerId: string, path: string, folder: string): Promise<number> {
    return mountFolder(this.host.records, this.bytes, { containerId, path }, folder);
  }

  private async route(call: StorageCall): Promise<StorageAnswer> {
    const { method, path, query } = call;
    const [container = "", ...rest] = path.split("/");
    const blob = rest.join("/");
    const needed: BlobAction = method === "GET" || method === "HEAD" ? "read" : "write";
    authorize(call, container, needed, this.host);
    const containerId = containerOf(call, this.host);
    if (blob === "") return this.container(call, container, containerId);
    if (blob.length > longestName)
      throw new StorageError(400, "InvalidResourceName", "The specified resource name contains invalid characters.");
    return this.blob({ ...call, containerId, blob }, query.get("comp") ?? "");
  }

  private container(call: StorageCall, container: string, containerId: string): StorageAnswer {
    const { method, query } = call;
    if (query.get("restype") === "container" && (method === "GET" || method === "HEAD")) {
      if (query.get("comp") === "list" && method === "GET") return listBlobs(call, containerId, container, this.host);
      if (!query.has("comp")) return { status: 200, headers: { "x-ms-lease-state": "available", "x-ms-lease-status": "unlocked" } };
    }
    throw unsupported(call);
  }

  private async blob(call: BlobCall, operation: string): Promise<StorageAnswer> {
    switch (`${call.method} ${operation}`.trim()) {
      case "PUT":
        return this.blobs.put(call);
      case "GET":
      case "HEAD":
        return this.blobs.get(call);
      case "DELETE":
        return this.blobs.delete(call);
      case "PUT metadata":
      case "PUT properties":
        return this.blobs.update(call, operation as "metadata" | "properties");
      case "GET metadata":
      case "HEAD metadata":
        return this.blobs.metadata(call);
      case "PUT block":
        return this.blocks.put(call);
      case "GET blocklist":
        return this.blocks.list(call);
      case "PUT blocklist":
        return this.blocks.commit(call);
      default:
        throw unsupported(call);
    }
  }
}

function unsupported({ method, query }: StorageCall): StorageError {
  const operation = query.get("comp") ?? query.get("restype");
  const asked = operation === null ? method : `${method} with ${operation}`;
  return new StorageError(
    405,
    "UnsupportedHttpVerb",
    `The local Azure does not support ${asked} here. It supports block blobs and their block lists, properties, metadata and listings.`,
  );
}

/** The length of a body that is a text. The response to HEAD has the length of the blob, and 304 has none. */
function lengthOf({ method }: StorageCall, { status, body = "" }: StorageAnswer): Record<string, string> {
  if (typeof body !== "string" || method === "HEAD" || status === 304) return {};
  return { "content-length": String(Buffer.byteLength(body)) };
}

function commonHeaders(call: StorageCall): Record<string, string> {
  const id = header(call, "x-ms-client-request-id");
  const version = header(call, "x-ms-version");
  return {
    "x-ms-request-id": randomUUID(),
    ...(version === undefined ? {} : { "x-ms-version": version }),
    ...(id === undefined ? {} : { "x-ms-client-request-id": id }),
  };
}
