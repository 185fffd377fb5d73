export interface RecoverOptions {
  /** Release a lock also when nobody can tell from here whether its run is dead. @default false */
  readonly releaseLock?: boolean;
  /** Told what is done on the way, in sentences. @default - nobody is told */
  readonly report?: (line: string) => void;
}
