/** The first five lines: the verdict, traffic, cost, quota, and residency with access, each for all stacks. */
import { type Review, verdictOf, verdicts } from "../document";
import { grouped, type StackGroup, withoutStackName } from "../group";
import { othersText, type StackReview, type Verdict } from "../review";
import type { Subject } from "../section";
import { clean, cut } from "../text";
import { inline } from "./escape";
import { countText, headlineWords, namesText } from "./words";

/** Characters of a line, before characters are escaped. */
const limit = 320;
/** Characters of the headline, which has room for the texts of two notices. */
const headlineLimit = 480;
/** Characters that the reason in the headline has at least. The rest of the line says which stacks, and how many others there are. */
const leastReason = 150;

/** Five lines of Markdown. */
export function firstLines(review: Review, groups: readonly StackGroup[]): string[] {
  return [
    `**${headlineWords[verdictOf(review)]}**: ${inline(headline(groups))}`,
    ...lines.map(([label, ...parts]) => `- **${label}**: ${inline(subjectLine(groups, parts))}`),
  ];
}

const lines = [
  ["Traffic", ["traffic", ""], ["capacity", "capacity: "]],
  ["Cost", ["cost", ""]],
  ["Quota", ["quota", ""]],
  ["Residency and access", ["residency", "residency: "], ["access", "access: "]],
] as const satisfies readonly (readonly [string, ...Part[]])[];

/** A subject, and the words before its summary. */
type Part = readonly [Subject, string];

/** The most dangerous stacks with their reason, and how many others there are. */
function headline(groups: readonly StackGroup[]): string {
  const [worst] = groups;
  if (worst === undefined) return "The review contains no stacks.";
  const total = sizeOf(groups);
  const names = worst.stacks.length === total ? namesText(worst.stacks) : someText(worst.stacks, total);
  const others = othersOf(groups);
  const reason = reasonText(worst.review, headlineLimit - `${names}. `.length - ` ${others}`.length);
  return [`${names}.`, reason, others].filter((text) => text !== "").join(" ");
}

function someText(stacks: StackGroup["stacks"], total: number): string {
  const names = namesText(stacks);
  return names === countText(stacks.length)
    ? `${stacks.length} of ${countText(total)}`
    : `${names} (${stacks.length} of ${countText(total)})`;
}

/** The reason with about `room` characters: the most severe notices that fit, and the number of the others. The first one is cut if necessary. */
function reasonText({ notices, reason }: StackReview, room: number): string {
  const severe = notices.filter(({ severity }) => severity !== "note");
  const same = severe.filter(({ severity }) => severity === severe[0]?.severity).map(({ text }) => clean(text));
  for (let count = same.length; count > 1; count--) {
    const text = [...same.slice(0, count), othersText(severe, count)].filter((one) => one !== "").join(" ");
    if (text.length <= room) return text;
  }
  const others = othersText(severe);
  const text = cut(same[0] ?? clean(reason), Math.max(room - ` ${others}`.length, leastReason));
  return others === "" ? text : `${text} ${others}`;
}

/** The stacks of the other groups, by verdict. For example `Other stacks: 2 dangerous, 30 safe.` */
function othersOf([, ...others]: readonly StackGroup[]): string {
  const counts = verdicts.flatMap((verdict) => {
    const count = sizeOf(others.filter(({ review }) => review.verdict === verdict));
    return count === 0 ? [] : [`${count} ${countWords[verdict](count)}`];
  });
  return counts.length === 0 ? "" : `Other stacks: ${counts.join(", ")}.`;
}

const countWords = {
  dangerous: () => "dangerous",
  look: (count: number) => (count === 1 ? "needs a look" : "need a look"),
  safe: () => "safe",
  unchanged: () => "without changes",
} as const satisfies Record<Verdict, (count: number) => string>;

function sizeOf(groups: readonly StackGroup[]): number {
  return groups.reduce((sum, { stacks }) => sum + stacks.length, 0);
}

/** What one line says about all stacks: most dangerous first, stacks with equal texts together, stacks without a change last. */
function subjectLine(groups: readonly StackGroup[], parts: readonly Part[]): string {
  const stacks = groups.flatMap((group) => group.stacks);
  const texts = stacks.map((one) => ({ stack: one.stack, text: partsText(one, parts) }));
  const equal = [...grouped(texts, ({ stack, text }) => withoutStackName(text, stack)).entries()];
  const entries = equal.map(([masked, members]) => ({ members, text: members.length === 1 ? members[0]!.text : masked }));
  const sorted = [...entries.filter(({ text }) => text !== none), ...entries.filter(({ text }) => text === none)];
  if (sorted[0] === undefined) return none;
  if (sorted.length === 1) return cut(sorted[0].text, limit);
  return joined(sorted.map(({ members, text }) => ({ text: `${namesText(members)}: ${text}`, stacks: members.length })));
}

const none = "no change";

function partsText({ result, sections }: StackReview, parts: readonly Part[]): string {
  const texts = parts.flatMap(([subject, label]) => {
    const summary = clean(sections[subject].summary);
    return summary === "" ? [] : [`${label}${summary}`];
  });
  return texts.length > 0 ? texts.join("; ") : unchangedTexts[result];
}

/** What is said about a subject without a summary. After a failed preview it is not known. */
const unchangedTexts = {
  succeeded: none,
  failed: "unknown, because the preview failed",
  incomplete: "unknown, because the preview did not end",
  none: "unknown, because there is no preview",
} as const satisfies Record<StackReview["result"], string>;

/**
 * As many entries as the line has room for, and the number of stacks of the rest. The first entry is always there, and the second one has some
 * room next to it.
 */
function joined(entries: readonly { readonly text: string; readonly stacks: number }[]): string {
  const shown: string[] = [];
  let left = entries.reduce((sum, { text }) => sum + 2 + text.length, -2) <= limit ? limit : limit - reserve;
  for (const [index, { text }] of entries.entries()) {
    const rest = entries.slice(index).reduce((sum, { stacks }) => sum + stacks, 0);
    const next = index === 0 ? Math.min(entries[1]!.text.length + 2, least.next) : 0;
    const room = left - next;
    if (index > 0 && room < Math.min(text.length, least.entry))
      return `${shown.join("; ")}; and ${rest} more ${rest === 1 ? "stack" : "stacks"}`;
    const entry = cut(text, room);
    shown.push(entry);
    left -= entry.length + 2;
  }
  return shown.join("; ");
}

/** Characters of `; and 100 more stacks`, with room for larger numbers. */
const reserve = 30;
/** Characters below which an entry isn't started, and characters that are kept for the second entry. */
const least = { entry: 60, next: 100 } as const;
