// Proves that the estimate matches the logs that its formulas were fitted to. Does not prove that it matches other GPUs, versions or models.
// The two exact capacities at the end are from logs that no formula was fitted to.
import { estimate } from "../../../planner/fit/estimate";
import { cacheCapacity, cacheLayout } from "../../../planner/fit/kvCache";
import { GiB, modelFromTable } from "../../../planner/fit/model";
import { fit as fitModel } from "../../../planner/size/fit";
import { error, kaitoKvGiB, type LogRow, logs, median } from "./calibration";

const settingsOf = (log: LogRow) => ({
  tensorParallelSize: log.tp,
  gpuMemoryUtilization: log.utilization,
  maxModelLen: log.maxModelLen,
  maxNumSeqs: log.maxNumSeqs,
  maxNumBatchedTokens: log.maxNumBatchedTokens,
  vllmVersion: log.version,
});
const estimateOf = (log: LogRow) =>
  estimate(modelFromTable(log.model)!, { visibleGiB: log.visibleGiB, computeCapability: 9, a100: log.a100 }, settingsOf(log));
const verdictOf = (log: LogRow, changes: object = {}) =>
  fitModel({ model: log.model, gpu: { visibleGiB: log.visibleGiB, computeCapability: 9, gpus: log.tp }, ...settingsOf(log), ...changes });

describe("the estimate compared with start-up logs", () => {
  test("there are eleven logs", () => expect(logs).toHaveLength(11));

  test("the KV cache is within 3% in the median and 8% at worst", () => {
    const errors = logs.map((log) => error(estimateOf(log).kvGiBPerGpu, log.kvGiB));
    expect(median(errors)).toBeLessThan(0.03);
    expect(Math.max(...errors)).toBeLessThan(0.08);
  });

  test("its median error is less than a third of KAITO's on the same rows", () => {
    const ours = median(logs.map((log) => error(estimateOf(log).kvGiBPerGpu, log.kvGiB)));
    const kaito = median(logs.map((log) => error(kaitoKvGiB(log), log.kvGiB)));
    expect(kaito).toBeGreaterThan(0.02);
    expect(ours).toBeLessThan(kaito / 3);
  });

  test("with only the loaded size from the log instead of the table's sizes, it is also within 3% and 8%", () => {
    const errors = logs.map((log) => {
      const model = modelFromTable(log.model, log.weightsGiB * log.tp)!;
      const gpu = { visibleGiB: log.visibleGiB, computeCapability: 9, a100: log.a100 };
      return error(estimate(model, gpu, settingsOf(log)).kvGiBPerGpu, log.kvGiB);
    });
    expect(median(errors)).toBeLessThan(0.03);
    expect(Math.max(...errors)).toBeLessThan(0.08);
  });

  test.each(logs.filter((log) => log.kvTokens !== undefined))("tokens and concurrency of $id result from its blocks", (log) => {
    const model = modelFromTable(log.model)!;
    const layout = cacheLayout(model, { ...settingsOf(log), kvCacheDtype: "auto" })!;
    const capacity = cacheCapacity(layout, log.kvGiB * GiB, log.maxModelLen, log.version);
    // The log rounds GiB to two digits, so each value can deviate by 5 MiB.
    expect(error(capacity.kvTokens, log.kvTokens!)).toBeLessThan(0.001);
    expect(Math.abs(capacity.maxConcurrency - log.concurrency!)).toBeLessThan(0.006 * Math.max(1, log.concurrency!));
  });

  test.each(logs)("$id started, and the result is that it fits", (log) => {
    expect(verdictOf(log).fits).toBe(true);
  });

  test.each(logs)("$id with weights increased by the size of its KV cache does not fit", (log) => {
    const checkpointGiB = (log.weightsGiB + log.kvGiB) * log.tp;
    expect(verdictOf(log, { checkpointGiB })).toMatchObject({ fits: false, refusal: { code: "MOOR108" } });
  });

  test("gpt-oss-120b with vLLM's defaults does not fit on one H100, as in three logs", () => {
    const result = fitModel({
      model: "openai/gpt-oss-120b",
      gpu: { visibleGiB: 79.18, computeCapability: 9 },
      maxModelLen: 16000,
      vllmVersion: "0.11.0",
    });
    expect(result.fits).toBe(false);
    expect(result.kvGiBPerGpu).toBeLessThan(0);
  });

  test("with fewer sequences, gpt-oss-120b fits on one H100", () => {
    const gpu = { visibleGiB: 79.18, computeCapability: 9 };
    expect(fitModel({ model: "openai/gpt-oss-120b", gpu, maxModelLen: 16000, maxNumSeqs: 256 }).fits).toBe(true);
  });
});

describe("capacity of layouts that no formula was fitted to", () => {
  const settings = { kvCacheDtype: "auto", maxNumBatchedTokens: 8192, vllmVersion: "0.28.0" };

  test("a hybrid of 16 attention and 48 recurrent layers has capacity for 1.1965 requests in 19.54 GiB, as in its log", () => {
    const layout = cacheLayout(modelFromTable("Qwen/Qwen3.8-27B")!, { ...settings, tensorParallelSize: 1 })!;
    expect(layout.blockTokens).toBe(784);
    expect(cacheCapacity(layout, 19.54 * GiB, 262144, "0.28.0").maxConcurrency).toBeCloseTo(1.1965, 4);
  });

  test("its block doubles with an 8-bit cache, as in another log", () => {
    const layout = cacheLayout(modelFromTable("Qwen/Qwen3.8-27B")!, { ...settings, kvCacheDtype: "fp8", tensorParallelSize: 1 })!;
    expect(layout.blockTokens).toBe(1568);
  });

  test("latent attention on eight GPUs has capacity for 715,072 tokens in 46.80 GiB each, because it is replicated", () => {
    const layout = cacheLayout(modelFromTable("moonshotai/Kimi-K2.5")!, { ...settings, tensorParallelSize: 8 })!;
    expect(cacheCapacity(layout, 46.8 * GiB, 262144, "0.28.0").kvTokens).toBe(715_072);
  });
});
