import { exitCodeOfInstalled, startPulumi, waitOutInterrupts } from "./pulumiProcess";
import { requireStackFile, root } from "./stackFiles";

export interface PlatformOptions {
  readonly stack: string;
  readonly local?: boolean;
}

/** The program then treats the stack as if its setting `moor:endpoints` were `{}`. */
const withoutEndpoints = { MOOR_ENDPOINTS: "none" } as const;

/**
 * `npm run platform`: runs `pulumi up` without the endpoints of the stack file, to create the network and the container registry before
 * images are published. The program fails if the stack already has endpoints. The exit code is that of pulumi.
 * @param args Further arguments of `pulumi up`.
 */
export async function platform(args: readonly string[], { stack, local = false }: PlatformOptions): Promise<void> {
  if (!args.some((arg) => arg === "--config-file" || arg.startsWith("--config-file="))) requireStackFile(stack);
  const up = ["up", "--stack", stack, ...args];
  if (local) {
    Object.assign(process.env, withoutEndpoints);
    // Loaded on demand, so that the command doesn't load the simulator for a stack on Azure.
    await (require("./local") as typeof import("./local")).local(up);
    return;
  }
  const interruptible = waitOutInterrupts();
  try {
    const child = startPulumi({ command: "pulumi" }, up, root, { ...process.env, ...withoutEndpoints }, "inherit");
    process.exitCode = await exitCodeOfInstalled(child);
  } finally {
    interruptible();
  }
}
