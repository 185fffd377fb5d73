import type { ChildProcess } from "node:child_process";
import type { AttachedPulumi, StackPulumi } from "../operations/stackPulumi";
import { exitCodeOfInstalled, startPulumi } from "./pulumiProcess";
import { requireStackFile, root } from "./stackFiles";

/** The stack of a command: the real stack with the installed Pulumi, or the stack on the local Azure. */
export interface StackOptions {
  readonly stack: string;
  readonly local?: boolean;
  /** Stack file. @default - `Pulumi.<stack>.yaml` */
  readonly configFile?: string;
}

/** Runs pulumi commands on one stack until it is closed. */
export interface OpenStack extends AttachedPulumi {
  close(): Promise<void>;
}

/** The pulumi command, its environment and its stack file. */
export interface Engine {
  readonly command: string;
  readonly environment: NodeJS.ProcessEnv;
  /** @default - the stack file that pulumi finds */
  readonly configFile?: string;
  /** Folder of the program. @default - the root folder */
  readonly folder?: string;
}

interface OpenEngine extends Engine {
  close(): Promise<void>;
}

/** How long pulumi may take to end after it was interrupted. Milliseconds. */
const interruptTimeout = 10_000;

/** Commands of pulumi that read the settings of a stack. */
const readsSettings = ["preview", "up", "refresh"];
/** Commands of pulumi that have no option for the stack. */
const withoutStack = ["version", "whoami"];

/** @throws Error if the stack file doesn't exist or pulumi isn't installed */
export async function openStackPulumi(options: StackOptions): Promise<OpenStack> {
  const { stack, local = false, configFile } = options;
  const source = configFile ?? requireStackFile(stack);
  const engine = local ? await localEngine(stack, source) : installedEngine(configFile);
  return { ...stackPulumi(engine, stack, local), close: () => engine.close() };
}

/**
 * A stack on an engine that the caller closes.
 * @param signal Ends the running command. @default - commands run to their end
 */
export function stackPulumi(engine: Engine, stack: string, local: boolean, signal?: AbortSignal): AttachedPulumi {
  const complete = (args: readonly string[]) => {
    const reads = engine.configFile !== undefined && readsSettings.includes(args[0] ?? "");
    const settings = reads ? ["--config-file", engine.configFile] : [];
    const ofStack = withoutStack.includes(args[0] ?? "") ? [] : ["--stack", stack];
    return [...args, ...ofStack, ...settings, "--non-interactive", "--color", "never"];
  };
  const run: StackPulumi["run"] = async (args, environment) => {
    const child = startPulumi(engine, complete(args), engine.folder ?? root, { ...engine.environment, ...environment }, [
      "ignore",
      "pipe",
      "pipe",
    ]);
    const end = endOnAbort(child, signal);
    const texts = { output: "", errors: "" };
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      texts.output += text;
    });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      texts.errors += text;
    });
    try {
      return { code: await exitCodeOfInstalled(child), ...texts };
    } finally {
      end();
    }
  };
  return {
    stack,
    local,
    environment: engine.environment,
    run,
    async must(args) {
      const { code, output, errors } = await run(args);
      if (code !== 0) throw new Error(`pulumi ${args.slice(0, 2).join(" ")} failed:\n${output}${errors}`);
      return output;
    },
    runAttached: (args) =>
      exitCodeOfInstalled(startPulumi(engine, complete(args), engine.folder ?? root, engine.environment, ["ignore", "inherit", "inherit"])),
  };
}

/** Interrupts pulumi when the signal is aborted, and kills it if it doesn't end. Returns a function that stops this. */
function endOnAbort(child: ChildProcess, signal: AbortSignal | undefined): () => void {
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill("SIGINT");
    timer = setTimeout(() => child.kill("SIGKILL"), interruptTimeout);
  };
  if (signal?.aborted) end();
  else signal?.addEventListener("abort", end, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  };
}

/** The Pulumi installation of the user. */
export function installedEngine(configFile?: string): OpenEngine {
  return { command: "pulumi", environment: process.env, ...(configFile === undefined ? {} : { configFile }), close: async () => {} };
}

/** Pulumi for the local Azure. Its modules are loaded on demand, so that commands for real stacks don't load the simulator. */
async function localEngine(stack: string, source: string): Promise<OpenEngine> {
  const { openSession } = require("./local/session") as typeof import("./local/session");
  const { prepareStack } = require("./local/stackFile") as typeof import("./local/stackFile");
  const session = await openSession((line) => console.error(line));
  try {
    const configFile = await prepareStack(session, stack, source);
    return { command: session.engine.command, environment: session.environment, configFile, close: () => session.close() };
  } catch (error) {
    // Otherwise, the local Azure would keep the process running.
    await session.close();
    throw error;
  }
}
