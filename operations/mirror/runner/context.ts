/** What the copying of one model's files needs. */

import type { BlobContainer } from "../../../azure/blobStorage";
import { Slots } from "../../../azure/slots";
import type { PreparedFile } from "../origin";
import type { Progress } from "../progress";

/** The time, for tests. */
export interface CopyClock {
  /** @throws AbortError if the signal is aborted */
  sleep(seconds: number, signal: AbortSignal): Promise<void>;
}

export interface CopyOptions {
  readonly container: BlobContainer;
  readonly progress: Progress;
  readonly report: (line: string) => void;
  readonly clock: CopyClock;
  /** Size of a block, in bytes. A larger file can have larger ones. @default 64 MiB */
  readonly blockSize?: number;
  /** Files that are copied or verified in parallel. @default 4 */
  readonly files?: number;
  /** Blocks that the service reads from the source in parallel. @default 8 */
  readonly blocks?: number;
  /** Whether the bytes pass this machine from the start, instead of a copy by the service itself. @default false */
  readonly stream?: boolean;
}

/** Defaults of `CopyOptions`. */
export const parallel = { files: 4, blocks: 8 } as const;

/** State of one copy, which its files share. */
export class CopyContext {
  readonly slots: Slots;
  /** Whether the service refused a source, so that further files are streamed from their first block. */
  streams: boolean;
  /** Bytes that were copied. */
  copied = 0;

  constructor(
    readonly options: CopyOptions,
    /** Folder in the container. */
    readonly folder: string,
  ) {
    this.slots = new Slots(options.blocks ?? parallel.blocks);
    this.streams = options.stream === true;
  }

  /** Name of a file's blob. */
  nameOf({ path }: Pick<PreparedFile, "path">): string {
    return `${this.folder}/${path}`;
  }
}
