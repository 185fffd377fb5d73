/** Memory of the sampler while vLLM profiles itself, as copies of the logits. */
import { atLeast } from "../version";

/** One version and runner. The numbers are 32-bit copies of the logits of `max_num_seqs` rows that exist at the same time. */
interface Sampler {
  readonly since: string;
  readonly runner: "newer" | "either";
  /** Median of the logs. */
  readonly likely: number;
  /** The highest number of copies that explains a log of the version and runner. */
  readonly most: number;
  /** GiB that don't depend on the rows, for `most`. */
  readonly fixedGiB: number;
  /** Whether the copies exist in addition to the memory of a first compilation. */
  readonly addsToCompilation?: boolean;
}

/**
 * The older runner masks the logits and samples from them. Until 0.16, vLLM sorted them; 0.17 replaced the sort with a kernel, and the peak
 * activation of one model decreased from 5.64 to 2.23 GiB. All logs of 0.10.1 use FlashInfer's sampler. Those of 0.11.0 are with it (at the
 * peaks of 0.17) and without it, so the less favorable value is used.
 *
 * The newer runner profiles requests without sampling parameters, so that it skips the sampler and has one 16-bit copy (vLLM pull request
 * 57926 describes this). The one log of 0.31 with all terms shows the copies of 0.17 in addition to the memory of the compilation.
 */
const samplers: readonly Sampler[] = [
  { since: "0.31.0", runner: "newer", likely: 3.69, most: 12, fixedGiB: 0.15, addsToCompilation: true },
  { since: "0.28.0", runner: "newer", likely: 0.5, most: 12, fixedGiB: 0.15 },
  { since: "0.26.0", runner: "newer", likely: 0.5, most: 6.7, fixedGiB: 0 },
  { since: "0.22.0", runner: "newer", likely: 0.5, most: 4.2, fixedGiB: 0 },
  { since: "0.17.0", runner: "either", likely: 3.69, most: 4.2, fixedGiB: 0 },
  { since: "0.10.2", runner: "either", likely: 9.59, most: 9.7, fixedGiB: 0 },
  { since: "0.10.1", runner: "either", likely: 2.5, most: 9.7, fixedGiB: 0 },
  { since: "0.0.0", runner: "either", likely: 9.59, most: 9.7, fixedGiB: 0 },
];

/** The sampler of a version. */
export const samplerOf = (vllmVersion: string, newerRunner: boolean): Sampler =>
  samplers.find((row) => atLeast(vllmVersion, row.since) && (newerRunner || row.runner === "either"))!;

/** Before 0.8, the sampler was not profiled if steps are shorter than the context: two logs show only the forward pass. */
const samplesCutStepsSince = "0.8.0";

/** Whether the sampler is profiled with steps of `tokens` and this context. */
export const profilesSampler = (tokens: number, maxModelLen: number, vllmVersion: string): boolean =>
  tokens >= maxModelLen || atLeast(vllmVersion, samplesCutStepsSince);
