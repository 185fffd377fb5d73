import type { BlobRecord, BlobRecords, Block, UncommittedBlock } from "../storage/host";
import { comparePaths } from "../storage/listing";
import { isWithin } from "./path";
import type { Table, Tables } from "./tables";

/** A row of a table of blobs or blocks. */
interface Row {
  /** ID of the container, in lower case. */
  readonly scope: string;
  readonly path: string;
}

type BlobRow = Row & BlobRecord;

interface ContentRow extends Row {
  /** ID, size and file of each block. */
  readonly blocks: readonly (readonly [id: string, size: number, file: string])[];
}

type BlockRow = Row & UncommittedBlock;

/** The blobs and blocks in the state. Their bytes are in the room `storage`. They are deleted together with their container. */
export class BlobTables implements BlobRecords {
  private readonly rows: Table<BlobRow>;
  private readonly contents: Table<ContentRow>;
  private readonly begun: Table<BlockRow>;

  constructor(tables: Tables) {
    this.rows = tables.table("blobs");
    this.contents = tables.table("blobContents");
    this.begun = tables.table("blocks");
  }

  blob(containerId: string, path: string): BlobRecord | undefined {
    const row = this.rows.get(keyOf(containerId, path));
    return row && isWhole(row) ? row : undefined;
  }

  blobs(containerId: string): BlobRecord[] {
    return [...this.rows.values()].filter((row) => isIn(row, containerId) && isWhole(row)).sort((a, b) => comparePaths(a.path, b.path));
  }

  /** Whether the container has a blob at this path or below it. */
  hasBlobs(containerId: string, path: string): boolean {
    const folder = path.replace(/\/*$/, "/");
    for (const row of this.rows.values()) {
      if (isIn(row, containerId) && isWhole(row) && (`${row.path}/` === folder || row.path.startsWith(folder))) return true;
    }
    return false;
  }

  blocks(containerId: string, path: string): readonly Block[] {
    const { blocks = [] } = this.contents.get(keyOf(containerId, path)) ?? {};
    return blocks.map(([id, size, file]) => ({ id, size, file }));
  }

  uncommitted(containerId: string, path: string): readonly UncommittedBlock[] {
    const scope = containerId.toLowerCase();
    return [...this.begun.values()].filter((row) => row.path === path && row.scope === scope);
  }

  uncommittedPaths(containerId: string): readonly string[] {
    return [...new Set([...this.begun.values()].filter((row) => isIn(row, containerId)).map(({ path }) => path))];
  }

  putBlock(containerId: string, path: string, { id, size, file, at }: UncommittedBlock): void {
    this.begun.set(blockKey({ scope: containerId.toLowerCase(), path, id }), {
      scope: containerId.toLowerCase(),
      path,
      id,
      size,
      file,
      at,
    });
  }

  discardBlocks(containerId: string, path: string): void {
    const scope = containerId.toLowerCase();
    for (const { id } of this.uncommitted(containerId, path)) this.begun.delete(blockKey({ scope, path, id }));
  }

  putBlob(containerId: string, blob: BlobRecord, blocks?: readonly Block[]): void {
    const scope = containerId.toLowerCase();
    const { path } = blob;
    this.rows.set(keyOf(scope, path), { ...blob, scope });
    if (blocks === undefined) return;
    this.contents.set(keyOf(scope, path), { scope, path, blocks: blocks.map(({ id, size, file }) => [id, size, file]) });
  }

  deleteBlob(containerId: string, path: string): void {
    this.rows.delete(keyOf(containerId, path));
    this.contents.delete(keyOf(containerId, path));
  }

  files(): ReadonlySet<string> {
    const committed = [...this.contents.values()].flatMap(({ blocks }) => blocks.map(([, , file]) => file));
    return new Set([...committed, ...[...this.begun.values()].map(({ file }) => file)]);
  }

  forget(resourceId: string): void {
    const below = <T extends Row>(table: Table<T>) => [...table.values()].filter(({ scope }) => isWithin(scope, resourceId));
    for (const { scope, path } of below(this.rows)) this.rows.delete(keyOf(scope, path));
    for (const { scope, path } of below(this.contents)) this.contents.delete(keyOf(scope, path));
    for (const row of below(this.begun)) this.begun.delete(blockKey(row));
  }
}

/** Earlier versions of the local Azure stored blobs without their bytes. They don't exist any more. */
function isWhole(row: Partial<BlobRow>): boolean {
  return row.etag !== undefined;
}

function isIn({ scope }: Row, containerId: string): boolean {
  return scope === containerId.toLowerCase();
}

function keyOf(containerId: string, path: string): string {
  return `${containerId.toLowerCase()}/${path}`;
}

/** The ID of a block contains no line break. */
function blockKey({ scope, path, id }: Row & Pick<Block, "id">): string {
  return `${id}\n${keyOf(scope, path)}`;
}
