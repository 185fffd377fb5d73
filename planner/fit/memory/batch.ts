/** The settings of a server that determine its memory outside the KV cache. */
export interface Batch {
  readonly tensorParallelSize: number;
  readonly maxModelLen: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly vllmVersion: string;
  /** @default false */
  readonly enforceEager?: boolean;
  /** Value of `--limit-mm-per-prompt`. @default the choice of vLLM */
  readonly limitMmPerPrompt?: Readonly<Record<string, number>>;
}
