/**
 * What each flag of `vllm serve` means for the memory of the server. Every flag of the pinned version is in exactly one of three groups:
 * planned with, refused, or without an effect on GPU memory beyond the safety margin.
 */

/** Flags that the memory estimate includes. */
export const plannedFlags = [
  ...["tensor-parallel-size", "pipeline-parallel-size", "data-parallel-size", "enable-expert-parallel"],
  ...["max-model-len", "max-num-seqs", "max-num-batched-tokens", "gpu-memory-utilization", "enforce-eager", "quantization"],
  ...["kv-cache-memory-bytes", "kv-cache-dtype", "block-size", "num-gpu-blocks-override", "cpu-offload-gb"],
  ...["enable-lora", "max-loras", "max-lora-rank", "speculative-config", "spec-method", "spec-model", "spec-tokens"],
  ...["limit-mm-per-prompt", "language-model-only"],
] as const;

export type PlannedFlag = (typeof plannedFlags)[number];

type Value = string | number | boolean;

/** A flag that the estimate doesn't include. */
interface RefusedFlag {
  /** Values that leave the memory as planned. @default none */
  readonly harmless?: (value: Value) => boolean;
  /** What to do instead, as a sentence. */
  readonly instead: string;
}

const off = (value: Value) => value === false;
const oneOf =
  (...values: readonly string[]) =>
  (value: Value) =>
    values.includes(String(value));
const atMost = (most: number) => (value: Value) =>
  String(value)
    .split(/[\s,]+/)
    .every((word) => Number(word) <= most);

/** Largest size of a CUDA graph by default. */
const largestGraph = 512;

const remove = "Remove it.";
const useTask = "Set `vllm.task`.";
const useOffload = "Set cpu-offload-gb, which offloads weights of all layers.";
const useTensorParallel = "Set tensor-parallel-size or pipeline-parallel-size.";
const useLimits = "Set limit-mm-per-prompt.";

/** Keys of `--hf-overrides` that leave layers and weights as they are. */
const harmlessOverrides = [
  ...["architectures", "rope_scaling", "rope_parameters", "rope_theta", "max_position_embeddings", "num_labels", "classifier_from_token"],
  ...["is_matryoshka", "matryoshka_dimensions", "is_original_qwen3_reranker", "method", "use_sep_token", "problem_type", "id2label"],
];

/** Whether the overrides contain only keys that leave layers and weights as they are. */
function leavesLayers(value: Value): boolean {
  try {
    const parsed: unknown = JSON.parse(String(value));
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return false;
    return Object.keys(parsed).every((key) => harmlessOverrides.includes(key));
  } catch {
    return false;
  }
}

