/** One public start-up log, with the values of its source. Memory in GiB on each GPU. */
import type { ModelFacts } from "../../../facts/models";
import type { EngineSettings } from "../../../planner/fit/estimate";

export interface PublicLog {
  readonly id: string;
  readonly source: string;
  /** Hugging Face ID in the table, or the dimensions of a model that isn't in it. */
  readonly model: string | ModelFacts;
  readonly gpu: { readonly visibleGiB: number; readonly computeCapability: number };
  readonly settings: EngineSettings & { readonly tensorParallelSize: number; readonly gpuMemoryUtilization: number };
  readonly weightsGiB: number;
  /** "Available KV cache memory"; absent if the source states only whether the server started. */
  readonly kvGiB?: number;
  readonly fits: boolean;
}

/** Utilization and context, then the settings in the source that differ from its defaults. */
export type Load = readonly [utilization: number, maxModelLen: number, more?: EngineSettings];
/** "Model loading took"; "Available KV cache memory" if stated; whether the server started. */
export type Seen = readonly [weightsGiB: number, kvGiB: number | undefined, fits: boolean];

export const row = (
  id: string,
  source: string,
  vllmVersion: string,
  [model, gpu]: readonly [string | ModelFacts, PublicLog["gpu"]],
  [gpuMemoryUtilization, maxModelLen, more = {}]: Load,
  [weightsGiB, kvGiB, fits]: Seen,
): PublicLog => ({
  ...{ id, source, model, gpu, weightsGiB, kvGiB, fits },
  settings: { tensorParallelSize: 1, gpuMemoryUtilization, maxModelLen, vllmVersion, ...more },
});
