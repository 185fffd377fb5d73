/** Where the bytes of a file come from: a repository of the Hub, or a folder of this machine. */
import * as fs from "node:fs";
import type { Readable } from "node:stream";
import type { WeightFile } from "../../planner/weights";
import type { FileRange, FileSource, HubFile, HubModel } from "../hub";

/** A file of the Hub. The storage service can read it itself if it has a signed address. */
export interface HubOrigin {
  readonly kind: "hub";
  readonly model: HubModel;
  readonly file: HubFile;
}

/** A file of this machine. */
export interface FolderOrigin {
  readonly kind: "folder";
  /** Absolute path. */
  readonly file: string;
}

export type FileOrigin = HubOrigin | FolderOrigin;

/** A file to stage, with its SHA-256. */
export interface PreparedFile extends WeightFile {
  readonly origin: FileOrigin;
  /** The content of a small file, which the Hub doesn't have a SHA-256 of. Its Git hash was checked. */
  readonly content?: Buffer;
  /** Name of a blob that is staged and has the same content: a file of the same commit in another folder. @default - none is known */
  readonly twin?: string;
}

/** The address of a file. `folder`: it is on this machine. */
export type OriginSource = FileSource | { readonly kind: "folder" };

/** @throws HubError */
export async function locate(origin: FileOrigin): Promise<OriginSource> {
  return origin.kind === "hub" ? origin.model.locate(origin.file) : { kind: "folder" };
}

/**
 * Reads a part of a file as a stream.
 * @param source As `locate` returned it.
 * @throws HubError
 */
export async function openOrigin(origin: FileOrigin, source: OriginSource, { offset, size }: FileRange): Promise<Readable> {
  if (origin.kind === "hub" && source.kind !== "folder") return origin.model.open(source, origin.file, { offset, size });
  return fs.createReadStream((origin as FolderOrigin).file, { start: offset, end: offset + size - 1 });
}

/** The owner of a file and the hash that its bytes must have, for messages. */
export function originText(origin: FileOrigin, path: string): string {
  switch (origin.kind) {
    case "hub":
      return `${path} of ${origin.model.id} at ${origin.model.revision} doesn't have the SHA-256 that the Hub lists`;
    case "folder":
      return `${path} doesn't have the SHA-256 that ${origin.file} had when the command started`;
  }
}
