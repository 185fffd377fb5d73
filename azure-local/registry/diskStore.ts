import { createHash, type Hash, randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Readable } from "node:stream";
import { AppendFile } from "../files/appendFile";
import { RegistryError, storageError } from "./answer";
import type { ByteRange, ImageStore, ImageStores } from "./imageStore";
import { referencesOf } from "./names";
import type { Manifest } from "./registries";

/**
 * Registries in a folder. Each has the folder of its scope:
 * - `blobs/<hex>`: the bytes of blobs and manifests, once per registry;
 * - `repositories/<repository>/_blobs/<hex>`: an empty file for each blob of the repository;
 * - `repositories/<repository>/_manifests/<hex>`: the media type of a manifest.
 * The names of these folders can't be part of a repository name. A file is written under another name and then renamed, so that neither a
 * killed process nor a full disk leaves an incomplete file.
 */
export class DiskStores implements ImageStores {
  private readonly uploads: string;

  /** Removes the uploads of a killed process. */
  constructor(private readonly folder: string) {
    this.uploads = path.join(folder, "_uploads");
    fs.rmSync(this.uploads, { recursive: true, force: true });
  }

  of(scope: string): ImageStore {
    return new DiskStore(path.join(this.folder, scope), this.uploads, this.running);
  }

  keep(scopes: readonly string[]): void {
    if (!fs.existsSync(this.folder)) return;
    for (const name of fs.readdirSync(this.folder)) {
      if (name !== "_uploads" && !scopes.includes(name)) fs.rmSync(path.join(this.folder, name), { recursive: true, force: true });
    }
  }

  private readonly running = new Map<string, Upload>();
}

interface Upload {
  /** Folder of the registry, and repository. */
  readonly target: string;
  readonly file: AppendFile;
  hash: Hash;
  isBusy: boolean;
}

class DiskStore implements ImageStore {
  constructor(
    private readonly folder: string,
    private readonly uploads: string,
    private readonly running: Map<string, Upload>,
  ) {}

  async manifest(repository: string, digest: string): Promise<Manifest | undefined> {
    const mediaType = read(this.in(repository, "_manifests", hex(digest)))?.toString("utf8");
    const bytes = mediaType && read(this.blob(digest));
    return bytes ? { mediaType, bytes, digest } : undefined;
  }

  async putManifest(repository: string, _reference: string, { mediaType, bytes, digest }: Manifest, check: boolean): Promise<void> {
    if (check) this.checkReferences(repository, bytes);
    try {
      this.write(this.blob(digest), bytes);
      this.write(this.in(repository, "_manifests", hex(digest)), mediaType);
    } catch (error) {
      throw storageError(error);
    }
  }

  async blobSize(repository: string, digest: string): Promise<number | undefined> {
    if (!fs.existsSync(this.in(repository, "_blobs", hex(digest)))) return undefined;
    return fs.statSync(this.blob(digest), { throwIfNoEntry: false })?.size;
  }

  async readBlob(_repository: string, digest: string, range?: ByteRange): Promise<Readable> {
    return fs.createReadStream(this.blob(digest), range ? { start: range.from, end: range.to } : {});
  }

  async mountBlob(repository: string, digest: string, from: string): Promise<boolean> {
    if ((await this.blobSize(from, digest)) === undefined) return false;
    this.link(repository, digest);
    return true;
  }

  async startUpload(repository: string): Promise<string> {
    const id = randomUUID();
    try {
      fs.mkdirSync(this.uploads, { recursive: true, mode: 0o700 });
      const file = new AppendFile(path.join(this.uploads, id));
      this.running.set(id, { target: this.in(repository), file, hash: createHash("sha256"), isBusy: false });
    } catch (error) {
      throw storageError(error);
    }
    return id;
  }

  uploadSize(repository: string, id: string): number | undefined {
    return this.find(repository, id)?.file.size;
  }

  async append(repository: string, id: string, body: Readable): Promise<number> {
    const upload = this.upload(repository, id);
    if (upload.isBusy) throw new RegistryError(409, "BLOB_UPLOAD_INVALID", "Another request is writing to this upload.");
    upload.isBusy = true;
    const [size, hash] = [upload.file.size, upload.hash.copy()];
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        upload.file.append(chunk);
        upload.hash.update(chunk);
      }
      return upload.file.size;
    } catch (error) {
      // The upload can have been canceled, and its file closed.
      if (this.running.has(id)) upload.file.truncate(size);
      upload.hash = hash;
      throw storageError(error);
    } finally {
      upload.isBusy = false;
    }
  }

  async finishUpload(repository: string, id: string, digest: string): Promise<void> {
    const { file, hash } = this.upload(repository, id);
    const actual = `sha256:${hash.copy().digest("hex")}`;
    try {
      if (actual !== digest) throw new RegistryError(400, "DIGEST_INVALID", `The digest of the upload is ${actual}, not ${digest}.`);
      fs.mkdirSync(path.dirname(this.blob(digest)), { recursive: true, mode: 0o700 });
      fs.renameSync(file.path, this.blob(digest));
      this.link(repository, digest);
    } catch (error) {
      throw storageError(error);
    } finally {
      await this.cancelUpload(repository, id);
    }
  }

  async cancelUpload(repository: string, id: string): Promise<void> {
    const { file } = this.upload(repository, id);
    this.running.delete(id);
    file.close();
    fs.rmSync(file.path, { force: true });
  }

  private checkReferences(repository: string, bytes: Buffer): void {
    const { blobs, manifests } = referencesOf(bytes);
    const missing = [
      ...blobs.filter((digest) => !fs.existsSync(this.in(repository, "_blobs", hex(digest)))),
      ...manifests.filter((digest) => !fs.existsSync(this.in(repository, "_manifests", hex(digest)))),
    ];
    if (missing.length === 0) return;
    const message = `The repository ${repository} has no ${missing.join(", ")}. Upload or mount all blobs before the manifest.`;
    throw new RegistryError(400, "MANIFEST_BLOB_UNKNOWN", message, { detail: missing.map((digest) => ({ digest })) });
  }

  private find(repository: string, id: string): Upload | undefined {
    const upload = this.running.get(id);
    return upload?.target === this.in(repository) ? upload : undefined;
  }

  private upload(repository: string, id: string): Upload {
    const upload = this.find(repository, id);
    if (upload) return upload;
    throw new RegistryError(404, "BLOB_UPLOAD_UNKNOWN", "The upload doesn't exist, or it ended when the local Azure was restarted.");
  }

  private link(repository: string, digest: string): void {
    const file = this.in(repository, "_blobs", hex(digest));
    try {
      fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      fs.writeFileSync(file, "", { mode: 0o600 });
    } catch (error) {
      throw storageError(error);
    }
  }

  private write(file: string, content: string | Uint8Array): void {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.mkdirSync(this.uploads, { recursive: true, mode: 0o700 });
    const fresh = new AppendFile(path.join(this.uploads, randomUUID()));
    try {
      fresh.append(content);
      fs.renameSync(fresh.path, file);
    } finally {
      fresh.close();
      fs.rmSync(fresh.path, { force: true });
    }
  }

  private blob(digest: string): string {
    return path.join(this.folder, "blobs", hex(digest));
  }

  private in(repository: string, ...below: string[]): string {
    return path.join(this.folder, "repositories", repository, ...below);
  }
}

function hex(digest: string): string {
  return digest.slice("sha256:".length);
}

function read(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
