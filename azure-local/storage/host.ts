import type { Principal } from "../registry/host";

/** What a principal can do with the blobs of a container. */
export type BlobAction = "read" | "write";

/** A storage account that exists in the local Azure. */
export interface Account {
  /** ARM ID. */
  readonly id: string;
  readonly name: string;
  /** Whether requests that are signed with an account key are accepted (property `allowSharedKeyAccess`). */
  readonly acceptsKeys: boolean;
  readonly tenantId: string;
}

/** A block of a blob. */
export interface Block {
  /** Base64. Empty for the content of a blob that was written as a whole. */
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  /** Name of the file with its bytes. */
  readonly file: string;
}

export interface UncommittedBlock extends Block {
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
}

/** Properties of a blob that its writer sets, by the name of their header in a response. */
export type ContentHeaders = Readonly<Partial<Record<ContentHeader, string>>>;

export type ContentHeader =
  | "content-type"
  | "content-encoding"
  | "content-language"
  | "content-disposition"
  | "cache-control"
  /** Base64. */
  | "content-md5";

/** A committed blob. */
export interface BlobRecord {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** With quotation marks. */
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly headers: ContentHeaders;
  /** By name, in the case of the request. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The records of blobs and blocks, in the state of the resource manager. Containers are identified by their ARM ID. */
export interface BlobRecords {
  blob(containerId: string, path: string): BlobRecord | undefined;
  /** The blobs of a container, ordered by the bytes of their paths. */
  blobs(containerId: string): BlobRecord[];
  /** The blocks that a blob consists of. */
  blocks(containerId: string, path: string): readonly Block[];
  /** The blocks that were written for a blob since it was committed, in the order of their first write. */
  uncommitted(containerId: string, path: string): readonly UncommittedBlock[];
  /** Paths of a container that have uncommitted blocks. */
  uncommittedPaths(containerId: string): readonly string[];
  /** Adds a block, or replaces the one with the same ID. */
  putBlock(containerId: string, path: string, block: UncommittedBlock): void;
  discardBlocks(containerId: string, path: string): void;
  /** Replaces a blob. @param blocks Its blocks. @default the present ones */
  putBlob(containerId: string, blob: BlobRecord, blocks?: readonly Block[]): void;
  deleteBlob(containerId: string, path: string): void;
  /** All files that a blob or a block refers to. */
  files(): ReadonlySet<string>;
}

/** What the blob service needs from the resource manager. */
export interface StorageHost {
  /** Milliseconds since 1970. */
  now(): number;
  readonly records: BlobRecords;
  /** Makes changes to the records, or none. @throws StorageError 507 if the state can't be written */
  transact<T>(act: () => T): T;
  /** The ARM ID of a container, if it exists. */
  containerId(account: Account, name: string): string | undefined;
  /** What the principal's role assignments allow at the container, or at the account if the container doesn't exist. */
  rights(account: Account, container: string, principal: Principal): ReadonlySet<BlobAction>;
  /** The principal of a Microsoft Entra token, or why the token is rejected, as the continuation of "The token ". */
  principalOf(token: string, account: Account): Principal | { readonly invalid: string };
}
