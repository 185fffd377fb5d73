/**
 * The serving settings: consistent flags, probes, request settings and scale rule, derived from the memory estimate, the speed and the
 * declared load.
 */
import { endpointLimits } from "../../azure/limits";
import type { Gpu } from "../../facts/gpus";
import type { ClientAdvice, RequestSettings } from "../decision";
import { type Estimate, gpusOf, isPooling } from "../fit/estimate";
import { loraRankFor } from "../fit/lora";
import type { Model } from "../fit/model";
import { withQuantization } from "../fit/onlineQuantization";
import { needsExpertParallel } from "../fit/parallel";
import { speculationFlags } from "../fit/speculationText";
import { forcedDtype } from "../size/compatible";
import type { Machine } from "../size/machine";
import type { Task } from "../task";
import type { ServingBasis, ServingSettings } from "./checks";
import { adviceFor } from "./clients";
import { scaleReasons, scaleRuleFor } from "./scaling";
import { type Speed, speedOf } from "./speed";
import { probesFor, type Start, startOf } from "./start";
import { chosenTask } from "./task";
import { taskFlags } from "./taskFlags";

/** The load that is declared for one instance. */
export interface DeclaredLoad {
  /** Concurrent requests per instance. */
  readonly concurrency: number;
  /** Tokens of the longest answer that must arrive within the timeout. Not used by tasks that generate no tokens. @default 1024, or half of a shorter context */
  readonly outputTokens?: number;
  /** @default the task that the model is made for, or chat */
  readonly task?: Task;
  /** @default mirror */
  readonly source?: "mirror" | "hub";
  /** Maximum number of instances of the deployment. @default 1 */
  readonly maxInstances?: number;
  /** Model name that clients send. @default the model's ID */
  readonly servedModelName?: string;
  /** Explicit request timeout, seconds. The client settings depend on it. @default from the planned speed */
  readonly requestTimeout?: number;
}

export interface Contract {
  readonly settings: ServingSettings;
  readonly basis: ServingBasis;
  readonly speed: Speed;
  readonly start: Start;
  readonly client: ClientAdvice;
  readonly reasons: readonly string[];
}

const defaultOutputTokens = 1024;

/** Tokens of the answer that the settings are derived for; 0 for a pooling model, which generates none. */
function outputTokensOf(model: Model, load: DeclaredLoad, maxModelLen: number): number {
  if (isPooling(model, load)) return 0;
  return load.outputTokens ?? Math.min(defaultOutputTokens, Math.floor(maxModelLen / 2));
}

/** Speed if all declared requests fill the context and arrive at the same time. */
export function plannedSpeed(model: Model, gpu: Gpu, estimate: Estimate, load: DeclaredLoad): Speed {
  const { maxModelLen } = estimate.settings;
  const outputTokens = outputTokensOf(model, load, maxModelLen);
  return speedOf(model, gpu, estimate, { concurrency: load.concurrency, promptTokens: maxModelLen - outputTokens, outputTokens });
}

/** Derives the serving settings of `model` on `machine` for `load`. */
export function deriveContract(model: Model, machine: Machine, estimate: Estimate, load: DeclaredLoad): Contract {
  const { maxModelLen, maxNumSeqs, maxNumBatchedTokens, enforceEager } = estimate.settings;
  const outputTokens = outputTokensOf(model, load, maxModelLen);
  const speed = plannedSpeed(model, machine.gpu, estimate, load);
  const ramGiB = machine.size?.ramGiB ?? 0;
  const start = startOf({ model, tensorParallelSize: gpusOf(estimate.settings), source: load.source ?? "mirror", ramGiB, enforceEager });
  const requestSettings = requestSettingsFor(load.concurrency, speed);
  const settings: ServingSettings = {
    flags: flagsOf(model, machine, estimate, load),
    maxNumSeqs,
    maxNumBatchedTokens,
    environmentVariables: { VLLM_ENGINE_READY_TIMEOUT_S: String(start.allowedSeconds) },
    probes: probesFor(start.allowedSeconds),
    requestSettings,
    scaleRule: scaleRuleFor({
      concurrency: load.concurrency,
      answerSeconds: speed.answerSeconds,
      startSeconds: start.allowedSeconds,
    }),
  };
  const basis: ServingBasis = { estimate, speed, start, concurrency: load.concurrency, outputTokens, maxInstances: load.maxInstances };
  const requestTimeout = load.requestTimeout ?? requestSettings.requestTimeout;
  const client = outputTokens === 0 ? adviceFor(requestTimeout) : tokenAdvice(requestTimeout, speed, maxModelLen);
  return { settings, basis, speed, start, client, reasons: reasonsOf(settings, basis, client) };
}

/** Factor by which the timeout exceeds the estimated answer time. */
const timeoutReserve = 1.25;
const shortestTimeout = 30;

