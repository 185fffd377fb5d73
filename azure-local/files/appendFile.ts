import * as fs from "node:fs";

/** A file that only grows, by whole texts: one that doesn't fit is taken back, so that a full disk leaves no part of a line behind. */
export class AppendFile {
  private readonly descriptor: number;
  private length: number;

  /** Opens the file, or makes it; from then on only its owner may read it. */
  constructor(readonly path: string) {
    this.descriptor = fs.openSync(path, "a", 0o600);
    fs.fchmodSync(this.descriptor, 0o600);
    this.length = fs.fstatSync(this.descriptor).size;
  }

  /** Bytes. */
  get size(): number {
    return this.length;
  }

  /** @throws Error if the text can't be written; the file is then as it was */
  append(text: string): void {
    // What a failed attempt has left, if it couldn't be taken back at once.
    this.truncate(this.length);
    const bytes = Buffer.from(text, "utf8");
    try {
      // A write may take only a part, and does so at the end of a disk.
      for (let written = 0; written < bytes.length; ) written += this.writeSome(bytes.subarray(written));
    } catch (error) {
      fs.ftruncateSync(this.descriptor, this.length);
      throw error;
    }
    this.length += bytes.length;
  }

  /** Cuts the file off after so many bytes. Needs no room on the disk. */
  truncate(length: number): void {
    if (fs.fstatSync(this.descriptor).size > length) fs.ftruncateSync(this.descriptor, length);
    this.length = Math.min(this.length, length);
  }

  close(): void {
    fs.closeSync(this.descriptor);
  }

  /** Writes some of the bytes. @returns how many. A test puts a disk that fills in its place. */
  writeSome(bytes: Uint8Array): number {
    return fs.writeSync(this.descriptor, bytes);
  }
}
