import * as fs from "node:fs";
import { AppendFile } from "./appendFile";

/** Maximum size of a log, and of the previous log, in bytes. */
const maxBytes = 16 * 1024 * 1024;

/** A log of JSON lines. A full log `<name>.jsonl` becomes `<name>.1.jsonl` and replaces the previous one. */
export class RotatedLog<Entry> {
  private file: AppendFile | undefined;
  private pending: string[] = [];

  constructor(private readonly path: string) {
    if ((fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) shorten(path, this.previousPath);
    this.file = new AppendFile(path);
  }

  get isClosed(): boolean {
    return this.file === undefined;
  }

  /** Does nothing after `close`. */
  add(entry: Entry): void {
    if (this.file === undefined) return;
    if (this.pending.push(`${JSON.stringify(entry)}\n`) === 1) setImmediate(() => this.flush());
  }

  /** Returns all entries, oldest first. Skips an incomplete line of a killed process. */
  read(): Entry[] {
    this.flush();
    return readLog<Entry>(this.path);
  }

  close(): void {
    this.flush();
    this.file?.close();
    this.file = undefined;
  }

  private get previousPath(): string {
    return previousOf(this.path);
  }

  /** Writes pending lines together. If the disk is full, they are not logged, because a log must not fail requests. */
  private flush(): void {
    if (this.file === undefined || this.pending.length === 0) return;
    const lines = this.pending.join("");
    this.pending = [];
    try {
      if (this.file.size > 0 && this.file.size + Buffer.byteLength(lines) > maxBytes) this.file = this.rotated(this.file);
      this.file.append(lines);
    } catch {
      // See above.
    }
  }

  private rotated(full: AppendFile): AppendFile {
    fs.renameSync(this.path, this.previousPath);
    const fresh = new AppendFile(this.path);
    full.close();
    return fresh;
  }
}

/** Returns the entries of a log file and of the previous one, oldest first. Skips incomplete lines. */
export function readLog<Entry>(path: string): Entry[] {
  const lines = [previousOf(path), path].flatMap((file) => (fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n") : []));
  return lines.filter(Boolean).flatMap((line) => {
    try {
      return [JSON.parse(line) as Entry];
    } catch {
      return [];
    }
  });
}

function previousOf(path: string): string {
  return path.replace(/\.jsonl$/, ".1.jsonl");
}

/** Keeps the newest lines of a log that is too large, as the previous log. */
function shorten(path: string, previousPath: string): void {
  const descriptor = fs.openSync(path, "r");
  const tail = Buffer.alloc(maxBytes);
  const read = fs.readSync(descriptor, tail, 0, maxBytes, fs.fstatSync(descriptor).size - maxBytes);
  fs.closeSync(descriptor);
  // Deleted first, so that there is space on a full disk.
  fs.rmSync(path);
  fs.writeFileSync(previousPath, tail.subarray(tail.indexOf("\n") + 1, read), { mode: 0o600 });
}