/** Flags that change memory in ways that the estimate doesn't include. */
export const refusedFlags: Readonly<Record<string, RefusedFlag>> = {
  "all2all-backend": { harmless: oneOf("allgather_reducescatter"), instead: remove },
  convert: { harmless: oneOf("auto", "none"), instead: useTask },
  "cpu-offload-params": { instead: useOffload },
  "cudagraph-capture-sizes": { harmless: atMost(largestGraph), instead: `Use sizes of at most ${largestGraph}.` },
  "decode-context-parallel-size": { harmless: oneOf("1"), instead: useTensorParallel },
  "diffusion-config": { instead: remove },
  "disable-hybrid-kv-cache-manager": { harmless: off, instead: remove },
  "disable-sliding-window": { harmless: off, instead: "Set `vllm.context` to at most the sliding window." },
  dtype: {
    harmless: oneOf("auto", "bfloat16", "float16", "half"),
    instead: "Use auto, bfloat16 or half; 32-bit weights need twice the memory.",
  },
  "ec-transfer-config": { instead: remove },
  "elastic-ep-max-dp-size": { instead: remove },
  "enable-dbo": { harmless: off, instead: remove },
  "enable-elastic-ep": { harmless: off, instead: remove },
  "enable-eplb": { harmless: off, instead: remove },
  "enable-mamba-shared-prefix-checkpoint": { harmless: off, instead: remove },
  "enable-mixed-moe-lora-format": { harmless: off, instead: remove },
  "enable-tower-connector-lora": { harmless: off, instead: remove },
  "engram-config": { instead: remove },
  "eplb-config": { instead: remove },
  "hf-config-path": { instead: "Change the model's own config.json, and set `vllm.configJson` to a copy of it." },
  "hf-overrides": { harmless: leavesLayers, instead: "Change the model's own config.json, and set `vllm.configJson` to a copy of it." },
  "kv-cache-dtype-skip-layers": { instead: "Remove it, or set kv-cache-dtype to auto." },
  "kv-transfer-config": { instead: remove },
  "mamba-block-size": { instead: remove },
  "mamba-cache-dtype": { harmless: oneOf("auto"), instead: remove },
  "mamba-cache-mode": { harmless: oneOf("none", "align"), instead: "Use none or align." },
  "mamba-ssm-cache-dtype": { harmless: oneOf("auto"), instead: remove },
  "max-cudagraph-capture-size": { harmless: atMost(largestGraph), instead: `Use at most ${largestGraph}.` },
  "mm-encoder-only": { harmless: off, instead: remove },
  "mm-encoder-tp-mode": { harmless: oneOf("weights"), instead: "Use weights." },
  "mm-ipc-gpu-memory-gb": { harmless: oneOf("0"), instead: remove },
  "mm-processor-kwargs": { instead: useLimits },
  "model-class-overrides": { instead: remove },
  nnodes: { harmless: oneOf("1"), instead: "A deployment runs on one machine. Choose a larger size." },
  "offload-backend": { harmless: oneOf("auto", "uva"), instead: useOffload },
  "offload-group-size": { harmless: oneOf("0"), instead: useOffload },
  "offload-num-in-group": { instead: useOffload },
  "offload-params": { instead: useOffload },
  "offload-prefetch-step": { instead: useOffload },
  "prefill-context-parallel-size": { harmless: oneOf("1"), instead: useTensorParallel },
  "quantization-config": { instead: "Set quantization to one of its methods, or use a quantized checkpoint." },
  "replayssm-buffer-len": { instead: remove },
  runner: { harmless: oneOf("auto", "generate"), instead: useTask },
  "skip-mm-profiling": { harmless: off, instead: useLimits },
  "specialize-active-lora": { harmless: off, instead: remove },
  "ubatch-size": { harmless: oneOf("0"), instead: remove },
  "use-replayssm": { harmless: off, instead: remove },
};

