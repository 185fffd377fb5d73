/** A stack's state as a backend of files keeps it. */
import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Checks that a state can be read, so that one that was cut off is named with what to do, instead of by the words of Pulumi's parser.
 * @throws Error when it is there and is no state
 */
export function checkStateFile(file: string): void {
  if (!fs.existsSync(file) || isState(file)) return;
  const bak = `${file}.bak`;
  const remedy = isState(bak)
    ? `Pulumi kept the version before it. Put it back with:\n  cp '${bak}' '${file}'\nThen run \`npm run recover\`, which finds what was created since.`
    : `Its copy ${bak} can't be read either. Pulumi keeps earlier versions in ${historyOf(file)}: copy the newest *.checkpoint.json from there to ${file}.`;
  throw new Error(`The state of the stack can't be read: ${file} is incomplete.\n${remedy}`);
}

/** Where a backend of files keeps a stack's state; undefined for other backends and for a stack that isn't there. */
export function stateFileOf(stack: string, { PULUMI_BACKEND_URL: url = "" }: NodeJS.ProcessEnv): string | undefined {
  const folder = /^file:\/\/([^?]+)/.exec(url)?.[1];
  if (folder === undefined) return undefined;
  const stacks = path.join(folder.replace(/^~(?=\/|$)/, process.env.HOME ?? "~"), ".pulumi", "stacks");
  if (!fs.existsSync(stacks)) return undefined;
  const projects = fs.readdirSync(stacks).map((project) => path.join(stacks, project, `${stack}.json`));
  return projects.find((file) => fs.existsSync(file));
}

/** `.pulumi/stacks/<project>/<stack>.json` has its history in `.pulumi/history/<project>/<stack>`. */
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
