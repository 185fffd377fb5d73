/** Whether Pulumi can pass a stack's settings to its program. */
import { type Mistake, mistake } from "./mistakes";

/**
 * Bytes of settings that fit. The language host passes all settings to the program in the environment variable PULUMI_CONFIG, and Linux takes
 * at most 131,072 bytes for one variable (MAX_ARG_STRLEN); the rest is left to secrets, whose length is only known decrypted.
 * Source: pulumi-language-nodejs, main.go; linux/binfmts.h.
 */
export const configurationLimit = 128_000;

/** A mistake where the settings are too large: the run would end with "argument list too long" or "spawn E2BIG". */
export function configurationSizeMistakes(settings: Readonly<Record<string, string>>): Mistake[] {
  const bytes = configurationBytes(settings);
  if (bytes <= configurationLimit) return [];
  const problem = `The settings take ${grouped(bytes)} bytes; Pulumi passes them to the program in one environment variable.`;
  const allowed = `at most ${grouped(configurationLimit)} bytes, counted as JSON`;
  return [mistake("MOOR061", "config", { problem, allowed })];
}

/** Bytes of the settings as the language host writes them: JSON, in which Go escapes these characters in six bytes. */
function configurationBytes(settings: Readonly<Record<string, string>>): number {
  const json = JSON.stringify(settings);
  const escaped = json.match(/[<>&\u2028\u2029]/g)?.length ?? 0;
  return Buffer.byteLength(json) + 5 * escaped;
}

function grouped(bytes: number): string {
  return bytes.toLocaleString("en-US");
}
