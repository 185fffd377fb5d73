/** What a vLLM container does for its clients. The flags of `vllm serve` decide it, not the names of Moor. */
import { hasFlag, lastValue, readFlags, valuesOf } from "./vllmFlags";

/** `chat`: completions. `embed`: embeddings of texts. `rerank`: scores of documents for a query. One server has one task. */
export const tasks = ["chat", "embed", "rerank"] as const;

export type Task = (typeof tasks)[number];

/** An adapter that a container serves under a name of its own. */
export interface Adapter {
  readonly name: string;
  readonly path: string;
}

/**
 * The task of a container, from its variable VLLM_ARGS, as far as flags tell it. vLLM also reads the model's configuration, which isn't
 * available here: without `--runner` and `--convert`, the task is chat; with `--runner pooling` alone, it is embed, unless a flag changes the
 * model's class to one that classifies. Source: vLLM 0.31.0, vllm/config/model.py (_get_runner_type, _get_convert_type).
 */
export function vllmTask(variables: Readonly<Record<string, string>>): Task {
  const flags = readFlags(variables.VLLM_ARGS);
  const convert = lastValue(flags, "--convert") ?? "auto";
  const runner = lastValue(flags, "--runner") ?? "auto";
  if (runner === "generate" || runner === "draft") return "chat";
  if (convert === "classify") return "rerank";
  if (convert === "embed") return "embed";
  const classifies = overriddenClasses(flags).some((name) => name.endsWith("ForSequenceClassification"));
  if (runner !== "pooling" && !classifies) return "chat";
  return classifies ? "rerank" : "embed";
}

/** The classes of the model in `--hf-overrides`. */
function overriddenClasses(flags: readonly string[]): string[] {
  const overrides = readObject(lastValue(flags, "--hf-overrides"));
  const classes = overrides?.architectures;
  return Array.isArray(classes) ? classes.filter((name) => typeof name === "string") : [];
}

/**
 * The adapters of a container, from its variable VLLM_ARGS. Each value of `--lora-modules` is `name=path` or a JSON object. Without
 * `--enable-lora`, vLLM doesn't start; here it serves no adapters. Source: vLLM 0.31.0, vllm/entrypoints/launchers/cli_args.py.
 */
export function vllmAdapters(variables: Readonly<Record<string, string>>): Adapter[] {
  const flags = readFlags(variables.VLLM_ARGS);
  if (!hasFlag(flags, "--enable-lora")) return [];
  return (valuesOf(flags, "--lora-modules") ?? []).flatMap((value) => {
    const adapter = readAdapter(value);
    return adapter ? [adapter] : [];
  });
}

function readAdapter(value: string): Adapter | undefined {
  const at = value.indexOf("=");
  if (at >= 0 && !value.includes(",")) return { name: value.slice(0, at), path: value.slice(at + 1) };
  const { name, path } = readObject(value) ?? {};
  return typeof name === "string" && typeof path === "string" ? { name, path } : undefined;
}

function readObject(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
