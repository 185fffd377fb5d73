/** An image that consists of a pinned base and one layer of files. Its digest is computed from files, without a request. */
import type { ExternalImage } from "./reference";

/** Bytes with their digest. */
export interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Uint8Array;
}

export interface LayeredImage {
  readonly base: ExternalImage;
  /** Digest of the base's configuration. */
  readonly baseConfig: string;
  /** The files of the layer: path in the folder, SHA-256 hash in hexadecimal and mode (`0644` or `0755`). */
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly mode: string }>>;
  readonly layer: Blob;
  readonly config: Blob;
  /** Its digest is the digest of the image. */
  readonly manifest: Blob;
}

/**
 * Computes the layered image of a folder with a Dockerfile and the saved manifest and configuration of its base.
 * @throws PlanError with a code MOOR24x
 */
export function layeredImage(_folder: string): LayeredImage {
  throw new Error("not written yet");
}
