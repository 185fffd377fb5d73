import * as fs from "node:fs";
import * as path from "node:path";
import { AppendFile } from "../files/appendFile";

type Change = [table: string, key: string, value: unknown];

/** A table of a `Tables` file: a map whose changes are written at the next commit. */
export interface Table<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  values(): IterableIterator<T>;
  readonly size: number;
}

/** The value of a key before a change; undefined if it had none. */
interface Before {
  readonly map: Map<string, unknown>;
  readonly key: string;
  readonly value: unknown;
}

/**
 * In-memory tables with one append-only file of JSON lines. Each line is a transaction with all changes of one commit, so a process that
 * ends while writing loses only a whole, unconfirmed transaction. The file is compacted when it is opened.
 * @throws Error if a line other than the last can't be read, because then another program changed the file
 */
export class Tables {
  private readonly maps: Map<string, Map<string, unknown>>;
  /** Changes that are not written yet. The first `pendingBefore` were made before `begin`. */
  private pending: Change[] = [];
  private pendingBefore = 0;
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

  /** Starts a transaction. `rollback` reverts the changes that follow. */
  begin(): void {
    this.before = [];
    this.pendingBefore = this.pending.length;
  }

  /** Whether anything changed since `begin`. */
  get isChanged(): boolean {
    return this.before.length > 0;
  }

  /** Reverts the changes since `begin`. Indexes of the tables must then be rebuilt. */
  rollback(): void {
    for (const { map, key, value } of this.before.reverse()) {
      if (value === undefined) map.delete(key);
      else map.set(key, value);
    }
    this.pending.length = this.pendingBefore;
    this.before = [];
  }

  /**
   * Writes the changes since the last commit. After it returns, the changes survive a killed process.
   * @returns a function that removes them from the file again, so that they are pending
   * @throws Error if they can't be written; then they stay pending, and the file is unchanged
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

  /** Writes pending changes and closes the file. Returns whether they were written; otherwise due operations complete again later. */
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

  /** Closes the file without writing pending changes, as a killed process does. */
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

/** Opens and compacts the file. If the disk is full, it only removes the incomplete line of a killed process. */
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
    const existing = new AppendFile(file);
    existing.truncate(fs.readFileSync(file).lastIndexOf("\n") + 1);
    return existing;
  }
}

/** Reads the committed tables of a file, by name. It does not change the file, which another process can have open. */
export function readTables(file: string): Map<string, Map<string, unknown>> {
  const maps = new Map<string, Map<string, unknown>>();
  if (!fs.existsSync(file)) return maps;
  const lines = fs.readFileSync(file, "utf8").split("\n");
  // The text after the last line break is empty or an incomplete transaction.
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
      `Line ${index + 1} of ${file} can't be read, because another program changed it. Restore the folder ${folder} from a backup, or delete it to start with an empty local Azure.`,
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

/** The required string properties of each table's rows. */
const texts: Readonly<Record<string, readonly string[]>> = {
  resources: ["id", "type", "name", "state"],
  operations: ["id", "resourceId", "status"],
  runs: ["id", "registryId", "runId"],
  softDeleted: ["id", "type", "name"],
};

function isChange(change: unknown): change is Change {
  if (!Array.isArray(change) || change.length !== 3) return false;
  const [table, key, value] = change as unknown[];
  if (typeof table !== "string" || typeof key !== "string") return false;
  return value === null || (texts[table] ?? []).every((name) => typeof (value as Record<string, unknown>)[name] === "string");
}
