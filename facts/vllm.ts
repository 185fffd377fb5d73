/**
 * What vLLM's own argument parser and model registry accept. A flag that isn't there stops the server before it starts, so nothing is
 * emitted that isn't in this table.
 */
import cli from "./vllm-0.31-cli.json";

/** Version that the table was read from, and that a deployment is planned for unless told otherwise. */
export const vllmVersion: string = cli.vllm;

export const vllmSource = { source: cli.source, asOf: "2026-10-05" } as const;

/** A flag of `vllm serve` with its other spellings. */
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

/** The flag with this spelling (`--max-model-len`, `-tp`); undefined where vLLM has none. */
export function vllmFlag(name: string): Flag | undefined {
  return byName.get(name);
}

export const toolCallParsers: ReadonlySet<string> = new Set(cli.toolCallParsers);
export const reasoningParsers: ReadonlySet<string> = new Set(cli.reasoningParsers);
export const architectures: ReadonlySet<string> = new Set(cli.architectures);
