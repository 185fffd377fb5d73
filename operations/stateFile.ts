/** The state file of a stack in a file backend. */
import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Checks that a state file is readable, so that the error for a truncated file contains a fix instead of a parser message.
 * @throws Error if the file exists and is not a valid state
 */
export function checkStateFile(file: string): void {
  if (!fs.existsSync(file) || isState(file)) return;
  const bak = `${file}.bak`;
  const remedy = isState(bak)
    ? `Pulumi kept the previous version. Restore it with:\n  cp '${bak}' '${file}'\nThen run \`npm run recover\`, which finds the resources created since then.`
    : `Its backup ${bak} isn't readable either. Pulumi keeps earlier versions in ${historyOf(file)}: copy the newest *.checkpoint.json from there to ${file}.`;
  throw new Error(`The state of the stack isn't readable: ${file} is incomplete.\n${remedy}`);
}

/** Path of the state file in a file backend; undefined for other backends and for a stack that doesn't exist. */
export function stateFileOf(stack: string, { PULUMI_BACKEND_URL: url = "" }: NodeJS.ProcessEnv): string | undefined {
  const folder = /^file:\/\/([^?]+)/.exec(url)?.[1];
  if (folder === undefined) return undefined;
  const stacks = path.join(folder.replace(/^~(?=\/|$)/, process.env.HOME ?? "~"), ".pulumi", "stacks");
  if (!fs.existsSync(stacks)) return undefined;
  const projects = fs.readdirSync(stacks).map((project) => path.join(stacks, project, `${stack}.json`));
  return projects.find((file) => fs.existsSync(file));
}

/** The history of `.pulumi/stacks/<project>/<stack>.json` is in `.pulumi/history/<project>/<stack>`. */
function historyOf(file: string): string {
  const project = path.dirname(file);
  return path.join(project, "..", "..", "history", path.basename(project), path.basename(file, ".json"));
}

function isState(file: string): boolean {
  try {
    const state = JSON.parse(fs.readFileSync(file, "utf8")) as { readonly checkpoint?: unknown } | null;
    return typeof state?.checkpoint === "object" && state.checkpoint !== null;
  } catch {
    return false;
  }
}
