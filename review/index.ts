/** Reviews of Pulumi previews, for pull requests. */
export { type Approval, type ApprovalInputs, type ApprovalPart, approvalParts, inputParts } from "./approval";
export { type Approved, approvalOf, autoscaledDeployments, differenceOf, inputDifference, partsOfDigest } from "./digest";
export type { Preview } from "./preview";
export { readPreview } from "./read";
export { reviewStack, type StackReview, type Verdict } from "./review";
export { type Notice, type Section, type Severity, type Subject, subjects } from "./section";
