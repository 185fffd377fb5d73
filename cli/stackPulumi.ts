import type { StackPulumi } from "../operations/stackPulumi";
import { exitCode, startPulumi } from "./pulumiProcess";
import { requireStackFile, root } from "./stackFiles";

/** Where a verb works: on the real stack with the user's own Pulumi, or on the one on this machine. */
export interface StackOptions {
  readonly stack: string;
  readonly local?: boolean;
  /** Stack file. @default - `Pulumi.<stack>.yaml` */
  readonly configFile?: string;
}

/** Pulumi for one stack, until it is closed. */
export interface OpenStack extends StackPulumi {
  close(): Promise<void>;
}

/** How pulumi is run: which one, in which environment, with which stack file. */
interface Engine {
  readonly command: string;
  readonly environment: NodeJS.ProcessEnv;
  /** @default - the one that pulumi finds itself */
  readonly configFile?: string;
  close(): Promise<void>;
}

/** Verbs of pulumi that read a stack's settings. */
const readsSettings = ["preview", "up", "refresh"];

/** @throws Error when the stack has no stack file, or pulumi is not to be found. */
export async function openStackPulumi(options: StackOptions): Promise<OpenStack> {
  const { stack, local = false, configFile } = options;
  const source = configFile ?? requireStackFile(stack);
  const engine = local ? await localEngine(stack, source) : ownEngine(configFile);
  const run: StackPulumi["run"] = async (args) => {
    const reads = engine.configFile !== undefined && readsSettings.includes(args[0] ?? "");
    const settings = reads ? ["--config-file", engine.configFile] : [];
    const all = [...args, "--stack", stack, ...settings, "--non-interactive", "--color", "never"];
    const child = startPulumi(engine, all, root, engine.environment, ["ignore", "pipe", "pipe"]);
    const texts = { output: "", errors: "" };
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      texts.output += text;
    });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      texts.errors += text;
    });
    return { code: await ended(child), ...texts };
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
    close: () => engine.close(),
  };
}

/** The user's own Pulumi. */
function ownEngine(configFile: string | undefined): Engine {
  return { command: "pulumi", environment: process.env, configFile, close: async () => {} };
}

/** Pulumi on this machine. Its modules are loaded here, so that a production stack loads nothing of the simulator. */
async function localEngine(stack: string, source: string): Promise<Engine> {
  const { openSession } = require("./local/session") as typeof import("./local/session");
  const { prepareStack } = require("./local/stackFile") as typeof import("./local/stackFile");
  const session = await openSession((line) => console.error(line));
  try {
    const configFile = await prepareStack(session, stack, source);
    return { command: session.engine.command, environment: session.environment, configFile, close: () => session.close() };
  } catch (error) {
    // Otherwise the process would go on serving Azure.
    await session.close();
    throw error;
  }
}

async function ended(child: ReturnType<typeof startPulumi>): Promise<number> {
  try {
    return await exitCode(child);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(
      "There is no `pulumi` on the PATH: install it (https://www.pulumi.com/docs/install/), or add --local for this machine.",
    );
  }
}
