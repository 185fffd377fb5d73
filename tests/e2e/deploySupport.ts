/** What the tests of `npm run deploy` share: the digest of a plan as a review computes it, and the command. */
import { prepareStack } from "../../cli/local/stackFile";
import { approvalInputs } from "../../operations/deploy";
import type { StackPulumi } from "../../operations/stackPulumi";
import { type Approval, approvalOf, readPreview } from "../../review";
import { moorWith } from "./rolloutSupport";
import type { Request, Run, Sandbox } from "./sandbox";

/** The approval that a review of the stack contains. */
export async function approve(sandbox: Sandbox, stack: string): Promise<Approval> {
  await prepareStack(sandbox, stack, `${sandbox.folder}/Pulumi.${stack}.yaml`, sandbox.folder);
  const inputs = await approvalInputs(pulumiOf(sandbox, stack), sandbox.folder);
  sandbox.environment.PULUMI_ENABLE_STREAMING_JSON_PREVIEW = "1";
  const { output } = await sandbox.run("preview", stack, { args: ["--json"] });
  return approvalOf(readPreview(output), inputs);
}

/** `approvalInputs` runs only commands without a stack. */
function pulumiOf(sandbox: Sandbox, stack: string): StackPulumi {
  const must: StackPulumi["must"] = (args) => sandbox.pulumiQuietly([...args, "--non-interactive", "--color", "never"]);
  const run: StackPulumi["run"] = async (args) => ({ code: 0, output: await must(args), errors: "" });
  return { stack, local: true, environment: sandbox.environment, run, must };
}

export interface DeployRun {
  readonly stack?: string;
  /** Further arguments. */
  readonly args?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
}

/** Runs `npm run deploy` on the local Azure, by default for dev. */
export function deploy(sandbox: Sandbox, digest: string, { stack = "dev", args = [], environment = {} }: DeployRun = {}): Promise<Run> {
  return moorWith(sandbox, ["deploy", "-s", stack, "--approved", digest, "--local", ...args], environment);
}

/** The requests that changed something in Azure. */
export function writes(sandbox: Sandbox): Request[] {
  return sandbox.requests().filter(({ method }) => ["PUT", "PATCH", "DELETE"].includes(method));
}
