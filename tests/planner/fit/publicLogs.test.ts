// Proves how close the estimate is to public start-up logs, compared with KAITO's formula on the same rows, and that no start without enough
// KV cache is predicted to fit. Results on held-out logs, before the formulas were fitted to them:
// - first thirteen rows: median error 3.9 % (worst 12%; KAITO 9.3%);
// - the sweep and the single logs, 60 servers that started: 3.9 % (worst 31%; KAITO 3.8%, worst 88%). One failed start was predicted to
//   fit, and two successful starts were predicted not to fit;
// - the next 23 servers that started: 2.0 % (worst 93%; KAITO 10.8%, worst 62%). No failed start was predicted to fit, and one successful
//   start was predicted not to fit;
// - the next twelve, all started: 1.2 % (worst 272%, of 1.3 GiB; KAITO 20%, worst 132%). Six of them are rows. One ran on a GPU that
//   vLLM's image doesn't support and one in a fork, both within 1.1%. Four are NVFP4 mixtures with image input on an RTX 5090, whose memory
//   the formulas don't explain;
// - the last four, of which three failed: none was predicted to fit, including the one that started;
// - the next nineteen (publicLogsHeldOut.ts), of which sixteen started: 1.0 % (worst 28%; KAITO 16%, worst 98%). One failed start was
//   predicted to fit: the video of a whole context was not counted. The estimate was too high where a start had an empty compilation cache,
//   and too low over PCIe. With both, it is 0.9 % (worst 17%, of the start with a filled cache).
// After each set, the formulas were corrected for the causes, so the bounds below are in-sample. Before the last three sets, the constants
// were fitted to the rows of all other GPUs: each GPU's rows (80 in total, including calibration) were within 0.9% in the median (worst 28%,
// of 3 GiB on two H100 without another Hopper GPU in the data; KAITO 5.0%, worst 88%). The same by architecture: within 0.4 % (worst 17%).
// Does not prove versions, GPUs or families without a row.
import { modelFromFacts, modelFromTable } from "../../../planner/fit/model";
import { fit as fitModel } from "../../../planner/size/fit";
import { error, median } from "./calibration";
import type { PublicLog } from "./publicLog";
import { firstLogs } from "./publicLogsFirst";
import { foundLogs } from "./publicLogsFound";
import { heldOutLogs } from "./publicLogsHeldOut";
import { otherLogs } from "./publicLogsOther";
import { sweepLogs } from "./publicLogsSweep";

const resultOf = ({ id, model, gpu, settings, weightsGiB }: PublicLog) => {
  const checkpointGiB = weightsGiB * settings.tensorParallelSize;
  const described = typeof model === "string" ? modelFromTable(model, checkpointGiB)! : modelFromFacts(id, model, checkpointGiB);
  return fitModel({ model: described, gpu: { ...gpu, gpus: settings.tensorParallelSize }, ...settings });
};

/** KAITO's formula with the utilization, visible memory and weights from the log, which KAITO doesn't have in practice. */
const kaitoKvGiB = ({ gpu, settings, weightsGiB }: PublicLog) =>
  gpu.visibleGiB * settings.gpuMemoryUtilization - 1.02 * weightsGiB - 2.3 - 0.05 * weightsGiB;

const publicLogs = [...firstLogs, ...sweepLogs, ...otherLogs, ...foundLogs, ...heldOutLogs];
type Started = PublicLog & { kvGiB: number };
const started = (logs: readonly PublicLog[]) => logs.filter((log): log is Started => log.fits && log.kvGiB !== undefined);
const ourErrors = (logs: readonly Started[]) => logs.map((log) => error(resultOf(log).kvGiBPerGpu, log.kvGiB));
const kaitoErrors = (logs: readonly Started[]) => logs.map((log) => error(kaitoKvGiB(log), log.kvGiB));

test("there are 133 logs, 116 of them of servers that started", () => {
  expect([publicLogs.length, started(publicLogs).length]).toEqual([133, 116]);
});

test.each([
  ["the first thirteen", firstLogs, 0.013],
  ["the sweep of one release over 33 models", sweepLogs, 0.001],
  ["the single logs", otherLogs, 0.015],
  ["those found later", foundLogs, 0.021],
  ["those found last", heldOutLogs, 0.011],
  ["all", publicLogs, 0.005],
])("the KV cache of %s is within the median stated, less than a third of KAITO's", (_, logs, bound) => {
  const ours = median(ourErrors(started(logs)));
  expect(ours).toBeLessThan(bound);
  expect(ours).toBeLessThan(median(kaitoErrors(started(logs))) / 3);
});

test("all rows are within 8%, except two vision models and two servers with a filled compilation cache", () => {
  const far = started(publicLogs).filter((log) => error(resultOf(log).kvGiBPerGpu, log.kvGiB) > 0.08);
  expect(far.map(({ id }) => id)).toEqual([
    "Mistral-Small-3.2-24B on an H100",
    "Qwen2.5-7B on an RTX 4090",
    "Qwen3-8B on an RTX 4090, filled compilation cache",
    "Qwen3.8-27B NVFP4 on an RTX 5090, eager",
  ]);
});

test("for failed starts, the missing cache is also missing in the estimate, within 1.1 GiB in all cases but one", () => {
  const sized = publicLogs.filter((log): log is Started => !log.fits && log.kvGiB !== undefined);
  expect(sized.length).toBeGreaterThan(4);
  const far = sized.filter((log) => Math.abs(resultOf(log).kvGiBPerGpu - log.kvGiB) >= 1.1);
  expect(far.map(({ id }) => id)).toEqual(["Qwen3-32B on one RTX PRO 6000 at 0.426"]);
});

/** Ran out of memory after the cache was allocated, because the utilization left no memory for graphs. Since 0.20, the budget includes them. */
const failedAfterSizing = "gpt-oss-20b on one H100 at 0.95, 0.19";

/** Started with less memory than the margin. They are listed so that no others are added unnoticed. */
const refusedThoughStarted = [
  "Qwen3-VL-30B-A3B on four RTX 3090",
  "Qwen3.8-27B on an A100",
  "Nemotron-Cascade-2-30B NVFP4 on an RTX 5090 under WSL, 32768 tokens to a step",
  "Qwen3.8-27B-FP8 on an L40S at 0.9, 16 sequences",
  "Qwen3.8-27B NVFP4 on an RTX 5090, eager",
];

test("no failed start is predicted to fit, and only the listed successful starts are predicted not to fit", () => {
  const wrong = publicLogs.filter((log) => resultOf(log).fits !== log.fits && log.id !== failedAfterSizing);
  expect(wrong.map(({ id, fits }) => [id, fits])).toEqual(refusedThoughStarted.map((id) => [id, true]));
});

test.each(publicLogs.filter(({ id }) => id !== failedAfterSizing && !refusedThoughStarted.includes(id)))(
  "$id: the verdict is the log's",
  (log) => {
    expect(resultOf(log).fits).toBe(log.fits);
  },
);

test.each(started(publicLogs))("$id: the safe estimate is less than the cache in the log", (log) => {
  expect(resultOf(log).safeKvGiBPerGpu).toBeLessThan(log.kvGiB);
});
