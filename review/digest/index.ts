/** Digests of plans: a reviewer approves one, and `npm run deploy` applies the plan only if it has the same digest. */
import { type Approval, type ApprovalInputs, type ApprovalPart, inputParts } from "../approval";
import type { Preview } from "../preview";
import { partHash, shortItems } from "./parts";
import { approvedSteps } from "./steps";
import { digestText } from "./text";

export { type Approved, differenceOf, inputDifference } from "./difference";
export { autoscaledDeployments } from "./leftOut";
export { partsOfDigest } from "./text";

/**
 * The approval of a preview that succeeded. Two previews of the same commit, state and machine setup have the same digest.
 * @param inputs What the plan depends on besides the state: `approvalInputs` in operations/deploy.
 * @throws Error if the preview failed, omits the unchanged resources, or is of `pulumi destroy`
 */
export function approvalOf(preview: Preview, inputs: ApprovalInputs): Approval {
  if (preview.result !== "succeeded") throw new Error("A preview that did not succeed has no digest.");
  if (!preview.isComplete) throw new Error("A preview without its unchanged resources has no digest.");
  if (preview.kind !== "update") throw new Error("A preview of `pulumi destroy` has no digest, because `npm run deploy` can't run it.");
  const steps = approvedSteps(preview);
  const hashes = inputParts.map((part) => [part, partHash(inputs[part])] as const);
  const parts = Object.fromEntries([...hashes, ["steps", partHash(steps)]]) as Record<ApprovalPart, string>;
  const approval = { parts, items: shortItems(inputs), steps };
  return { digest: digestText(approval), ...approval };
}
