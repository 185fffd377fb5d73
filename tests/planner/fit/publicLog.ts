/** One start-up log found in public, as its source gives it. Memory in GiB on each GPU. */
import type { ModelFacts } from "../../../facts/models";
import type { EngineSettings } from "../../../planner/fit/estimate";

export interface PublicLog {
  readonly id: string;
  readonly source: string;
  /** Hugging Face id of the table, or the shapes of a model that isn't in it. */
  readonly model: string | ModelFacts;
  readonly gpu: { readonly visibleGiB: number; readonly computeCapability: number };
  readonly settings: EngineSettings & { readonly tensorParallelSize: number; readonly gpuMemoryUtilization: number };
  readonly weightsGiB: number;
  /** "Available KV cache memory"; absent where the source gives only the verdict. */
  readonly kvGiB?: number;
  readonly fits: boolean;
}

/** Utilisation and context, then what the source names beside its own defaults. */
export type Load = readonly [utilization: number, maxModelLen: number, more?: EngineSettings];
/** "Model loading took"; "Available KV cache memory" where it is given; whether the server started. */
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
