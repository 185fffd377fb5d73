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

/** Properties of a report that depend on the run. */
export interface ReportOptions {
  /** What the run did before it ended. One sentence. @default - nothing was created or changed */
  readonly outcome?: string;
  /** Whether the stack file has entries of `moor:accept`. YAML doesn't allow the key twice. @default false */
  readonly hasEntries?: boolean;
}

/** The error report of a run: the first 50 findings, and the entries of `moor:accept` that would accept them. */
export function reportFindings(
  stack: string,
  reported: readonly Reported[],
  { outcome = "Nothing was created or changed.", hasEntries = false }: ReportOptions = {},
): string {
  const count = reported.length === 1 ? "1 finding" : `${reported.length} findings`;
  const shown = reported.slice(0, mostShown);
  const hidden = reported.length - shown.length;
  const more =
    hidden > 0 ? [`${hidden} more ${hidden === 1 ? "finding is" : "findings are"} not shown. Fix the findings above first.`] : [];
  return [`Stack "${stack}" has ${count}. ${outcome}`, ...blocks(shown), ...more, ...advice(stack, shown, hasEntries)].join("\n\n");
}

/** The text of one finding. The first line contains its code, resource and property. */
export function findingText(reported: Reported): string {
  return `${headline(reported)}${details(reported)}`;
}

/** The findings, in the order of the run. Those with the same code and texts are one block, with one line for each resource and property. */
function blocks(reported: readonly Reported[]): string[] {
  const byText = new Map<string, Reported[]>();
  for (const one of reported) {
    const key = `${one.finding.code}${details(one)}`;
    byText.set(key, [...(byText.get(key) ?? []), one]);
  }
  return [...byText.values()].map((alike) => `${unique(alike.map(headline)).join("\n")}${details(alike[0]!)}`);
}

function headline({ finding: { code, resource, property } }: Reported): string {
  return `${code} ${shorten(safe(`${resource.name} ${property}`), longest.path)}`;
}

function details({ finding: { problem, allowed, remedy }, expired }: Reported): string {
  const was = expired === undefined ? [] : [`The acceptance expired on ${expired.until}: ${expired.reason}`];
  return [problem, `Allowed: ${allowed}`, `Fix: ${remedy}`, ...was].map((text) => `\n  ${shortWords(safe(text))}`).join("");
}

/** The entries to add, and what to do with the expired ones. */
function advice(stack: string, reported: readonly Reported[], hasEntries: boolean): string[] {
  const entries = entryTexts(reported.filter(({ expired }) => expired === undefined).map(({ finding }) => finding));
  const expired = unique(
    reported.flatMap(({ expired: entry }) => (entry === undefined ? [] : [`\n  ${entry.code} ${safe(entry.resource)}`])),
  );
  const file = `Pulumi.${stack}.yaml`;
  const where = hasEntries ? `to the list \`moor:accept\` in ${file}` : `to \`config\` in ${file}`;
  const add = `If the owner of the data accepts a finding, add its entry ${where}. Replace \`<reason>\` and \`<date>\`, the last day:`;
  const renew = `If the owner of the data still accepts a finding, set a later \`until\` in its entry of \`moor:accept\` in ${file}:`;
  return [
    ...(entries.length === 0 ? [] : [`${add}${hasEntries ? "" : "\n  moor:accept:"}${entries.join("")}`]),
    ...(expired.length === 0 ? [] : [`${renew}${expired.join("")}`]),
  ];
}

/**
 * One entry for each code and resource. What Azure does on several resources is accepted for all of them. The placeholders are not valid
 * values.
 */
function entryTexts(findings: readonly Finding[]): string[] {
  const texts = findings.map(({ code, resource }) => {
    const isOfSeveral = findings.some((one) => one.code === code && one.resource.name !== resource.name);
    const name = kindOf(code).kind === "platform" && isOfSeveral ? "*" : resource.name;
    return `\n    - { code: ${code}, resource: ${JSON.stringify(safe(name))}, reason: "<reason>", until: "<date>" }`;
  });
  return unique(texts);
}

/** Text on one line, without secrets. */
function safe(text: string): string {
  return withoutSecrets(text).replace(/\s*\n\s*/g, " ");
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
