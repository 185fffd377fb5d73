/**
 * Settings of `vllm serve` with which the server writes the text of requests and answers to its log, which is sent to Log Analytics, or
 * sends it to a receiver. None is enabled by default. `--enable-prompt-tokens-details` isn't included: it adds counts to answers and logs
 * nothing.
 */

export const vllmLoggingSource = {
  source: "vLLM: entrypoints/logger.py, entrypoints/openai/cli_args.py, config/observability.py, envs.py; docs.vllm.ai, v0.16.0 and later",
  asOf: "2026-11-29",
} as const;

/** The destination: the container's log, or a receiver that the setting specifies. */
export type LogTarget = "log" | "receiver";

export interface LoggingSetting {
  readonly target: LogTarget;
  /** What is written; part of a list in the risk warning. */
  readonly writes: string;
  /** Values that enable the setting, in upper case. @default any value; a disabled switch has none */
  readonly values?: readonly string[];
}

const debugLevel = "prompts, if requests are logged";
const levels = ["DEBUG", "NOTSET", "TRACE"];
const ownConfiguration = "the content that its configuration specifies, which can include prompts";

/** Flags without their leading hyphens. */
export const loggingFlags: Readonly<Record<string, LoggingSetting>> = {
  "enable-log-requests": {
    target: "log",
    writes: "the parameters of each request (stop texts, JSON schemas), and the prompt at log level DEBUG",
  },
  "enable-log-outputs": { target: "log", writes: "answers" },
  "log-level": { target: "log", writes: debugLevel, values: levels },
  "logging-config": { target: "log", writes: ownConfiguration },
  "log-config-file": { target: "log", writes: ownConfiguration },
  "log-error-stack": { target: "log", writes: "stack traces of rejected requests, which can contain prompts" },
  middleware: { target: "log", writes: "any content that its code selects, because it processes each request and answer" },
  "kv-events-config": { target: "receiver", writes: "the tokens of prompts" },
  "otlp-traces-endpoint": {
    target: "receiver",
    writes: "a trace of each request with its parameters and token counts, without its prompt",
  },
};

/** Environment variables. */
export const loggingVariables: Readonly<Record<string, LoggingSetting>> = {
  VLLM_DEBUG_LOG_API_SERVER_RESPONSE: { target: "log", writes: "answers", values: ["1", "TRUE"] },
  VLLM_LOGGING_LEVEL: { target: "log", writes: debugLevel, values: levels },
  VLLM_LOGGING_CONFIG_PATH: { target: "log", writes: ownConfiguration },
};
