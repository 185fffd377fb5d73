import * as fs from "node:fs";
import * as path from "node:path";
import { type Azure, type AzureOptions, createPrivateHome, openAzure } from "../../azure-local";
import { type Engine, ensureEngine } from "../../azure-local/engine";
import { pulumiEnvironment } from "../../azure-local/pulumi";
import { makeFolders } from "../folders";
import { exitCode, startPulumi } from "../pulumiProcess";
import { root } from "../stackFiles";

export { waitOutInterrupts } from "../pulumiProcess";
export { root } from "../stackFiles";

/** The advice if an interrupted run left a state lock, or resources that are not in the state. */
export const recoverAdvice = (stack = "<stack>") =>
  `If an earlier run was interrupted, repair the state with \`npm run recover -- -s ${stack} --local\`, then run the command again.`;

/**
 * The folder of the local Azure and its stacks.
 * @param given Value of `--home`. @default - `MOOR_LOCAL_HOME`, or `.moor/local` in the clone
 * @throws Error if the path is empty, or is in a folder whose files are committed
 */
export function localHome(given?: string): string {
  if (given?.trim() === "") throw new Error("--home is empty. Set it to a folder, or omit it.");
  const [source, folder] = given === undefined ? ["MOOR_LOCAL_HOME", process.env.MOOR_LOCAL_HOME?.trim()] : ["--home", given];
  const own = path.join(root, ".moor");
  if (!folder) return path.join(own, "local");
  const home = path.resolve(folder);
  if (!isWithin(home, root) || isWithin(home, own)) return home;
  throw new Error(
    `${source} is ${home}, which is inside the repository, so keys and tokens could be committed. Set a folder outside the repository or under ${own}.`,
  );
}

function isWithin(folder: string, above: string): boolean {
  return folder === above || folder.startsWith(above + path.sep);
}

/** The local Azure and a Pulumi engine, for the duration of one command. */
export interface LocalSession {
  readonly home: string;
  readonly azure: Azure;
  readonly engine: Engine;
  readonly environment: NodeJS.ProcessEnv;
  /** Prints a line for the user. */
  readonly report: (line: string) => void;
  /** Runs `pulumi` in the user's terminal. Resolves to its exit code. */
  pulumi(args: readonly string[], cwd?: string): Promise<number>;
  /** Runs `pulumi` without a terminal. Resolves to its output, or rejects with its error output. */
  pulumiQuietly(args: readonly string[], cwd?: string): Promise<string>;
  close(): Promise<void>;
}

/** @throws Error if the folder can't be created or written */
export function makeHome(home: string): void {
  try {
    makeFolders(home, 0o700);
    fs.accessSync(home, fs.constants.W_OK);
    createPrivateHome(home);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`The local Azure can't use the folder ${home} (${message}). Set MOOR_LOCAL_HOME to a writable folder.`);
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
  // The program reads the local copies of lock files there.
  const environment = { ...pulumiEnvironment(home, engine, azure), MOOR_LOCK_FOLDER: home };
  return {
    home,
    azure,
    engine,
    environment,
    report,
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
      // Pulumi writes files that everyone can read.
      createPrivateHome(home);
    },
  };
}
