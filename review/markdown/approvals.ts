/** The digest of each stack, with the command that applies the plan. */
import { notApprovable, type Source } from "../document";
import { grouped, type StackGroup } from "../group";
import type { StackReview } from "../review";
import { linesWithin, type Part } from "./budget";
import { code, inline } from "./escape";
import { countText, namesText } from "./words";

/** Stacks whose commands are written out. For more, the command is there once, and the digests follow. */
const mostCommands = 10;
/** What a command can contain without quotes: names of Pulumi (`organization/project/stack`) and digests. */
const plain = /^[A-Za-z0-9][\w./-]*$/;

export function approvals(groups: readonly StackGroup[], source: Source): Part {
  const stacks = groups.flatMap((group) => group.stacks).filter(({ verdict }) => verdict !== "unchanged");
  const reasons = stacks.map((stack) => ({ stack, reason: reasonOf(stack, source) }));
  const approvable = reasons.flatMap(({ stack, reason }) => (reason === undefined ? [stack] : []));
  const refused = grouped(
    reasons.filter(({ reason }) => reason !== undefined),
    ({ reason }) => reason!,
  );
  const isShort = approvable.length > mostCommands;
  const intro = isShort
    ? [`The command is ${code(commandOf("<stack>", "<digest>"))}, with a stack and its digest:`]
    : ["Run the command of the stack:"];
  const head = [
    "### Apply what was reviewed",
    "",
    ...(approvable.length === 0 ? ["No stack of this review can be applied by its digest:"] : intro),
    "",
  ];
  const none = [...refused].map(([reason, all]) => `- ${inline(namesText(all.map(({ stack }) => stack)))}: no digest. ${reason}`);
  const lines = approvable.map(({ stack, approval }) => {
    const digest = approval?.digest ?? "";
    return `- ${inline(stack)}: ${code(isShort ? digest : commandOf(stack, digest))}`;
  });
  const more = (count: number) =>
    `The digests of ${countText(count)} are not shown here. They are in the JSON form of the review (review.json).`;
  return { weight: 30, within: (budget) => (stacks.length === 0 ? "" : linesWithin([...head, ...none], lines, more, budget)) };
}

function commandOf(stack: string, digest: string): string {
  return `npm run deploy -- -s ${stack} --approved ${digest}`;
}

function reasonOf(stack: StackReview, source: Source): string | undefined {
  const reason = notApprovable(stack, source);
  if (reason !== undefined) return reason;
  return plain.test(stack.stack) && plain.test(stack.approval?.digest ?? "")
    ? undefined
    : "Its name contains characters that need quotes in a shell.";
}
