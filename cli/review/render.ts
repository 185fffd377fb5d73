/** Renders the reviews of one run. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { StackReviews } from "../../operations/review";
import { type Review, reviewJson, reviewMarkdown, type Source, withoutPreview } from "../../review";
import { root } from "../stackFiles";
import type { Rendered } from "./output";

/** Facts of a run that are the same for all stacks. */
export interface RunFacts {
  readonly today: string;
  readonly source: Source;
  /** Stacks that have a stack file only at the commit of `--base`. @default - none */
  readonly removed?: readonly string[];
}

export function render({ reviews, notPreviewed }: StackReviews, { today, source, removed = [] }: RunFacts): Rendered {
  const review: Review = {
    moor: versionOfMoor(),
    date: today,
    source,
    stacks: [
      ...reviews,
      ...notPreviewed.map(({ stack, reason }) => withoutPreview(stack, reason)),
      ...removed.map((stack) => withoutPreview(stack, removal)),
    ],
  };
  return { markdown: reviewMarkdown(review), json: reviewJson(review) };
}

/** A removed stack file has no preview. */
const removal =
  "The stack file is removed from the repository. The resources of the stack stay in Azure until `pulumi destroy` deletes them.";

function versionOfMoor(): string {
  return (JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as { readonly version: string }).version;
}