/** Flags without an effect on GPU memory, or with one that is smaller than the safety margin. */
export const otherFlags: readonly string[] = (
  "additional-config aggregate-engine-logging allow-credentials allow-deprecated-quantization allowed-headers allowed-local-media-path " +
  "allowed-media-domains allowed-methods allowed-origins anthropic-disabled-thinking-effort api-key api-server-count async-scheduling " +
  "attention-backend attention-config aux-output-config chat-template chat-template-content-format code-revision cohere-format " +
  "cohere-is-reasoning-model collect-detailed-traces compilation-config config config-format cp-kv-cache-interleave-size " +
  "cpu-distributed-timeout-seconds cudagraph-metrics data-parallel-address data-parallel-backend data-parallel-external-lb " +
  "data-parallel-hybrid-lb data-parallel-multi-port-external-lb data-parallel-rank data-parallel-rpc-port data-parallel-size-local " +
  "data-parallel-start-rank data-parallel-supervisor-port dbo-decode-token-threshold dbo-prefill-token-threshold dcp-comm-backend " +
  "dcp-kv-cache-interleave-size dcp-q-replicate default-chat-template-kwargs default-mm-loras device-ids " +
  "disable-access-log-for-endpoints disable-cascade-attn disable-chunked-mm-input disable-custom-all-reduce disable-fastapi-docs " +
  "disable-log-stats disable-nccl-for-dp-synchronization disable-uvicorn-access-log distributed-executor-backend " +
  "distributed-timeout-seconds download-dir dp-supervisor-probe-failure-threshold dp-supervisor-probe-interval-s " +
  "dp-supervisor-probe-timeout-s dp-sync-interval ec-manager-config enable-auto-tool-choice enable-batch-sharded-sampling " +
  "enable-chunked-prefill enable-cumem-allocator enable-ep-weight-filter enable-fault-tolerance enable-flash-late-interaction " +
  "enable-flashinfer-autotune enable-force-include-usage enable-layerwise-nvtx-tracing enable-log-deltas enable-log-outputs " +
  "enable-log-requests enable-logging-iteration-details enable-mamba-cache-stochastic-rounding enable-mfu-metrics enable-mm-embeds " +
  "enable-moe-shared-loras enable-nccl-comm-suspend enable-offline-docs enable-per-request-metrics enable-prefix-caching " +
  "enable-prompt-embeds enable-prompt-tokens-details enable-request-id-headers enable-return-routed-experts enable-scale-out " +
  "enable-server-load-tracking enable-sleep-mode enable-ssl-refresh enable-tokenizer-info-endpoint enable-trace-replay " +
  "exclude-tools-when-tool-choice-none expert-placement-strategy fail-on-environ-validation fault-tolerance-config fingerprint-mode " +
  "fingerprint-value fully-sharded-loras gdn-prefill-backend generation-config grpc h11-max-header-count h11-max-incomplete-event-size " +
  "headless help hf-token host ignore-patterns interleave-mm-strings io-processor-plugin ir-op-priority jit-monitor-mode " +
  "jit-monitor-verbose kda-decode-backend kda-prefill-backend kernel-config kv-cache-metrics kv-cache-metrics-sample kv-events-config " +
  "kv-offloading-backend kv-offloading-size kv-sharing-fast-prefill linear-backend load-format log-config-file log-error-stack " +
  "log-level logging-config logits-processors logprobs-mode long-prefill-token-threshold long-prefill-token-threshold-adaptive " +
  "lora-dtype lora-modules lora-target-modules mamba-backend mamba-cache-philox-rounds mamba-ssu-algorithm master-addr master-port " +
  "max-cpu-loras max-log-len max-logprobs max-lora-cls-labels max-num-active-seqs max-num-queued-reqs max-num-queued-tokens " +
  "max-num-scheduled-tokens max-parallel-loading-workers media-io-kwargs middleware mm-device-do-normalize mm-encoder-attn-backend " +
  "mm-encoder-attn-dtype mm-encoder-fp8-scale-path mm-encoder-fp8-scale-save-margin mm-encoder-fp8-scale-save-path mm-hasher-algorithm " +
  "mm-processor-cache-gb mm-processor-cache-type mm-processor-device mm-shm-cache-max-object-size-mb mm-tensor-ipc model model-impl " +
  "model-loader-extra-config moe-backend node-rank numa-bind numa-bind-cpus numa-bind-nodes optimization-level otlp-traces-endpoint " +
  "override-generation-config per-request-spec-decode-metrics performance-mode pooler-config port prefill-schedule-interval " +
  "prefix-cache-retention-interval prefix-caching-hash-algo prefix-match-unit profiler-config pt-load-map-location " +
  "ray-workers-use-nsight reasoning-config reasoning-parser reasoning-parser-plugin renderer-num-workers response-role " +
  "return-sampling-mask return-tokens-as-token-ids revision root-path safetensors-load-strategy safetensors-prefetch-block-size " +
  "safetensors-prefetch-num-threads scheduler-cls scheduler-reserve-full-isl scheduling-policy seed served-model-name " +
  "show-hidden-metrics-for-version shutdown-timeout skip-tokenizer-init sleep-preserve-parameter-names sparse-indexer-topk-backend " +
  "sse-keep-alive-interval ssl-ca-certs ssl-cert-reqs ssl-certfile ssl-ciphers ssl-keyfile stream-interval structured-outputs-config " +
  "swa-bounded-replay tokenizer tokenizer-mode tokenizer-revision tokens-only tool-call-parser tool-parser-plugin tool-server " +
  "tool-strict-level trust-remote-code trust-request-chat-template trust-request-mm-kwargs uds use-fp64-gumbel use-tqdm-on-load " +
  "uvicorn-log-level video-pruning-method video-pruning-rate watermark watermark-config weight-transfer-config worker-cls " +
  "worker-extension-cls"
).split(" ");
