/** The plan of a stack in its current state, with what approves it. */
import { type Approval, approvalOf, type Preview } from "../../review";
import { approvalInputs } from "../deploy/inputs";
import type { StackPulumi } from "../stackPulumi";
import { previewStack } from "./preview";

/** A preview, and what `npm run deploy` compares. */
export interface Planned {
  readonly preview: Preview;
  /** @default - the plan can't be deployed */
  readonly approval?: Approval;
}

/**
 * @param root Folder of the program.
 * @throws Error if there is no preview
 */
export async function plannedStack(pulumi: StackPulumi, root: string): Promise<Planned> {
  // Read first, so that a file that changes during the preview changes the digest of the deployment.
  const inputs = await approvalInputs(pulumi, root);
  const preview = await previewStack(pulumi);
  const isWhole = preview.result === "succeeded" && preview.isComplete && preview.kind === "update";
  return { preview, ...(isWhole ? { approval: approvalOf(preview, inputs) } : {}) };
}
