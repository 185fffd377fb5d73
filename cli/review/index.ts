import { reviewStacks } from "../../operations/review";
import { onInterrupt } from "../interruption";
import { checkOptions, chosenStacks, type ReviewCommandOptions } from "./options";
import { openOutput } from "./output";
import { type RunFacts, render } from "./render";
import { savedPreviews } from "./saved";
import { localStacks, type OpenSources, realStacks } from "./stacks";

/** Exit codes. 0: a review of all stacks, whose previews all succeeded. */
const exitCodes = { failedPreview: 1, noReview: 2 } as const;

/** `npm run review`: reviews what the next update of stacks does. Sets the exit code. */
export async function review(options: ReviewCommandOptions): Promise<void> {
  const interruption = onInterrupt("Ending the previews. To end without waiting, press Ctrl-C again.");
  try {
    checkOptions(options);
    const write = openOutput(options);
    const today = new Date().toISOString().slice(0, 10);
    const { open, ...facts } = await openSources(options);
    try {
      const run = await reviewStacks(open.sources, { today, signal: interruption.signal, report: (line) => console.error(line) });
      write(render(run, { today, ...facts }));
      if (!run.succeeded) process.exitCode = exitCodes.failedPreview;
    } finally {
      await open.close();
    }
  } catch (error) {
    // After Ctrl-C, the user knows why there is no review.
    if (!interruption.signal.aborted) console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = exitCodes.noReview;
  } finally {
    interruption.end();
  }
}

async function openSources({
  stack,
  from,
  base,
  local,
}: ReviewCommandOptions): Promise<Omit<RunFacts, "today"> & { readonly open: OpenSources }> {
  const close = async () => {};
  if (from !== undefined) return { open: { sources: savedPreviews(from), close }, source: { kind: "saved" } };
  const stacks = chosenStacks(stack);
  if (base === undefined) return { open: local ? await localStacks(stacks) : await realStacks(stacks), source: { kind: "state" } };
  // Loaded only here, so that a review of stacks in Azure doesn't load the simulator.
  const { baseStacks } = require("./base") as typeof import("./base");
  const { commit, sources, removed } = await baseStacks(base, stacks, (line) => console.error(line));
  return { open: { sources, close }, source: { kind: "base", ref: base, commit }, ...(stack === undefined ? { removed } : {}) };
}