function requestSettingsFor(concurrency: number, speed: Speed): RequestSettings {
  const wanted = Math.ceil((timeoutReserve * speed.answerSeconds) / 10) * 10;
  const requestTimeout = Math.min(endpointLimits.requestTimeoutSeconds, Math.max(shortestTimeout, wanted));
  return { requestTimeout, maxConcurrentRequestsPerInstance: concurrency };
}

function tokenAdvice(requestTimeout: number, speed: Speed, maxModelLen: number): Required<ClientAdvice> {
  const tokens = Math.floor((requestTimeout - speed.firstTokenSeconds) / speed.perTokenSeconds);
  return { maxTokens: Math.max(0, Math.min(tokens, maxModelLen)), ...adviceFor(requestTimeout) };
}

function flagsOf(model: Model, machine: Machine, estimate: Estimate, load: DeclaredLoad): string[] {
  const { settings } = estimate;
  const { pipelineParallelSize: stages = 1, dataParallelSize: servers = 1 } = settings;
  const served = withQuantization(model, settings.quantization);
  const dtype = forcedDtype(machine);
  const flags = [
    ["--served-model-name", load.servedModelName ?? model.id],
    ["--tensor-parallel-size", String(settings.tensorParallelSize)],
    ["--max-model-len", String(settings.maxModelLen)],
    ["--max-num-seqs", String(settings.maxNumSeqs)],
    ["--max-num-batched-tokens", String(settings.maxNumBatchedTokens)],
    ["--gpu-memory-utilization", String(settings.gpuMemoryUtilization)],
    // In-flight requests can complete before an instance is removed; by default, vLLM aborts them.
    ["--shutdown-timeout", "60"],
    ["--disable-access-log-for-endpoints", "/health,/metrics,/ping"],
  ];
  if (settings.kvCacheDtype !== "auto") flags.push(["--kv-cache-dtype", settings.kvCacheDtype]);
  if (settings.enforceEager) flags.push(["--enforce-eager"]);
  if (stages > 1) flags.push(["--pipeline-parallel-size", String(stages)]);
  if (servers > 1) flags.push(["--data-parallel-size", String(servers)]);
  if (settings.expertParallel ?? needsExpertParallel(served, settings.tensorParallelSize)) flags.push(["--enable-expert-parallel"]);
  flags.push(...memoryFlags(settings));
  if (dtype) flags.push(["--dtype", dtype]);
  return [...flags, ...taskFlags(model, chosenTask(model, load.task))].flat();
}

/** Flags for settings that have no value by default. */
function memoryFlags({ quantization, blockSize, cpuOffloadGiB, kvCacheBytes, gpuBlocks, ...settings }: Estimate["settings"]): string[][] {
  const { lora, speculative, limitMmPerPrompt } = settings;
  const given = (flag: string, value: string | number | undefined) => (value === undefined ? [] : [[flag, String(value)]]);
  return [
    ...given("--quantization", quantization),
    ...given("--block-size", blockSize),
    ...given("--cpu-offload-gb", cpuOffloadGiB),
    ...given("--kv-cache-memory-bytes", kvCacheBytes),
    ...given("--num-gpu-blocks-override", gpuBlocks),
    ...given("--limit-mm-per-prompt", limitMmPerPrompt && JSON.stringify(limitMmPerPrompt)),
    ...(lora === undefined
      ? []
      : [
          ["--enable-lora"],
          ["--max-loras", String(lora.maxLoras)],
          ["--max-lora-rank", String(loraRankFor(lora.maxRank) ?? lora.maxRank)],
        ]),
    ...(speculative === undefined ? [] : speculationFlags(speculative)),
  ];
}

function reasonsOf(settings: ServingSettings, basis: ServingBasis, client: ClientAdvice): string[] {
  const { speed, estimate, start } = basis;
  const capacity = Math.floor(estimate.safeConcurrency);
  const length = estimate.settings.maxModelLen;
  const cached =
    estimate.requestGiB > 0 ? `the KV cache has capacity for ${capacity} requests of ${length} tokens` : "the model has no KV cache";
  const answer =
    client.maxTokens === undefined
      ? `${basis.concurrency} texts of ${length} tokens in ${speed.answerSeconds.toFixed(1)} s`
      : `first token within ${speed.firstTokenSeconds.toFixed(1)} s, then ${(1000 * speed.perTokenSeconds).toFixed(0)} ms per token, ${basis.outputTokens} tokens in ${Math.ceil(speed.answerSeconds)} s`;
  const advice = [
    ...(client.maxTokens === undefined ? [] : [`max_tokens at most ${client.maxTokens}`]),
    `timeout ${client.timeoutSeconds} s`,
    `retry ${client.retryOn.join(", ")} with exponential backoff`,
  ];
  return [
    start.reason,
    ...scaleReasons(settings.scaleRule, start.allowedSeconds),
    `maxConcurrentRequestsPerInstance ${settings.requestSettings.maxConcurrentRequestsPerInstance}: as declared; ${cached}`,
    `requestTimeout ${settings.requestSettings.requestTimeout} s: ${answer}`,
    `clients: ${advice.join(", ")}`,
  ];
}
