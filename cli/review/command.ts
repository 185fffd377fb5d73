import type { Command } from "commander";

/** Adds the command `review`. */
export function addReview(program: Command): void {
  const review = program
    .command("review")
    .description(
      "review what the next update of stacks does, for a pull request; exit codes: 0 a review of all stacks, 1 a preview failed (the review " +
        "contains the reason), 2 no review",
    )
    .option("-s, --stack <stack>", "a stack, or several separated by commas; can be repeated (default: all with a stack file)", listed)
    .option("--from <file>", "a saved preview instead of a new one, - for the standard input; can be repeated", repeated)
    .option("--base <ref>", "preview against the stacks of this Git commit, which are brought up on the local Azure")
    .option("--local", "use the stacks in the local Azure")
    .addOption(program.createOption("--format <format>", "format on the standard output (default: markdown)").choices(["markdown", "json"]))
    .option("--output <folder>", "write review.md and review.json to this folder, and nothing to the standard output")
    .action((options) => (require("./index") as typeof import("./index")).review(options));
  // Exit code 1 means that there is a review.
  review.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
}

function listed(value: string, previous: readonly string[] = []): string[] {
  return [...previous, ...value.split(",").map((stack) => stack.trim())];
}

function repeated(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}
