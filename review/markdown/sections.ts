/** One section for each group of stacks: its notices, and under "Details" what changes. */
import { type StackGroup, stackPlaceholder } from "../group";
import { type Section, type Subject, subjects } from "../section";
import { linesWithin, type Part } from "./budget";
import { inline } from "./escape";
import { countText, namesText, severityWords, subjectWords, verdictWords } from "./words";

/** Bounds of one section, so that a single stack can't fill the review. */
const most = { notices: 40, shortNotices: 8, details: 40, names: 1000, text: 300, detail: 500 } as const;

/** Both forms of a section end without a line break. */
interface Forms {
  readonly full: string;
  /** Without the details and the notes. */
  readonly short: string;
}

export function sections(groups: readonly StackGroup[]): Part {
  const told = groups.filter(({ review }) => review.verdict !== "unchanged" || review.notices.length > 0);
  return { weight: 45, within: (budget) => within(told, told.map(formsOf), budget) };
}

/** Shortens sections from the least dangerous one, then omits them in the same order. */
function within(groups: readonly StackGroup[], forms: readonly Forms[], budget: number): string {
  const hidden = (from: number) => {
    const count = groups.slice(from).reduce((sum, { stacks }) => sum + stacks.length, 0);
    return `The changes of ${countText(count)} are not shown here. The JSON form of the review (review.json) contains them.`;
  };
  const separator = 2;
  const left = budget - separator - hidden(0).length;
  let size = forms.reduce((sum, { full }) => sum + full.length + separator, -separator);
  if (size <= budget) return forms.map(({ full }) => full).join("\n\n");
  const shown = forms.map(({ full }) => full);
  for (let index = forms.length - 1; index >= 0 && size > budget; index--) {
    size -= forms[index]!.full.length - forms[index]!.short.length;
    shown[index] = forms[index]!.short;
  }
  if (size <= budget) return shown.join("\n\n");
  while (shown.length > 1 && size > left) size -= shown.pop()!.length + separator;
  if (size <= left) return [...shown, hidden(shown.length)].join("\n\n");
  const [head = "", ...lines] = shown[0]?.split("\n") ?? [];
  const more = () => hidden(0);
  return linesWithin([head], lines, more, budget);
}

function formsOf(group: StackGroup): Forms {
  const { stacks, review } = group;
  const title = `### ${inline(namesText(stacks))}: ${verdictWords[review.verdict].toLowerCase()}`;
  const names = stacks.length > 3 ? [`Stacks: ${inline(stacks.map(({ stack }) => stack).join(", "), most.names)}`] : [];
  const reason = review.notices.length === 0 ? inline(review.reason, most.text) : "";
  const all = [...notices(group, most.notices), ...summaryOf("duration", review.sections.duration)];
  const severe = { ...group, review: { ...review, notices: review.notices.filter(({ severity }) => severity !== "note") } };
  const body = [title, ...names, reason, list(all), ...placeholder(group), ...details(review.sections)];
  return {
    full: paragraphs(body),
    short: paragraphs([
      title,
      ...names,
      list(notices(severe, most.shortNotices)),
      "The details are in the JSON form of the review (review.json).",
    ]),
  };
}

function paragraphs(texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join("\n\n");
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

function notices({ review }: StackGroup, limit: number): string[] {
  const shown = review.notices.slice(0, limit).map(({ severity, text, rollback, code }) => {
    const texts = [inline(text, most.text), code === undefined ? "" : `(${inline(code)})`, inline(rollback ?? "", most.text)];
    return `**${severityWords[severity]}**: ${texts.filter((one) => one !== "").join(" ")}`;
  });
  const hidden = review.notices.length - shown.length;
  return hidden === 0 ? shown : [...shown, `${hidden} more ${hidden === 1 ? "notice" : "notices"} of the same or a lower severity.`];
}

function summaryOf(subject: Subject, { summary }: Section): string[] {
  return summary === "" ? [] : [`**${subjectWords[subject]}**: ${inline(summary, most.text)}`];
}

function placeholder({ stacks, review }: StackGroup): string[] {
  const isUsed = stacks.length > 1 && JSON.stringify(review).includes(stackPlaceholder);
  return isUsed ? [`${inline(stackPlaceholder)} stands for the name of the stack.`] : [];
}

/** What changes, subject by subject. The tags are on lines of their own, so that both platforms read what is between them as Markdown. */
function details(all: Readonly<Record<Subject, Section>>): string[] {
  const texts = subjects.flatMap((subject) => {
    const summary = isTold[subject] ? [] : summaryOf(subject, all[subject]);
    // A single change is its own summary.
    const lines = (all[subject].details ?? []).filter((line) => line !== all[subject].summary);
    if (summary.length === 0 && lines.length === 0) return [];
    const shown = lines.slice(0, most.details).map((line) => inline(line, most.detail));
    const hidden = lines.length - shown.length;
    const title = summary[0] ?? `**${subjectWords[subject]}**`;
    return [`- ${title}`, ...[...shown, ...(hidden === 0 ? [] : [`${hidden} more lines`])].map((line) => `  - ${line}`)];
  });
  return texts.length === 0 ? [] : ["<details>\n<summary>Details</summary>", texts.join("\n"), "</details>"];
}

/** Whether the summary is above the details already: the notices say what fails and what is dangerous. */
const isTold = {
  failure: true,
  danger: true,
  traffic: false,
  capacity: false,
  cost: false,
  quota: false,
  residency: false,
  access: false,
  duration: true,
  rest: false,
} as const satisfies Record<Subject, boolean>;
