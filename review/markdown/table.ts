/** The table of all stacks: one row for each group of stacks with equal changes. */
import type { StackGroup } from "../group";
import { linesWithin, type Part } from "./budget";
import { inline } from "./escape";
import { namesText, verdictWords } from "./words";

export function table(groups: readonly StackGroup[]): Part {
  const head = ["| Stacks | Verdict | Reason | Cost |", "| --- | --- | --- | --- |"];
  const more = (rows: number) => {
    const hidden = groups.slice(groups.length - rows).reduce((sum, { stacks }) => sum + stacks.length, 0);
    return `${hidden} more ${hidden === 1 ? "stack is" : "stacks are"} not in this table.`;
  };
  return { weight: 25, within: (budget) => linesWithin(head, groups.map(row), more, budget) };
}

function row({ stacks, review }: StackGroup): string {
  const cost = review.sections.cost.summary;
  const cells = [
    inline(namesText(stacks)),
    verdictWords[review.verdict],
    inline(review.reason, 160),
    inline(cost === "" ? "–" : cost, 100),
  ];
  return `| ${cells.join(" | ")} |`;
}
