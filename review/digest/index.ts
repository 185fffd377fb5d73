/** Digests of plans: a reviewer approves one, and `npm run deploy` applies the plan only if it has the same digest. */
import { canonicalJson } from "../../planner/names";
import { type Approval, type ApprovalInputs, type ApprovalPart, inputParts } from "../approval";
import type { Preview } from "../preview";
import { sha256, short } from "./inputs";
import { approvedSteps } from "./steps";
import { digestText } from "./text";

/**
 * The approval of a preview that succeeded. Two previews of the same commit, state and machine setup have the same digest.
 * @param inputs What the plan depends on besides the state: `approvalInputs` in operations/deploy.
 * @throws Error if the preview failed, or is of `pulumi destroy`
 */
export function approvalOf(preview: Preview, inputs: ApprovalInputs): Approval {
  if (preview.result !== "succeeded") throw new Error("A preview that did not succeed has no digest.");
  if (preview.kind !== "update") throw new Error("A preview of `pulumi destroy` has no digest, because `npm run deploy` can't run it.");
  const steps = approvedSteps(preview);
  const hashes = inputParts.map((part) => [part, sha256(canonicalJson(inputs[part]))] as const);
  const parts = Object.fromEntries([...hashes, ["steps", sha256(canonicalJson(steps))]]) as Record<ApprovalPart, string>;
  const items = Object.fromEntries(inputParts.map((part) => [part, shortened(inputs[part])])) as Record<
    keyof ApprovalInputs,
    Record<string, string>
  >;
  const approval = { parts, items, steps };
  return { digest: digestText(approval), ...approval };
}

function shortened(items: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(items).map(([name, hash]) => [name, short(hash)]));
}
