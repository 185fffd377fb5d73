/** Reviews of Pulumi previews, for pull requests. */

export { type Approval, type ApprovalInputs, type ApprovalPart, approvalParts, inputParts } from "./approval";
export { type Approved, approvalOf, autoscaledDeployments, differenceOf, inputDifference, partsOfDigest } from "./digest";
export { documentOf, type Review, type ReviewDocument, reviewJson, reviewSchema, type Source, verdictOf } from "./document";
export { reviewMarkdown } from "./markdown";
export type { Preview } from "./preview";
export { readPreview, UnreadablePreview } from "./read";
export { reviewStack, type StackReview, type Verdict, withoutPreview } from "./review";
export { type Notice, type Section, type Severity, type Subject, subjects } from "./section";
