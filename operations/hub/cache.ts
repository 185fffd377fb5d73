/**
 * The cache of records: a folder outside all clones, with one JSON file per model and commit. What the Hub says about a commit doesn't change,
 * so a file never expires. For each requested ID, another file names the last known commit of `main`, which is used only without a connection.
 * No file contains a token.
 */
import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as z from "zod";
import type { HubRecord } from "./record";

/** Changes with the form of records, so that files of other versions are read from the Hub again. */
const version = 1;

const map = z.record(z.string(), z.unknown());
const commit = z.string().regex(/^[0-9a-f]{40}$/);

const recordSchema = z.strictObject({
  id: z.string(),
  commit,
  config: map,
  hfQuantConfig: map.optional(),
  modules: z.unknown().optional(),
  poolingConfig: map.optional(),
  tensors: z
    .array(z.strictObject({ name: z.string(), dtype: z.string(), count: z.int().positive(), bytes: z.int().nonnegative() }))
    .optional(),
  parameters: z.record(z.string(), z.int().nonnegative()).optional(),
  fileBytes: z.int().nonnegative().optional(),
  pipelineTag: z.string().optional(),
  license: z.string().optional(),
  gated: z.boolean().optional(),
} satisfies Record<keyof HubRecord, z.ZodType>);

const recordFile = z.strictObject({ version: z.literal(version), record: recordSchema });
const newestFile = z.strictObject({ version: z.literal(version), id: z.string(), commit });

/** The commit of `main` when the model was last read, and the ID as the Hub spells it. */
export interface KnownCommit {
  readonly id: string;
  readonly commit: string;
}

/** The folder of the cache. */
export function modelCacheFolder(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "moor", "models");
}

export class RecordCache {
  constructor(private readonly folder = modelCacheFolder()) {}

  /** The record of a commit. Undefined if there is none, or if its file is damaged. */
  read(id: string, commit: string): HubRecord | undefined {
    const own = this.readFile(recordFile, fileName(id, `@${commit}`))?.record;
    if (own !== undefined) return isOf(own, id, commit) ? own : undefined;
    // The repository can have been renamed.
    const other = this.newest(id)?.id;
    if (other === undefined || isSameId(other, id)) return undefined;
    const renamed = this.readFile(recordFile, fileName(other, `@${commit}`))?.record;
    return renamed !== undefined && isOf(renamed, other, commit) ? renamed : undefined;
  }

  /** @throws an error of Node.js if the file can't be written */
  write(record: HubRecord): void {
    this.writeFile(fileName(record.id, `@${record.commit}`), { version, record });
  }

  /** The last known commit of `main`. */
  newest(id: string): KnownCommit | undefined {
    return this.readFile(newestFile, fileName(id, ".main"));
  }

  /**
   * @param asked The requested ID, which can be an earlier name of the repository.
   * @throws an error of Node.js if the file can't be written
   */
  writeNewest(asked: string, { id, commit }: KnownCommit): void {
    for (const name of new Set([asked.toLowerCase(), id.toLowerCase()])) this.writeFile(fileName(name, ".main"), { version, id, commit });
  }

  private readFile<Schema extends z.ZodType>(schema: Schema, name: string): z.output<Schema> | undefined {
    try {
      return schema.safeParse(JSON.parse(fs.readFileSync(path.join(this.folder, name), "utf8"))).data;
    } catch {
      return undefined;
    }
  }

  /** Writes another file and renames it, so that no reader sees a part of it. */
  private writeFile(name: string, value: unknown): void {
    fs.mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const target = path.join(this.folder, name);
    const written = `${target}.${randomUUID()}`;
    try {
      fs.writeFileSync(written, `${JSON.stringify(value)}\n`, { mode: 0o600 });
      fs.renameSync(written, target);
    } finally {
      fs.rmSync(written, { force: true });
    }
  }
}

/** IDs of the Hub are unique without regard to case, and contain no `--`. */
function fileName(id: string, rest: string): string {
  return `${id.toLowerCase().replace("/", "--")}${rest}.json`;
}

function isOf(record: HubRecord, id: string, commit: string): boolean {
  return isSameId(record.id, id) && record.commit === commit;
}

/** IDs of the Hub are case-insensitive. */
export function isSameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
