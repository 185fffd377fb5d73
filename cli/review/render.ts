/** Renders the reviews of one run. */
import type { StackReviews } from "../../operations/review";
import type { Rendered } from "./output";

/** Facts of a run that are the same for all stacks. */
export interface RunFacts {
  readonly today: string;
  /** The commit of `--base`. @default - none */
  readonly base?: string;
  /** Sentences about stacks that have no preview by design. */
  readonly notes: readonly string[];
  /** Why no review has an approval. @default - each has one */
  readonly noApproval?: string;
}

export function render(run: StackReviews, facts: RunFacts): Rendered {
  const lines = [
    ...run.reviews.map(({ stack, verdict, reason }) => `${stack}: ${verdict}: ${reason}`),
    ...run.notPreviewed.map(({ stack, reason }) => `${stack}: no preview: ${reason}`),
    ...facts.notes,
  ];
  const { reviews, notPreviewed } = run;
  return {
    markdown: `${lines.join("\n\n")}\n`,
    json: `${JSON.stringify({ version: 1, ...facts, stacks: reviews, notPreviewed }, null, 2)}\n`,
  };
}
