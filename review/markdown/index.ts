/**
 * A review as Markdown, for a comment in a pull request on GitHub or Azure DevOps. The first five lines stand alone. The same review gives the
 * same text.
 */
import type { Review, Source } from "../document";
import { groupsOf } from "../group";
import { approvals } from "./approvals";
import { partsWithin } from "./budget";
import { inline } from "./escape";
import { firstLines } from "./firstLines";
import { sections } from "./sections";
import { table } from "./table";

/** A comment on GitHub has at most 65,536 characters. The rest is for the line that marks the comment. */
const mostCharacters = 60_000;

/**
 * @param limit Characters, at least 4,000. If the review is longer, the least dangerous stacks are shortened first, then omitted. The
 * first five lines are never shortened for it.
 */
export function reviewMarkdown(review: Review, limit = mostCharacters): string {
  const groups = groupsOf(review.stacks);
  const [headline = "", ...lines] = firstLines(review, groups);
  const first = `${headline}\n\n${lines.join("\n")}`;
  const facts = factsOf(review);
  const parts = [...(groups.length > 1 ? [table(groups)] : []), sections(groups), approvals(groups, review.source)];
  // Each text is followed by an empty line, except for the last, which is followed by a line break.
  const used = first.length + facts.length + 2 * (parts.length + 1) + 1;
  const texts = [first, ...partsWithin(parts, limit - used), facts];
  return `${texts.filter((text) => text !== "").join("\n\n")}\n`;
}

function factsOf({ moor, date, source }: Review): string {
  return `${sourceText(source)} Moor ${inline(moor, 40)}, ${inline(date, 40)} (UTC).`;
}

function sourceText(source: Source): string {
  switch (source.kind) {
    case "state":
      return "Compared with the state of each stack.";
    case "base":
      return `Compared with ${inline(source.ref, 100)} (commit ${inline(source.commit, 40)}) on the local Azure.`;
    case "saved":
      return "From saved previews.";
  }
}
