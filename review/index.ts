/** Reviews of Pulumi previews, for pull requests. */
export { documentOf, type Review, type ReviewDocument, reviewJson, reviewSchema, type Source, verdictOf } from "./document";
export { reviewMarkdown } from "./markdown";
export { type Approval, type ApprovalInputs, type ApprovalPart, approvalParts } from "./approval";
export { approvalOf } from "./digest";
export type { Preview } from "./preview";
export { readPreview } from "./read";
export { reviewStack, type StackReview, type Verdict, withoutPreview } from "./review";
export { type Notice, type Section, type Severity, type Subject, subjects } from "./section";
