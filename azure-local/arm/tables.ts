import * as fs from "node:fs";

type Change = [table: string, key: string, value: unknown];

/** One table of a `Tables` file: a Map whose changes are written at the next commit. */
export interface Table<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  values(): IterableIterator<T>;
  readonly size: number;
}

/**
 * Tables in memory over one append-only file of JSON lines. A line is a transaction: all changes of one commit, so a process that
 * dies while writing loses whole transactions that nobody was told about, never half of one. The file is compacted when opened.
 * @throws Error if a line other than the last can't be read: then the file was changed by something else.
 */
export class Tables {
  private readonly maps = new Map<string, Map<string, unknown>>();
  private pending: Change[] = [];
  private readonly descriptor: number;

  constructor(file: string) {
    this.read(file);
    const fresh = `${file}.new`;
    fs.writeFileSync(fresh, this.snapshot(), { mode: 0o600 });
    fs.renameSync(fresh, file);
    this.descriptor = fs.openSync(file, "a", 0o600);
  }

  table<T>(name: string): Table<T> {
    const map = this.map(name) as Map<string, T>;
    return {
      get: (key) => map.get(key),
      set: (key, value) => {
        map.set(key, value);
        this.pending.push([name, key, value]);
      },
      delete: (key) => {
        if (map.delete(key)) this.pending.push([name, key, null]);
      },
      values: () => map.values(),
      get size() {
        return map.size;
      },
    };
  }

  /** Writes what changed since the last commit. After it returns, a killed process keeps the changes. */
  commit(): void {
    if (this.pending.length === 0) return;
    const line = `${JSON.stringify(this.pending)}\n`;
    this.pending = [];
    fs.writeSync(this.descriptor, line);
  }

  close(): void {
    this.commit();
    fs.closeSync(this.descriptor);
  }

  private map(name: string): Map<string, unknown> {
    let map = this.maps.get(name);
    if (!map) {
      map = new Map();
      this.maps.set(name, map);
    }
    return map;
  }

  private read(file: string): void {
    if (!fs.existsSync(file)) return;
    const lines = fs.readFileSync(file, "utf8").split("\n");
    // What stands behind the last line break is a transaction that was cut off, or nothing.
    lines.pop();
    lines.forEach((line, index) => {
      for (const [table, key, value] of parseLine(file, line, index)) {
        if (value === null) this.map(table).delete(key);
        else this.map(table).set(key, value);
      }
    });
  }

  private snapshot(): string {
    const lines: string[] = [];
    for (const [table, map] of this.maps) {
      for (const [key, value] of map) lines.push(`${JSON.stringify([[table, key, value]])}\n`);
    }
    return lines.join("");
  }
}

function parseLine(file: string, line: string, index: number): Change[] {
  try {
    return JSON.parse(line) as Change[];
  } catch {
    throw new Error(
      `Line ${index + 1} of ${file} can't be read: the state was changed by something else. Restore the folder or delete it.`,
    );
  }
}
