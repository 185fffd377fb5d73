/** Residency statements of a stack in a sandbox. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "../../cli/local/session";
import { prepareStack } from "../../cli/local/stackFile";
import { lockTextOf } from "../../cli/lockedStack";
import { exitCode } from "../../cli/pulumiProcess";
import { checkStack } from "../../config/checkStack";
import { contractOf } from "../../config/contract";
import { reportErrors } from "../../config/errors";
import { readOtherLocks } from "../../config/lockFile";
import { settingsOf } from "../../config/stackYaml";
import { residencyStatement, type Statement } from "../../operations/residency";
import { stackAzure } from "../../operations/stackAzure";
import type { StackPulumi } from "../../operations/stackPulumi";
import type { Sandbox } from "./sandbox";

/** The statement of a stack. @param stackFile The stack file of the last run. */
export async function statementOf(
  sandbox: Sandbox,
  stack: string,
  { stackFile, live, now }: { readonly stackFile: string; readonly live: boolean; readonly now?: Date },
): Promise<Statement> {
  const text = fs.readFileSync(stackFile, "utf8");
  const fromFile = settingsOf(text, path.basename(stackFile));
  const local = path.join(sandbox.home, `moor.lock.${stack}.yaml`);
  const lock = fs.existsSync(local) ? fs.readFileSync(local, "utf8") : lockTextOf(stack);
  const raw = { project: "moor", stack, folder: root, ...fromFile, stackFile: text, lock, otherLocks: readOtherLocks(root, stack) };
  const checked = checkStack({ ...raw, local: true });
  if ("errors" in checked) throw new Error(reportErrors(stack, checked.errors));
  const pulumi = await stackPulumi(sandbox, stack, stackFile);
  return residencyStatement(pulumi, {
    contract: contractOf(checked.spec),
    acceptances: checked.spec.accept,
    ...(live ? { azure: stackAzure(pulumi, fromFile.settings) } : {}),
    adopted: [],
    subscriptionId: sandbox.environment.ARM_SUBSCRIPTION_ID,
    folder: root,
    now,
  });
}

/** Runs pulumi on a stack of the sandbox. */
export async function stackPulumi(sandbox: Sandbox, stack: string, stackFile: string): Promise<StackPulumi> {
  const configFile = await prepareStack(sandbox, stack, stackFile);
  const run: StackPulumi["run"] = async (args) => {
    const settings = args[0] === "preview" ? ["--config-file", configFile] : [];
    const all = [
      ...args,
      ...(args[0] === "whoami" || args[0] === "version" ? [] : ["--stack", stack, ...settings]),
      "--non-interactive",
      "--color",
      "never",
    ];
    const child = spawn(sandbox.engine.command, all, { cwd: root, env: sandbox.environment, stdio: ["ignore", "pipe", "pipe"] });
    const texts = { output: "", errors: "" };
    child.stdout!.setEncoding("utf8").on("data", (chunk: string) => (texts.output += chunk));
    child.stderr!.setEncoding("utf8").on("data", (chunk: string) => (texts.errors += chunk));
    return { code: await exitCode(child), ...texts };
  };
  return {
    stack,
    local: true,
    environment: sandbox.environment,
    run,
    async must(args) {
      const { code, output, errors } = await run(args);
      if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${output}${errors}`);
      return output;
    },
  };
}
