/**
 * The flags and architectures that vLLM's argument parser and model registry support. The server doesn't start with an unknown flag, so
 * Moor uses only flags in this table. `npm run renew -- vllm <version>` writes the table.
 */
import cli from "./vllm-cli.json";

/** Version of the table, and the default version that deployments are planned for. */
export const vllmVersion: string = cli.vllm;

export const vllmSource = { source: cli.source, asOf: cli.asOf } as const;

/** A flag of `vllm serve` with its alternative spellings. */
export interface Flag {
  readonly flags: readonly string[];
  readonly type: string | null;
  readonly default?: unknown;
  readonly choices?: readonly (string | number)[];
  /** 0 for a switch. */
  readonly nargs?: number | string | null;
}

const byName: ReadonlyMap<string, Flag> = new Map(
  (cli.flags as readonly Flag[]).flatMap((flag) => flag.flags.map((name) => [name, flag] as const)),
);

/** The flag with this spelling (`--max-model-len`, `-tp`); undefined if vLLM has no such flag. */
export function vllmFlag(name: string): Flag | undefined {
  return byName.get(name);
}

export const toolCallParsers: ReadonlySet<string> = new Set(cli.toolCallParsers);
export const reasoningParsers: ReadonlySet<string> = new Set(cli.reasoningParsers);
export const architectures: ReadonlySet<string> = new Set(cli.architectures);
