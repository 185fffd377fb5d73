/** Determines whether a `pulumi config` command writes the real stack file or its local copy. */
import type { Document } from "yaml";

/** Options of pulumi that take a value. */
const optionsWithValue = ["--stack", "-s", "--config-file", "--cwd", "-C", "--color", "--type"];

/** Arguments that are neither options nor option values. */
export function positionals(args: readonly string[]): string[] {
  return args.filter((arg, index) => !arg.startsWith("-") && !optionsWithValue.includes(args[index - 1] ?? ""));
}

export interface RealStackFile {
  readonly project: string;
  readonly real: Document;
}

/**
 * Plain values are set in the real stack file, and secrets in the copy. A key is removed from the real file if it exists there, and then
 * from the copy; otherwise, it is removed only from the copy.
 * @throws Error for a command that would change both files
 */
export function configTarget(args: readonly string[], file: () => RealStackFile): "real" | "copy" {
  const [, action, ...keys] = positionals(args);
  const given = (option: string) => args.some((arg) => arg === option || arg.startsWith(`${option}=`));
  switch (action) {
    case "set":
      return given("--secret") ? "copy" : "real";
    case "set-all":
      if (given("--secret") && given("--plaintext")) throw both("set plain values and secrets with separate commands");
      return given("--secret") ? "copy" : "real";
    case "rm":
    case "rm-all": {
      const { project, real } = file();
      const inReal = keys.filter((key) => real.hasIn(["config", ...pathOf(key, project, given("--path"))]));
      if (inReal.length === 0) return "copy";
      if (inReal.length === keys.length) return "real";
      throw both(`remove ${inReal.join(", ")} and the other keys with separate commands`);
    }
    default:
      return "copy";
  }
}

function both(remedy: string): Error {
  return new Error(`The command would change both the stack file and its local copy, which contains the secrets: ${remedy}.`);
}

/** The path of a setting. `tags` and `moor:tags` are equivalent, and with `--path` also `moor:tags.owner` and `moor:tags["owner"]`. */
function pathOf(key: string, project: string, isPath: boolean): (string | number)[] {
  const parts = isPath ? [...key.matchAll(pathPart)].map(([, plain, quoted, index]) => plain ?? quoted ?? Number(index)) : [key];
  const [first, ...rest] = parts;
  return [String(first).includes(":") ? String(first) : `${project}:${first}`, ...rest];
}

const pathPart = /\.?([^.[\]"]+)|\["([^"]*)"\]|\[(\d+)\]/g;
