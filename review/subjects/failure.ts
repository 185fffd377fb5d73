/** A preview that failed or ended early: nothing can be applied, and the review says why. */
import { withoutSecrets } from "../../facts/secretForms";
import { shorten } from "../../planner/reportText";
import { isFindingCode, kindOf } from "../../rules";
import type { StackChange } from "../change";
import type { Diagnostic } from "../preview";
import { problemsOf, type ReportedProblem } from "../read/report";
import { empty, type Notice, type Section, type Severity } from "../section";
import { listed, mentionedText, noticeText, summaryOf, withinSentence } from "../words";

/** How many problems the review of a stack contains. */
const mostProblems = 5;
/** Longest text of an error of the engine, in characters. */
const longestError = 200;

export function failure(change: StackChange): Section {
  const { preview } = change;
  switch (preview.result) {
    case "succeeded":
      return empty;
    case "incomplete":
      return sectionOf(
        [{ severity: "look", text: "The preview ended early, so it isn't known what would change. Run the preview again." }],
        [],
      );
    case "failed":
      return failed(change);
    default:
      return preview.result satisfies never;
  }
}

function failed(change: StackChange): Section {
  const errors = change.preview.diagnostics.filter(({ severity }) => severity === "error");
  const problems = errors.flatMap(({ message }) => problemsOf(plain(message))).sort(bySeverity);
  if (problems.length === 0) return sectionOf([{ severity: "look", text: noticeText(`${prefix}: ${errorText(errors)}`) }], []);
  const shown = problems.slice(0, mostProblems);
  const hidden = problems.length - shown.length;
  const more: Notice[] = hidden > 0 ? [{ severity: "look", text: `${hidden} more problems are in the output of the preview.` }] : [];
  return sectionOf([...shown.map((problem) => noticeOf(problem, change)), ...more], problems);
}

const prefix = "The preview fails, so nothing is applied";

function sectionOf(notices: readonly Notice[], problems: readonly ReportedProblem[]): Section {
  const codes = [...new Set(problems.map(({ code }) => code))];
  const why = codes.map((code) => (isFindingCode(code) ? `${kindOf(code).title} (${code})` : code));
  return { summary: summaryOf([prefix, ...why]), notices, ...(problems.length === 0 ? {} : { data: problems }) };
}

function noticeOf(problem: ReportedProblem, change: StackChange): Notice {
  const { code, fix } = problem;
  const text = problemText(problem, change);
  const rollback = fix === "" ? "Nothing was changed." : `Nothing was changed. To fix it: ${shorten(fix.replace(/:$/, "."), longestError)}`;
  return { severity: severityOf(problem), text, rollback, ...(isFindingCode(code) ? { code } : {}) };
}

/** The problem, and the fix as far as it fits. */
function problemText({ code, places, problem, fix }: ReportedProblem, change: StackChange): string {
  const names = [...new Set(places.map((place) => withinSentence(mentionedText(place, change))))];
  const named = problem.startsWith("The resource ")
    ? `${listed(names)} ${problem.slice("The resource ".length)}`
    : `${listed(names)}: ${problem}`;
  // Other codes are about keys of the stack file. Their problems are clear without the key.
  const start = isFindingCode(code) ? `${prefix}: ${named} (${code})` : `${prefix}: ${withinSentence(problem)} (${code} ${listed(names)})`;
  const whole = `${start} ${fix.replace(/:$/, ".")}`;
  return whole.length <= 300 ? whole : noticeText(start);
}

/** A one-way door is a danger, although this run doesn't go through it: the author wants to. */
function severityOf({ code }: ReportedProblem): Severity {
  return isFindingCode(code) && kindOf(code).kind === "door" ? "danger" : "look";
}

function bySeverity(one: ReportedProblem, other: ReportedProblem): number {
  return Number(severityOf(other) === "danger") - Number(severityOf(one) === "danger");
}

/** A message without secrets and without the engine's markup for colors. */
function plain(message: string): string {
  return withoutSecrets(message).replace(/<\{%[^%]{0,40}%\}>/g, "");
}

/** The first line of the first error that isn't empty. Its text is the engine's, a provider's or Azure's, and can quote any value. */
function errorText(errors: readonly Diagnostic[]): string {
  const lines = errors.flatMap(({ message }) => plain(message).split("\n")).map((line) => line.trim());
  const line = lines.find((one) => /\w/.test(one)) ?? "The engine reported no error.";
  return shorten(withoutValues(line), longestError);
}

/** Words and their separators. Everything else can be a value of a property. */
const part = /[^\s"'`()[\]{}<>,;:=/|\\]+/g;
/** Words of letters, possibly with hyphens and points, and short numbers, such as a status. */
const plainPart = /^(?:\p{L}{1,30}(?:['.-]\p{L}{1,30})*|\d{1,4})[.!?…-]*$|^\p{P}+$/u;
/** What an equals sign assigns, except for the codes of Azure's errors. */
const assigned = /(?<!\b(?:code|status|statusCode))=\s*(?:"[^"]*"|'[^']*'|[^\s,;"']+)/gi;

/**
 * The message with "…" in place of what can be a secret value: words that contain digits or signs, and what an equals sign assigns. The output of
 * the preview has the whole message.
 */
function withoutValues(line: string): string {
  return line
    .replace(assigned, "=…")
    .replace(part, (word) => (plainPart.test(word) ? word : "…"))
    .replace(/…(?:[^\s…]?…)+/g, "…");
}
