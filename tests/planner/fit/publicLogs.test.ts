// Proves how near the estimate comes to public start-up logs, beside KAITO's formula on the same rows, and that no start that lacked KV cache
// is said to fit. Held out, before the laws met them: the first thirteen rows had a median error of 3.9 % (worst 12 %; KAITO 9.3 %); the
// sweep and the single logs together, 60 servers that started, 3.9 % (worst 31 %; KAITO 3.8 %, worst 88 %), with one start said to fit that
// failed and two refused that started; the next 23 that started, 2.0 % (worst 93 %; KAITO 10.8 %, worst 62 %), with none said to fit that
// failed and one refused that started; the next twelve, all started, 1.2 % (worst 272 %, of 1.3 GiB; KAITO 20 %, worst 132 %); the last four, of which
// three failed, with none said to fit and the one that started refused. The laws were corrected by their causes after each, so the bounds
// below are in-sample. Of the twelve, six are rows; one ran on a GPU that vLLM's image has no code for and one in a fork, both within
// 1.1 %; four are NVFP4 mixtures that take images, on an RTX 5090, whose memory isn't understood. Before the last three sets, with their
// constants fitted anew on the rows of all other GPUs, each GPU's rows (calibration included, 80 in all) were within 0.9 % in the median
// (worst 28 %, of 3 GiB on two H100 with no other Hopper to learn from; KAITO 5.0 %, worst 88 %); each architecture's on the others',
// within 0.4 % (17 %). Does not prove versions, GPUs or families that no row has.
import { modelFromFacts, modelFromTable } from "../../../planner/fit/model";
import { fit as fitModel } from "../../../planner/size/fit";
import { error, median } from "./calibration";
import type { PublicLog } from "./publicLog";
import { firstLogs } from "./publicLogsFirst";
import { foundLogs } from "./publicLogsFound";
import { otherLogs } from "./publicLogsOther";
import { sweepLogs } from "./publicLogsSweep";

const resultOf = ({ id, model, gpu, settings, weightsGiB }: PublicLog) => {
  const checkpointGiB = weightsGiB * settings.tensorParallelSize;
  const described = typeof model === "string" ? modelFromTable(model, checkpointGiB)! : modelFromFacts(id, model, checkpointGiB);
  return fitModel({ model: described, gpu: { ...gpu, gpus: settings.tensorParallelSize }, ...settings });
};

/** KAITO's formula, given the log's own utilisation, visible memory and weights, which is more than it has in use. */
const kaitoKvGiB = ({ gpu, settings, weightsGiB }: PublicLog) =>
  gpu.visibleGiB * settings.gpuMemoryUtilization - 1.02 * weightsGiB - 2.3 - 0.05 * weightsGiB;

const publicLogs = [...firstLogs, ...sweepLogs, ...otherLogs, ...foundLogs];
type Started = PublicLog & { kvGiB: number };
const started = (logs: readonly PublicLog[]) => logs.filter((log): log is Started => log.fits && log.kvGiB !== undefined);
const ourErrors = (logs: readonly Started[]) => logs.map((log) => error(resultOf(log).kvGiBPerGpu, log.kvGiB));
const kaitoErrors = (logs: readonly Started[]) => logs.map((log) => error(kaitoKvGiB(log), log.kvGiB));

test("there are 114 logs, 100 of them of servers that started", () => {
  expect([publicLogs.length, started(publicLogs).length]).toEqual([114, 100]);
});

test.each([
  ["the first thirteen", firstLogs, 0.013],
  ["the sweep of one release over 33 models", sweepLogs, 0.001],
  ["the single logs", otherLogs, 0.015],
  ["those found last", foundLogs, 0.021],
  ["all", publicLogs, 0.005],
])("the KV cache of %s is within the median stated, less than a third of KAITO's", (_, logs, bound) => {
  const ours = median(ourErrors(started(logs)));
  expect(ours).toBeLessThan(bound);
  expect(ours).toBeLessThan(median(kaitoErrors(started(logs))) / 3);
});

test("all but one vision model of 0.11 with FlashInfer's sampler and one server that took less than its libraries alone do elsewhere are within 8 %", () => {
  const far = started(publicLogs).filter((log) => error(resultOf(log).kvGiBPerGpu, log.kvGiB) > 0.08);
  expect(far.map(({ id }) => id)).toEqual(["Mistral-Small-3.2-24B on an H100", "Qwen3-32B on two RTX PRO 6000 at 0.426"]);
});

test("where a start was refused, the cache that was missing is missing by the estimate too, all but once within 1.1 GiB", () => {
  const sized = publicLogs.filter((log): log is Started => !log.fits && log.kvGiB !== undefined);
  expect(sized.length).toBeGreaterThan(4);
  const far = sized.filter((log) => Math.abs(resultOf(log).kvGiBPerGpu - log.kvGiB) >= 1.1);
  expect(far.map(({ id }) => id)).toEqual(["Qwen3-32B on one RTX PRO 6000 at 0.426"]);
});

/** Ran out of memory after the cache was sized, at a utilisation that left graphs no room; from 0.20 they are inside the budget. */
const failedAfterSizing = "gpt-oss-20b on one H100 at 0.95, 0.19";

/** Started with less room than the margin: on the safe side, and named so that no other joins them. */
const refusedThoughStarted = [
  "Qwen3-VL-30B-A3B on four RTX 3090",
  "Qwen3-32B on two RTX PRO 6000 at 0.426",
  "Qwen3.8-27B on an A100",
  "Nemotron-Cascade-2-30B NVFP4 on an RTX 5090 under WSL, 32768 tokens to a step",
  "Qwen3.8-27B-FP8 on an L40S at 0.9, 16 sequences",
];

test("no start that failed is said to fit, and the starts that are refused are the ones named", () => {
  const wrong = publicLogs.filter((log) => resultOf(log).fits !== log.fits && log.id !== failedAfterSizing);
  expect(wrong.map(({ id, fits }) => [id, fits])).toEqual(refusedThoughStarted.map((id) => [id, true]));
});

test.each(publicLogs.filter(({ id }) => id !== failedAfterSizing && !refusedThoughStarted.includes(id)))(
  "$id: the verdict is the log's",
  (log) => {
    expect(resultOf(log).fits).toBe(log.fits);
  },
);

test.each(started(publicLogs))("$id: the verdict counts on less than the log had", (log) => {
  expect(resultOf(log).safeKvGiBPerGpu).toBeLessThan(log.kvGiB);
});
