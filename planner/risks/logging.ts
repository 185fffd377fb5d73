/** Finds the settings of a deployment with which the server logs or sends the text of requests and answers. */
import { type LoggingSetting, type LogTarget, loggingFlags, loggingVariables } from "../../facts/vllmLogging";
import type { DeploymentRecipe } from "../decision";
import type { Pattern } from "../pattern";

/** A logging setting that is enabled. */
export interface EnabledLogging {
  /** As written in the deployment: `--enable-log-outputs`, or the name of a variable. */
  readonly setting: string;
  readonly target: LogTarget;
  readonly writes: string;
}

/** The logging settings of each pattern's server. Moor can't know what a score.py logs. */
const settings: Readonly<Record<Pattern, { readonly flags: LoggingSettings; readonly variables: LoggingSettings }>> = {
  vllm: { flags: loggingFlags, variables: loggingVariables },
  score: { flags: {}, variables: {} },
};
type LoggingSettings = Readonly<Record<string, LoggingSetting>>;

/** The enabled logging settings of a decision, in the order of the decision. */
export function enabledLogging({
  pattern,
  flags = [],
  environmentVariables,
}: Pick<DeploymentRecipe, "pattern" | "flags" | "environmentVariables">): EnabledLogging[] {
  const known = settings[pattern];
  return [
    ...flagValues(flags).flatMap(([flag, value]) => logged(`--${flag}`, own(known.flags, flag), value)),
    ...Object.entries(environmentVariables).flatMap(([name, value]) => logged(name, own(known.variables, name), value)),
  ];
}

function own(table: LoggingSettings, name: string): LoggingSetting | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function logged(setting: string, row: LoggingSetting | undefined, value: string): EnabledLogging[] {
  if (row === undefined || (row.values !== undefined && !row.values.includes(value.toUpperCase()))) return [];
  return [{ setting, target: row.target, writes: row.writes }];
}

/**
 * Flags with their values. If a flag is repeated, the last value counts. A switch has the value ""; a disabled switch is omitted. vLLM
 * accepts `--flag value` and `--flag=value`, underscores for hyphens, and `--flag.key value` for one key of a JSON value.
 */
function flagValues(args: readonly string[]): [flag: string, value: string][] {
  const values = new Map<string, string>();
  for (const [index, arg] of args.entries()) {
    const [, name, given] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === undefined) continue;
    const flag = name.split(".")[0]!.replaceAll("_", "-");
    const next = args[index + 1];
    const value = given ?? (next === undefined || next.startsWith("--") ? "" : next);
    if (flag.startsWith("no-")) values.delete(flag.slice("no-".length));
    else values.set(flag, value);
  }
  return [...values];
}
