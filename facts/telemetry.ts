/** Environment variables with which the software in a container sends data out. */

export const telemetrySource = {
  source:
    "vLLM: usage/usage_lib.py, envs.py (v0.16.0); huggingface_hub: docs, environment variables; OpenTelemetry: SDK environment variables",
  asOf: "2026-11-29",
} as const;

/** Variables whose value is an address, with or without a scheme. Variables with a URL in their value need no entry. */
export const addressVariables: ReadonlySet<string> = new Set([
  "ALL_PROXY",
  "DD_AGENT_HOST",
  "HF_ENDPOINT",
  "HF_INFERENCE_ENDPOINT",
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "LANGCHAIN_ENDPOINT",
  "LANGFUSE_HOST",
  "LANGSMITH_ENDPOINT",
  "MLFLOW_TRACKING_URI",
  "OPENAI_BASE_URL",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
  "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
  "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  "PIP_EXTRA_INDEX_URL",
  "PIP_INDEX_URL",
  "SENTRY_DSN",
  "VLLM_S3_ENDPOINT_URL",
  "AWS_ENDPOINT_URL",
  "S3_ENDPOINT_URL",
  "VLLM_USAGE_STATS_SERVER",
  "WANDB_BASE_URL",
]);

/** Variables that send data to a service on the internet if they have any value. */
export const serviceKeys: ReadonlySet<string> = new Set([
  "COMET_API_KEY",
  "DD_API_KEY",
  "LANGCHAIN_API_KEY",
  "LANGSMITH_API_KEY",
  "NEPTUNE_API_TOKEN",
  "NEW_RELIC_LICENSE_KEY",
  "WANDB_API_KEY",
]);

/** Each of these switches alone disables the usage statistics of vLLM, which are sent to stats.vllm.ai. */
export const usageSwitches = ["VLLM_NO_USAGE_STATS", "VLLM_DO_NOT_TRACK", "DO_NOT_TRACK"] as const;

/** Each of these switches alone stops downloads from the Hugging Face Hub. */
export const offlineSwitches = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"] as const;
