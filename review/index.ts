/** Reviews of Pulumi previews, for pull requests. */
export type { Preview } from "./preview";
export { readPreview, UnreadablePreview } from "./read";
export { reviewStack, type StackReview, type Verdict } from "./review";
export { type Notice, type Section, type Severity, type Subject, subjects } from "./section";
