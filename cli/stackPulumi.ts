import { openSession, root } from "./local/session";
import { prepareStack } from "./local/stackFile";
import { exitCode, startPulumi } from "./pulumiProcess";
import { requireStackFile } from "./stackFiles";

/** Where a verb works: on the real stack with the user's own Pulumi, or on the one on this machine. */
export interface StackOptions {
  readonly stack: string;
  readonly local?: boolean;
  /** Stack file. @default - `Pulumi.<stack>.yaml` */
  readonly configFile?: string;
}

/** What a run of pulumi came to. */
export interface PulumiRun {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Pulumi for one stack. */
export interface StackPulumi {
  readonly stack: string;
  /** Whether the stack is on this machine. */
  readonly local: boolean;
  readonly environment: NodeJS.ProcessEnv;
  /** Runs `pulumi <args>` on the stack. Its output is kept; with `show` it is also printed as it comes. */
  run(args: readonly string[], options?: { readonly show?: boolean }): Promise<PulumiRun>;
  /** As `run`; rejects with pulumi's message when it fails. */
  must(args: readonly string[], options?: { readonly show?: boolean }): Promise<string>;
  close(): Promise<void>;
}

/** Verbs of pulumi that read a stack's settings. */
const readsSettings = ["preview", "up", "refresh"];

/** @throws Error when the stack has no stack file, or pulumi is not to be found. */
export async function openStackPulumi({ stack, local = false, configFile }: StackOptions): Promise<StackPulumi> {
  const source = configFile ?? requireStackFile(stack);
  const session = local ? await openSession((line) => console.error(line)) : undefined;
  const file = session ? await prepareStack(session, stack, source) : configFile;
  const engine = session?.engine ?? { command: "pulumi" };
  const environment = session?.environment ?? process.env;
  const settings = (verb: string | undefined) => (file !== undefined && readsSettings.includes(verb ?? "") ? ["--config-file", file] : []);
  const run: StackPulumi["run"] = async (args, { show = false } = {}) => {
    const all = [...args, "--stack", stack, ...settings(args[0]), "--non-interactive", "--color", "never"];
    const child = startPulumi(engine, all, root, environment, ["ignore", "pipe", "pipe"]);
    const texts = { output: "", errors: "" };
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      texts.output += text;
      if (show) process.stdout.write(text);
    });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      texts.errors += text;
      if (show) process.stderr.write(text);
    });
    return { code: await ended(child), ...texts };
  };
  return {
    stack,
    local,
    environment,
    run,
    async must(args, options) {
      const { code, output, errors } = await run(args, options);
      if (code !== 0) throw new Error(`pulumi ${args.slice(0, 2).join(" ")} failed:\n${output}${errors}`);
      return output;
    },
    close: async () => session?.close(),
  };
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
