/** Equal changes of several stacks. Reviews that differ only in the name of the stack, and in names that contain it, are one group. */
import { nameRules } from "../azure/nameRules";
import { canonicalJson } from "../planner/names";
import { compareTexts, verdicts } from "./document";
import type { StackReview } from "./review";
import { type Section, type Subject, subjects } from "./section";

/** What stands for the name of the stack in texts of a group of several stacks. */
export const stackPlaceholder = "<stack>";

export interface StackGroup {
  /** At least one, sorted by name. */
  readonly stacks: readonly StackReview[];
  /** The review of each stack. In a group of several stacks, their names are replaced by `<stack>`. */
  readonly review: StackReview;
}

/** The groups, most dangerous first. Groups of the same verdict are sorted by their number of dangers, then by the name of their first stack. */
export function groupsOf(reviews: readonly StackReview[]): StackGroup[] {
  const sorted = [...reviews].sort((a, b) => compareTexts(a.stack, b.stack));
  const groups = [...grouped(sorted, (review) => canonicalJson(textsOf(withPlaceholder(review)))).values()];
  return groups
    .map((stacks): StackGroup => ({ stacks, review: stacks.length === 1 ? stacks[0]! : withPlaceholder(stacks[0]!) }))
    .sort((a, b) => rankOf(a) - rankOf(b) || dangersOf(b) - dangersOf(a) || compareTexts(a.review.stack, b.review.stack));
}

/** The items by their key, in the order of the first item of each key. */
export function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/**
 * The text with the placeholder in place of the name of the stack: where the name stands alone or between hyphens, dots and the like, and in
 * the names of container registries and storage accounts, which have no separators (`cr<stack><suffix>`).
 */
export function withoutStackName(text: string, stack: string): string {
  return maskOf(stack)(text);
}

/** Length of the suffix that makes a name unique. */
const suffixLength = 6;
/** Characters of the stack's name in the name of a storage account; longer ones are truncated. */
const room = nameRules["storage:StorageAccount"].longest - "st".length - suffixLength;

function maskOf(stack: string): (text: string) => string {
  if (stack === "") return (text) => text;
  const [before, after] = ["(?<![\\p{L}\\p{N}])", "(?![\\p{L}\\p{N}])"];
  const whole = new RegExp(`${before}${stack.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}${after}`, "gu");
  const plain = stack.toLowerCase().replace(/[^a-z0-9]/g, "");
  const joined = new RegExp(`${before}(cr|st)(?:${plain}|${plain.slice(0, room)})(?=[a-z0-9]{${suffixLength}}${after})`, "gu");
  return (text) => {
    const masked = text.replace(whole, stackPlaceholder);
    return plain === "" ? masked : masked.replace(joined, `$1${stackPlaceholder}`);
  };
}

function rankOf({ review }: StackGroup): number {
  return verdicts.indexOf(review.verdict);
}

function dangersOf({ review }: StackGroup): number {
  return review.notices.filter(({ severity }) => severity === "danger").length;
}

/** What readers see. The values behind the texts can contain ids, so they don't count. */
function textsOf({ result, verdict, reason, notices, sections }: StackReview): object {
  const texts = subjects.map((subject) => [sections[subject].summary, sections[subject].details ?? []]);
  return { result, verdict, reason, notices, texts };
}

/** The review with the placeholder in place of the stack's name in all texts. */
function withPlaceholder(review: StackReview): StackReview {
  const masked = maskOf(review.stack);
  const sections = subjects.map((subject) => {
    const { summary, notices, details = [] } = review.sections[subject];
    const texts: Section = { summary: masked(summary), notices, details: details.map(masked) };
    return [subject, texts] as const;
  });
  return {
    ...review,
    reason: masked(review.reason),
    notices: review.notices.map((notice) => ({
      ...notice,
      text: masked(notice.text),
      ...(notice.rollback === undefined ? {} : { rollback: masked(notice.rollback) }),
    })),
    sections: Object.fromEntries(sections) as Record<Subject, Section>,
  };
}
