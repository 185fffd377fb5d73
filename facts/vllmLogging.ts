/**
 * Settings of `vllm serve` by which text of requests and answers leaves the server for its log, which goes to Log Analytics, or for another
 * place. None is on by default. `--enable-prompt-tokens-details` isn't here: it adds counts to answers and writes nothing.
 */

export const vllmLoggingSource = {
  source: "vLLM: entrypoints/logger.py, entrypoints/openai/cli_args.py, config/observability.py, envs.py; docs.vllm.ai, v0.16.0 and later",
  asOf: "2026-11-29",
} as const;

/** Where the text goes: the container's log, or a receiver that the setting names. */
export type LogTarget = "log" | "receiver";

export interface LoggingSetting {
  readonly target: LogTarget;
  /** What is written; completes "writes". */
  readonly writes: string;
  /** Values that switch it on, in upper case. @default any value; a switch that is off has none */
  readonly values?: readonly string[];
}

const debugLevel = "prompts, at least where requests are logged";
const levels = ["DEBUG", "NOTSET", "TRACE"];
const ownConfiguration = "whatever its configuration says, which can include prompts";

/** Flags without their leading hyphens. */
export const loggingFlags: Readonly<Record<string, LoggingSetting>> = {
  "enable-log-requests": {
    target: "log",
    writes: "the parameters of each request (stop texts, JSON schemas), and with log level DEBUG the prompt",
  },
  "enable-log-outputs": { target: "log", writes: "answers" },
  "log-level": { target: "log", writes: debugLevel, values: levels },
  "logging-config": { target: "log", writes: ownConfiguration },
  "log-config-file": { target: "log", writes: ownConfiguration },
  "log-error-stack": { target: "log", writes: "stack traces of refused requests, which can quote prompts" },
  middleware: { target: "log", writes: "whatever its code chooses, because it sees each request and answer" },
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
