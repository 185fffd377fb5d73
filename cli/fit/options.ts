/** Options of `npm run fit` as written on the command line. */
export interface FitOptions {
  readonly context?: string;
  readonly concurrency?: string;
  readonly region?: string;
  readonly size?: string;
  readonly kvDtype?: string;
  readonly outputTokens?: string;
  readonly source?: string;
  readonly compare?: boolean;
  readonly json?: boolean;
  readonly checkpointGib?: string;
  readonly gpuMemoryGib?: string;
  readonly computeCapability?: string;
  readonly gpuLink?: string;
  readonly gpus?: string;
  readonly tensorParallelSize?: string;
  readonly gpuMemoryUtilization?: string;
  readonly maxModelLen?: string;
  readonly maxNumSeqs?: string;
  readonly maxNumBatchedTokens?: string;
  readonly enforceEager?: boolean;
  readonly vllmVersion?: string;
}
