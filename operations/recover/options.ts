export interface RecoverOptions {
  /** Release the state lock even if it is unknown whether its run has ended. @default false */
  readonly releaseLock?: boolean;
  /** Receives progress messages. @default - no progress messages */
  readonly report?: (line: string) => void;
}
