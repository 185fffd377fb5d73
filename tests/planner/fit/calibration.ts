/** Eleven start-up logs of vLLM, with the values of the log lines. Memory in GiB on each GPU. */
export interface LogRow {
  readonly id: string;
  readonly model: string;
  readonly a100: boolean;
  readonly visibleGiB: number;
  readonly tp: number;
  readonly utilization: number;
  readonly maxModelLen: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly version: string;
  readonly weightsGiB: number;
  readonly kvGiB: number;
  readonly kvTokens?: number;
  readonly concurrency?: number;
}

const row = (
  id: string,
  model: string,
  visibleGiB: number,
  tp: number,
  utilization: number,
  [maxModelLen, maxNumSeqs, maxNumBatchedTokens]: readonly [number, number, number],
  version: string,
  [weightsGiB, kvGiB]: readonly [number, number],
  [kvTokens, concurrency]: readonly [number?, number?] = [],
): LogRow => {
  const load = { maxModelLen, maxNumSeqs, maxNumBatchedTokens };
  return {
    id,
    model,
    a100: id.startsWith("A100"),
    visibleGiB,
    tp,
    utilization,
    ...load,
    version,
    weightsGiB,
    kvGiB,
    kvTokens,
    concurrency,
  };
};

export const logs: readonly LogRow[] = [
  row("A100-01", "meta-llama/Llama-3.1-8B-Instruct", 79.25, 1, 0.92, [131072, 256, 2048], "0.31.0", [15.0, 56.21], [460496, 3.51]),
  row("L40S-01", "Qwen/Qwen3-14B", 44.42, 1, 0.92, [40960, 256, 2048], "0.28.0", [27.52, 11.57], [75824, 1.85]),
  row("L40S-02", "Qwen/Qwen3-14B-AWQ", 44.42, 1, 0.92, [40960, 256, 2048], "0.28.0", [9.44, 29.63], [194192, 4.74]),
  row("L40S-03", "Qwen/Qwen3-14B-AWQ", 44.42, 1, 0.95, [1024, 8, 8192], "0.28.0", [9.44, 31.02], [203264, 198.5]),
  row("H100-01", "openai/gpt-oss-20b", 79.18, 1, 0.9, [16000, 1024, 8192], "0.11.0", [13.47, 50.28]),
  row("H100-02", "openai/gpt-oss-120b", 79.18, 1, 0.95, [16000, 1024, 8192], "0.11.0", [64.38, 3.33]),
  row("H100-03", "RedHatAI/Llama-3.3-70B-Instruct-FP8", 79.18, 2, 0.9, [16000, 1024, 8192], "0.11.0", [33.88, 32.0]),
  row("H100-04", "meta-llama/Llama-3.1-8B-Instruct", 79.18, 1, 0.9, [16000, 1024, 8192], "0.11.0", [14.99, 51.38]),
  row("H100-05", "Qwen/Qwen3-0.6B", 79.18, 1, 0.9, [16000, 1024, 8192], "0.11.0", [1.12, 64.45]),
  row("H100-06", "Qwen/Qwen3-32B", 79.18, 1, 0.9, [16000, 1024, 8192], "0.11.0", [61.03, 4.45]),
  row("H100-07", "Qwen/Qwen3-32B", 79.18, 2, 0.9, [16000, 1024, 8192], "0.11.0", [30.59, 34.49]),
];

/**
 * KAITO's estimate of the KV cache, GiB on each GPU: it subtracts the weights plus 2%, 2.3 GiB and 5% of the weights. It uses the
 * utilization and visible memory from the log, which KAITO doesn't have in practice. Source: kaito-project/kaito, docs/model-sku-calculation.
 */
export function kaitoKvGiB(log: LogRow): number {
  return log.visibleGiB * log.utilization - 1.02 * log.weightsGiB - 2.3 - 0.05 * log.weightsGiB;
}

/** Relative error of an estimate. */
export const error = (estimated: number, measured: number): number => Math.abs(estimated / measured - 1);

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
