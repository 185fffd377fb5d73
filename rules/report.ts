/** The report of findings. */
import { withoutSecrets } from "../facts/secretForms";
import { longest, mostShown, shorten, shortWords } from "../planner/reportText";
import type { Acceptance } from "./accept";
import { kindOf } from "./codes";
import type { Finding } from "./finding";

/** A finding of a report, with an entry of `moor:accept` that has expired. */
export interface Reported {
  readonly finding: Finding;
  readonly expired?: Acceptance;
}

/**
 * The error report of a run: the first 50 findings, and the entries of `moor:accept` that would accept them.
 * @param outcome What the run did before it ended. One sentence.
 */
export function reportFindings(stack: string, reported: readonly Reported[], outcome = "Nothing was created or changed."): string {
  const count = reported.length === 1 ? "1 finding" : `${reported.length} findings`;
  const shown = reported.slice(0, mostShown);
  const hidden = reported.length - shown.length;
  const more =
    hidden > 0 ? [`${hidden} more ${hidden === 1 ? "finding is" : "findings are"} not shown. Fix the findings above first.`] : [];
  return [`Stack "${stack}" has ${count}. ${outcome}`, ...shown.map(findingText), ...more, ...advice(stack, shown)].join("\n\n");
}

/** The text of one finding. The first line contains its code, resource and property. */
export function findingText({ finding: { code, resource, property, problem, allowed, remedy }, expired }: Reported): string {
  const was = expired === undefined ? [] : [`Accepted until ${expired.until}: ${expired.reason}`];
  const lines = [problem, `Allowed: ${allowed}`, `Fix: ${remedy}`, ...was].map((text) => `\n  ${shortWords(safe(text))}`);
  return `${code} ${shorten(safe(`${resource.name} ${property}`), longest.path)}${lines.join("")}`;
}

/** The entries to add, and what to do with the expired ones. */
function advice(stack: string, reported: readonly Reported[]): string[] {
  const entries = unique(reported.filter(({ expired }) => expired === undefined).map(({ finding }) => entryText(finding)));
  const expired = unique(
    reported.flatMap(({ expired: entry }) => (entry === undefined ? [] : [`\n  ${entry.code} ${safe(entry.resource)}`])),
  );
  const file = `Pulumi.${stack}.yaml`;
  const add = `If the owner of the data accepts a finding, add its entry to \`config\` in ${file}. Replace \`<reason>\` and \`<date>\`, the last day:`;
  const renew = `If the owner of the data still accepts a finding, set a later \`until\` in its entry of \`moor:accept\` in ${file}:`;
  return [
    ...(entries.length === 0 ? [] : [`${add}\n  moor:accept:${entries.join("")}`]),
    ...(expired.length === 0 ? [] : [`${renew}${expired.join("")}`]),
  ];
}

/** One entry accepts what Azure does on all resources. Any other finding is accepted for one resource. The placeholders are not valid values. */
function entryText({ code, resource }: Finding): string {
  const name = kindOf(code).kind === "platform" ? "*" : resource.name;
  return `\n    - { code: ${code}, resource: ${JSON.stringify(safe(name))}, reason: "<reason>", until: "<date>" }`;
}

/** Text on one line, without secrets. */
function safe(text: string): string {
  return withoutSecrets(text).replace(/\s*\n\s*/g, " ");
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
