/** Exit code of `npm run fit` if an option or the model is not valid. */
export const invalidExitCode = 3;

/** Options of `npm run fit` as written on the command line. */
export interface FitOptions {
  readonly revision?: string;
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
  readonly gpus?: string;
  readonly tensorParallelSize?: string;
  readonly gpuMemoryUtilization?: string;
  readonly maxModelLen?: string;
  readonly maxNumSeqs?: string;
  readonly maxNumBatchedTokens?: string;
  readonly enforceEager?: boolean;
  readonly vllmVersion?: string;
  readonly kvCacheDtype?: string;
  readonly quantization?: string;
  readonly pipelineParallelSize?: string;
  readonly dataParallelSize?: string;
  readonly enableExpertParallel?: boolean;
  readonly specMethod?: string;
  readonly specModel?: string;
  readonly specTokens?: string;
  readonly maxLoras?: string;
  readonly maxLoraRank?: string;
  readonly blockSize?: string;
  readonly limitMmPerPrompt?: string;
  readonly task?: string;
}
