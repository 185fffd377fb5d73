/** Checks whether Pulumi can pass the settings of a stack to its program. */
import { type ConfigError, configError } from "./errors";

/**
 * Maximum size of the settings, in bytes. The language host passes all settings to the program in the environment variable PULUMI_CONFIG.
 * Linux allows at most 131,072 bytes for one variable (MAX_ARG_STRLEN). The difference is reserved for secrets, whose decrypted length is
 * unknown. Source: pulumi-language-nodejs, main.go; linux/binfmts.h.
 */
export const configurationLimit = 128_000;

/** Reports settings that are too large. Pulumi would fail with "argument list too long" or "spawn E2BIG". */
export function configurationSizeErrors(settings: Readonly<Record<string, string>>): ConfigError[] {
  const bytes = configurationBytes(settings);
  if (bytes <= configurationLimit) return [];
  const problem = `The settings are too large (${grouped(bytes)} bytes): Pulumi passes them to the program in one environment variable.`;
  const allowed = `at most ${grouped(configurationLimit)} bytes, counted as JSON`;
  return [configError("MOOR061", "config", { problem, allowed })];
}

/** Size of the settings as the language host writes them: as JSON, in which Go escapes each of these characters with six bytes. */
function configurationBytes(settings: Readonly<Record<string, string>>): number {
  const json = JSON.stringify(settings);
  const escaped = json.match(/[<>&\u2028\u2029]/g)?.length ?? 0;
  return Buffer.byteLength(json) + 5 * escaped;
}

function grouped(bytes: number): string {
  return bytes.toLocaleString("en-US");
}
