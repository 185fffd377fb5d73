import * as fs from "node:fs";
import * as path from "node:path";
import { type Azure, type AzureOptions, makePrivate, openAzure } from "../../azure-local";
import { type Engine, ensureEngine } from "../../azure-local/engine";
import { pulumiEnvironment } from "../../azure-local/pulumi";
import { exitCode, startPulumi } from "../pulumiProcess";
import { root } from "../stackFiles";

export { root } from "../stackFiles";

/** What to do where a run finds what an interrupted one has left: its lock, or resources that the state doesn't know. */
export const recoverAdvice = (stack = "<stack>") =>
  `If an earlier run was interrupted, \`npm run recover -- -s ${stack} --local\` puts the state right; then run the command again.`;

/**
 * Where Azure-on-this-machine and the stacks on it are kept.
 * @param given Value of `--home`. @default - `MOOR_LOCAL_HOME`, or `.moor/local` in the clone
 * @throws Error when it is empty, or lies where files are committed
 */
export function localHome(given?: string): string {
  if (given?.trim() === "") throw new Error("--home is empty: give a folder, or leave the option out.");
  const [source, folder] = given === undefined ? ["MOOR_LOCAL_HOME", process.env.MOOR_LOCAL_HOME?.trim()] : ["--home", given];
  const own = path.join(root, ".moor");
  if (!folder) return path.join(own, "local");
  const home = path.resolve(folder);
  if (!isWithin(home, root) || isWithin(home, own)) return home;
  throw new Error(
    `${source} is ${home}, which lies in the clone: keys and tokens would lie beside files that are committed. Give a folder outside it, or below ${own}.`,
  );
}

function isWithin(folder: string, above: string): boolean {
  return folder === above || folder.startsWith(above + path.sep);
}

/** Azure-on-this-machine with a Pulumi engine beside it, for as long as one command lasts. */
export interface LocalSession {
  readonly home: string;
  readonly azure: Azure;
  readonly engine: Engine;
  readonly environment: NodeJS.ProcessEnv;
  /** Runs `pulumi` at the keyboard's own terminal; resolves to its exit code. */
  pulumi(args: readonly string[], cwd?: string): Promise<number>;
  /** Runs `pulumi` quietly and yields what it printed; rejects with its message when it fails. */
  pulumiQuietly(args: readonly string[], cwd?: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * Ctrl-C reaches pulumi too, which ends its operation and writes its state down; only then may Azure go away, so this process waits for it.
 * Yields what gives Ctrl-C its ordinary meaning back.
 */
export function waitOutInterrupts(): () => void {
  const wait = () => console.error("Ending the run; one moment.");
  process.on("SIGINT", wait);
  return () => process.off("SIGINT", wait);
}

/** @throws Error when the folder can't be made or written */
export function makeHome(home: string): void {
  try {
    makeFolders(home);
    fs.accessSync(home, fs.constants.W_OK);
    makePrivate(home);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`Azure-on-this-machine can't be kept in ${home} (${message}); set MOOR_LOCAL_HOME to a folder that you may write.`);
  }
}

/** One folder after the other: Node's own `recursive` never ends where a file system answers ENOENT below a folder that exists, as /proc does. */
function makeFolders(folder: string): void {
  if (fs.existsSync(folder)) {
    if (!fs.statSync(folder).isDirectory()) throw new Error(`${folder} is not a folder`);
    return;
  }
  makeFolders(path.dirname(folder));
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another command may have made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

export async function openSession(
  report: (line: string) => void,
  home = localHome(),
  options: Omit<AzureOptions, "home" | "report"> = {},
): Promise<LocalSession> {
  makeHome(home);
  const engine = await ensureEngine(report);
  const azure = await openAzure({ ...options, home, report });
  const environment = pulumiEnvironment(home, engine, azure);
  return {
    home,
    azure,
    engine,
    environment,
    pulumi: (args, cwd = root) => exitCode(startPulumi(engine, args, cwd, environment, "inherit")),
    async pulumiQuietly(args, cwd = root) {
      const child = startPulumi(engine, args, cwd, environment, ["ignore", "pipe", "pipe"]);
      let output = "";
      let errors = "";
      child.stdout!.setEncoding("utf8").on("data", (text) => (output += text));
      child.stderr!.setEncoding("utf8").on("data", (text) => (errors += text));
      const code = await exitCode(child);
      const verb = `pulumi ${args.slice(0, 2).join(" ")}`;
      if (code >= 128) throw new Error(`${verb} was interrupted: run the command again.`);
      if (code !== 0) throw new Error(`${verb} failed:\n${output}${errors}`);
      return output;
    },
    async close() {
      await azure.close();
      // Pulumi writes its files readable by everyone.
      makePrivate(home);
    },
  };
}
