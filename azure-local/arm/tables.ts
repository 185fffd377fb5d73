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
  private readonly maps: Map<string, Map<string, unknown>>;
  private pending: Change[] = [];
  private descriptor: number | undefined;

  constructor(file: string) {
    this.maps = readTables(file);
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
    if (this.pending.length === 0 || this.descriptor === undefined) return;
    const line = `${JSON.stringify(this.pending)}\n`;
    this.pending = [];
    fs.writeSync(this.descriptor, line);
  }

  close(): void {
    this.commit();
    this.abandon();
  }

  /** Lets the file go without writing what is pending, as the end of the process would. */
  abandon(): void {
    if (this.descriptor !== undefined) fs.closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  private map(name: string): Map<string, unknown> {
    return mapOf(this.maps, name);
  }

  private snapshot(): string {
    const lines: string[] = [];
    for (const [table, map] of this.maps) {
      for (const [key, value] of map) lines.push(`${JSON.stringify([[table, key, value]])}\n`);
    }
    return lines.join("");
  }
}

/** What the tables of a file hold after its last commit, by their names; changes nothing, so that another process may have it open. */
export function readTables(file: string): Map<string, Map<string, unknown>> {
  const maps = new Map<string, Map<string, unknown>>();
  if (!fs.existsSync(file)) return maps;
  const lines = fs.readFileSync(file, "utf8").split("\n");
  // What stands behind the last line break is a transaction that was cut off, or nothing.
  lines.pop();
  lines.forEach((line, index) => {
    for (const [table, key, value] of parseLine(file, line, index)) {
      if (value === null) mapOf(maps, table).delete(key);
      else mapOf(maps, table).set(key, value);
    }
  });
  return maps;
}

function mapOf(maps: Map<string, Map<string, unknown>>, name: string): Map<string, unknown> {
  let map = maps.get(name);
  if (!map) {
    map = new Map();
    maps.set(name, map);
  }
  return map;
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
