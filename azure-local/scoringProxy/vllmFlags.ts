/** Reads flags of `vllm serve`. As in vLLM's parser, underscores in names equal hyphens, and the last flag of a name applies. */

/** The flags in the variable VLLM_ARGS, which docker/vllm reads: a JSON list of strings. An unreadable list is empty. */
export function readFlags(text: string | undefined): string[] {
  try {
    const flags: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(flags) ? flags.map(String) : [];
  } catch {
    return [];
  }
}

/** All values of a flag, up to the next flag. Undefined without the flag. */
export function valuesOf(flags: readonly string[], name: string): string[] | undefined {
  const at = flags.findLastIndex((flag) => nameOf(flag) === name);
  if (at < 0) return undefined;
  const [, inline] = flags[at]!.split(/=(.*)/s);
  if (inline !== undefined) return [inline];
  const rest = flags.slice(at + 1);
  const end = rest.findIndex((flag) => flag.startsWith("--"));
  return rest.slice(0, end < 0 ? rest.length : end);
}

/** The value of a flag with one value. */
export function lastValue(flags: readonly string[], name: string): string | undefined {
  return valuesOf(flags, name)?.[0];
}

/** Whether a flag without values is set, and `--no-<name>` doesn't follow. */
export function hasFlag(flags: readonly string[], name: string): boolean {
  const unset = name.replace(/^--/, "--no-");
  return nameOf(flags.findLast((flag) => [name, unset].includes(nameOf(flag))) ?? "") === name;
}

function nameOf(flag: string): string {
  return flag.startsWith("--") ? flag.split("=")[0]!.replaceAll("_", "-") : "";
}
