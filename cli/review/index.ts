import { type ReviewOptions, reviewStacks } from "../../operations/review";
import { type Source, type StackReview, withoutPreview } from "../../review";
import { onInterrupt } from "../interruption";
import { checkOptions, chosenStacks, type ReviewCommandOptions } from "./options";
import { openOutput } from "./output";
import { render } from "./render";
import { savedReviews } from "./saved";
import { localStacks, realStacks } from "./stacks";

/** Exit codes. 0: a review of all stacks, whose previews all succeeded. */
const exitCodes = { failedPreview: 1, noReview: 2 } as const;

/** `npm run review`: reviews what the next update of stacks does. Sets the exit code. */
export async function review(options: ReviewCommandOptions): Promise<void> {
  const interruption = onInterrupt("Ending the previews. To end without waiting, press Ctrl-C again.");
  try {
    checkOptions(options);
    const write = openOutput(options);
    const date = new Date().toISOString().slice(0, 10);
    const { source, reviews: reviewAll, close, removed = [] } = await openSources(options);
    try {
      const { signal } = interruption;
      const reviews = await reviewAll({ today: date, signal, report: (line) => console.error(line) });
      write(render({ date, source, stacks: [...reviews, ...removed.map(removalOf)] }));
      if (reviews.some(({ result }) => result !== "succeeded")) process.exitCode = exitCodes.failedPreview;
    } finally {
      await close?.();
    }
  } catch (error) {
    // After Ctrl-C, the user knows why there is no review.
    if (!interruption.signal.aborted) console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = exitCodes.noReview;
  } finally {
    interruption.end();
  }
}

interface Opened {
  readonly source: Source;
  /** Reviews all stacks. */
  reviews(options: ReviewOptions): Promise<StackReview[]>;
  /** Ends what the previews need. @default - nothing to end */
  close?(): Promise<void>;
  /** Stacks that have a stack file only at the base. @default - none */
  readonly removed?: readonly string[];
}

async function openSources({ stack, from, base, local }: ReviewCommandOptions): Promise<Opened> {
  if (from !== undefined) return { source: { kind: "saved" }, reviews: (options) => savedReviews(from, options) };
  const stacks = chosenStacks(stack);
  if (base === undefined) {
    const { sources, close } = await (local ? localStacks(stacks) : realStacks(stacks));
    return { source: { kind: "state" }, reviews: (options) => reviewStacks(sources, options), close };
  }
  // Loaded only here, so that a review of stacks in Azure doesn't load the simulator.
  const { baseStacks } = require("./base") as typeof import("./base");
  const { commit, sources, removed } = await baseStacks(base, stacks, (line) => console.error(line));
  return {
    source: { kind: "base", ref: base, commit },
    reviews: (options) => reviewStacks(sources, options),
    // A review of chosen stacks says nothing about others.
    ...(stack === undefined ? { removed } : {}),
  };
}

/** A removed stack file has no preview. */
function removalOf(stack: string) {
  return withoutPreview(
    stack,
    `The stack ${stack} is removed from the repository. Its resources stay until \`pulumi destroy\` deletes them, and can't be updated anymore.`,
  );
}
