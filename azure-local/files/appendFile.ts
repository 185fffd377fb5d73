import * as fs from "node:fs";

/** An append-only file. If a text can't be written completely, it is removed again, so that a full disk leaves no partial line. */
export class AppendFile {
  private readonly descriptor: number;
  private length: number;

  /** Opens or creates the file, and lets only its owner read it. */
  constructor(readonly path: string) {
    this.descriptor = fs.openSync(path, "a", 0o600);
    fs.fchmodSync(this.descriptor, 0o600);
    this.length = fs.fstatSync(this.descriptor).size;
  }

  /** Bytes. */
  get size(): number {
    return this.length;
  }

  /** @throws Error if the text or the bytes can't be written; the file is then unchanged */
  append(content: string | Uint8Array): void {
    // Removes what an earlier failed attempt left, if it could not be removed then.
    this.truncate(this.length);
    const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
    try {
      // A write can be partial, for example when the disk becomes full.
      for (let written = 0; written < bytes.length; ) written += this.writeSome(bytes.subarray(written));
    } catch (error) {
      fs.ftruncateSync(this.descriptor, this.length);
      throw error;
    }
    this.length += bytes.length;
  }

  /** Truncates the file to this number of bytes. Needs no disk space. */
  truncate(length: number): void {
    if (fs.fstatSync(this.descriptor).size > length) fs.ftruncateSync(this.descriptor, length);
    this.length = Math.min(this.length, length);
  }

  close(): void {
    fs.closeSync(this.descriptor);
  }

  /** Writes some of the bytes. @returns how many. Tests replace it with a disk that becomes full. */
  writeSome(bytes: Uint8Array): number {
    return fs.writeSync(this.descriptor, bytes);
  }
}
