import * as fs from "node:fs";
import * as path from "node:path";
import { AppendFile } from "../files/appendFile";

type Change = [table: string, key: string, value: unknown];

/** One table of a `Tables` file: a Map whose changes are written at the next commit. */
export interface Table<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  values(): IterableIterator<T>;
  readonly size: number;
}

/** What a key held before a change; `value` is undefined where it held nothing. */
interface Before {
  readonly map: Map<string, unknown>;
  readonly key: string;
  readonly value: unknown;
}

/**
 * Tables in memory over one append-only file of JSON lines. A line is a transaction: all changes of one commit, so a process that
 * dies while writing loses whole transactions that nobody was told about, never half of one. The file is compacted when opened.
 * @throws Error if a line other than the last can't be read: then the file was changed by something else.
 */
export class Tables {
  private readonly maps: Map<string, Map<string, unknown>>;
  /** Not yet written. The first `kept` of them are from before `begin`. */
  private pending: Change[] = [];
  private kept = 0;
  private before: Before[] = [];
  private file: AppendFile | undefined;

  constructor(readonly path: string) {
    this.maps = readTables(path);
    this.file = open(path, this.snapshot());
  }

  table<T>(name: string): Table<T> {
    const map = this.map(name) as Map<string, T>;
    const change = (key: string, value: T | null) => {
      this.before.push({ map, key, value: map.get(key) });
      this.pending.push([name, key, value]);
    };
    return {
      get: (key) => map.get(key),
      set: (key, value) => {
        change(key, value);
        map.set(key, value);
      },
      delete: (key) => {
        if (!map.has(key)) return;
        change(key, null);
        map.delete(key);
      },
      values: () => map.values(),
      get size() {
        return map.size;
      },
    };
  }

  /** From here on changes can be taken back by `rollback`. */
  begin(): void {
    this.before = [];
    this.kept = this.pending.length;
  }

  /** Whether anything changed since `begin`. */
  get isChanged(): boolean {
    return this.before.length > 0;
  }

  /** Takes back what changed since `begin`. What is made from the tables must be made again. */
  rollback(): void {
    for (const { map, key, value } of this.before.reverse()) {
      if (value === undefined) map.delete(key);
      else map.set(key, value);
    }
    this.pending.length = this.kept;
    this.before = [];
  }

  /**
   * Writes what changed since the last commit. After it returns, a killed process keeps the changes.
   * @returns a function that takes them out of the file again, so that they are pending as before
   * @throws Error if they can't be written; they are pending as before, and the file is as it was
   */
  commit(): () => void {
    const { file, pending } = this;
    if (pending.length === 0 || file === undefined) return () => {};
    const length = file.size;
    file.append(`${JSON.stringify(pending)}\n`);
    this.pending = [];
    return () => {
      file.truncate(length);
      this.pending = pending;
    };
  }

  /** Whether it could write what was pending: what ended by itself while the disk was full comes about again at the next opening. */
  close(): boolean {
    try {
      this.commit();
      return true;
    } catch {
      return false;
    } finally {
      this.abandon();
    }
  }

  /** Lets the file go without writing what is pending, as the end of the process would. */
  abandon(): void {
    this.file?.close();
    this.file = undefined;
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

/** Opens the file of these tables and compacts it; where the disk has no room for that, only what a killed process left unfinished goes. */
function open(file: string, snapshot: string): AppendFile {
  const fresh = `${file}.new`;
  fs.rmSync(fresh, { force: true });
  try {
    const compacted = new AppendFile(fresh);
    try {
      compacted.append(snapshot);
    } finally {
      compacted.close();
    }
    fs.renameSync(fresh, file);
    return new AppendFile(file);
  } catch (error) {
    fs.rmSync(fresh, { force: true });
    if (!fs.existsSync(file)) throw error;
    const kept = new AppendFile(file);
    kept.truncate(fs.readFileSync(file).lastIndexOf("\n") + 1);
    return kept;
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
  const problem = () => {
    const folder = path.dirname(file);
    return new Error(
      `Line ${index + 1} of ${file} can't be read: the state was changed by something else. Restore the folder ${folder} from a copy, or delete it to begin with an empty Azure.`,
    );
  };
  let changes: unknown;
  try {
    changes = JSON.parse(line);
  } catch {
    throw problem();
  }
  if (!Array.isArray(changes) || !changes.every(isChange)) throw problem();
  return changes;
}

/** Texts that the rows of a table must have for anything to find them. */
const texts: Readonly<Record<string, readonly string[]>> = {
  resources: ["id", "type", "name", "state"],
  operations: ["id", "resourceId", "status"],
  softDeleted: ["id", "type", "name"],
};

function isChange(change: unknown): change is Change {
  if (!Array.isArray(change) || change.length !== 3) return false;
  const [table, key, value] = change as unknown[];
  if (typeof table !== "string" || typeof key !== "string") return false;
  return value === null || (texts[table] ?? []).every((name) => typeof (value as Record<string, unknown>)[name] === "string");
}
