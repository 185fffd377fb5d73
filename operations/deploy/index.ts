/** Applies the plan of a stack if it is the approved one. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { withoutSecrets } from "../../facts/secretForms";
import { canonicalJson } from "../../planner/names";
import { type Approved, approvalOf, differenceOf, inputDifference, type Preview } from "../../review";
import { previewStack } from "../review/preview";
import type { AttachedPulumi } from "../stackPulumi";
import { approvalInputs, fileInputs } from "./inputs";
import { planHolds, withPlanFile } from "./updatePlan";

export { approvalInputs } from "./inputs";
export { approvalInReview, maxLength } from "./reviewFile";

export interface DeployOptions {
  readonly approved: Approved;
  /** Folder of the program. */
  readonly root: string;
  /** Prints a line for the user. */
  readonly report: (line: string) => void;
  /** Aborted if the user interrupts the command. Nothing is applied after that. */
  readonly interrupted: AbortSignal;
}

/** `refused`: nothing was applied, for the reason in the sentence. `failed`: `pulumi up` failed, and can have applied a part of the plan. */
export type Deployed = { readonly result: "applied" | "failed" } | { readonly result: "refused"; readonly reason: string };

/**
 * Previews a stack, compares the plan with the approved one, and runs `pulumi up` if they are the same.
 * @throws Error if the digest or the review file is invalid, or if pulumi can't run. Nothing was applied then.
 */
export async function deploy(pulumi: AttachedPulumi, { approved, root, report, interrupted }: DeployOptions): Promise<Deployed> {
  const files = () => canonicalJson(fileInputs(pulumi, root));
  const [filesBefore, inputs] = [files(), await approvalInputs(pulumi, root)];
  // These differences are known before the preview.
  const other = inputDifference(approved, inputs);
  if (other !== undefined) return refused(other);
  report(`Previewing the stack ${pulumi.stack}.`);
  return withPlanFile(async (plan) => {
    const preview = await previewStack(pulumi, ["--save-plan", plan]).catch((error: unknown) => {
      if (!interrupted.aborted) throw error;
    });
    if (preview === undefined || interrupted.aborted) return refused(interruption);
    if (preview.result !== "succeeded") return refused(failure(preview));
    const now = approvalOf(preview, inputs);
    const difference = differenceOf(approved, now);
    if (difference !== undefined) return refused(difference);
    report(`The plan is the approved one (${counted(now.steps.length)}).`);
    if (files() !== filesBefore) return refused("Files have changed during the preview.");
    // A Ctrl-C while the files were read is handled only in the next turn.
    await nextTurn();
    if (interrupted.aborted) return refused(interruption);
    const code = await pulumi.runAttached(["up", "--yes", "--skip-preview", ...(planHolds(preview) ? ["--plan", plan] : [])]);
    return { result: code === 0 ? "applied" : "failed" };
  });
}

const interruption = "The command was interrupted.";

function refused(reason: string): Deployed {
  return { result: "refused", reason };
}

function failure({ diagnostics, result }: Preview): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => withoutSecrets(message));
  const sentence = result === "failed" ? "The preview failed" : "The preview ended without a result";
  return errors.length === 0 ? `${sentence}.` : `${sentence}:\n${errors.join("\n")}`;
}

function counted(steps: number): string {
  return steps === 1 ? "1 step" : `${steps} steps`;
}
