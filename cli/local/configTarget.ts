/** Which of the two stack files a `pulumi config` command writes: the real one, or the copy on this machine. */
import type { Document } from "yaml";

/** Options of pulumi that are followed by a value. */
const optionsWithValue = ["--stack", "-s", "--config-file", "--cwd", "-C", "--color", "--type"];

/** Arguments that are neither options nor their values. */
export function positionals(args: readonly string[]): string[] {
  return args.filter((arg, index) => !arg.startsWith("-") && !optionsWithValue.includes(args[index - 1] ?? ""));
}

export interface RealStackFile {
  readonly project: string;
  readonly real: Document;
}

/**
 * Plain values belong to the real stack file, and secrets to the copy. A key is removed from the real file when it is there, and the copy
 * follows; otherwise from the copy.
 * @throws Error for a command that would have to write both
 */
export function configTarget(args: readonly string[], file: () => RealStackFile): "real" | "copy" {
  const [, action, ...keys] = positionals(args);
  const given = (option: string) => args.some((arg) => arg === option || arg.startsWith(`${option}=`));
  switch (action) {
    case "set":
      return given("--secret") ? "copy" : "real";
    case "set-all":
      if (given("--secret") && given("--plaintext")) throw both("set plain values with one command, and secrets with another");
      return given("--secret") ? "copy" : "real";
    case "rm":
    case "rm-all": {
      const { project, real } = file();
      const inReal = keys.filter((key) => real.hasIn(["config", ...pathOf(key, project, given("--path"))]));
      if (inReal.length === 0) return "copy";
      if (inReal.length === keys.length) return "real";
      throw both(`remove ${inReal.join(", ")} with one command, and the other keys with another`);
    }
    default:
      return "copy";
  }
}

function both(remedy: string): Error {
  return new Error(`The command would change the stack file and its copy on this machine, where secrets are: ${remedy}.`);
}

/** The keys of a setting: `tags` and `moor:tags` name the same, and with `--path` so do `moor:tags.owner` and `moor:tags["owner"]`. */
function pathOf(key: string, project: string, isPath: boolean): (string | number)[] {
  const parts = isPath ? [...key.matchAll(pathPart)].map(([, plain, quoted, index]) => plain ?? quoted ?? Number(index)) : [key];
  const [first, ...rest] = parts;
  return [String(first).includes(":") ? String(first) : `${project}:${first}`, ...rest];
}

const pathPart = /\.?([^.[\]"]+)|\["([^"]*)"\]|\[(\d+)\]/g;
