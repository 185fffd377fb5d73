/** Reads the reports with which Moor ends a run. Each problem starts with a line of its code and its path, and has indented lines below. */

/** A problem of a report. */
export interface ReportedProblem {
  /** For example `MOOR526`. */
  readonly code: string;
  /** The resources or keys that it concerns, for example `platform-workspace`. */
  readonly places: readonly string[];
  /** What is wrong. */
  readonly problem: string;
  /** The first line of the fix. Empty if the report has none. */
  readonly fix: string;
}

const headline = /^(MOOR[0-9]{3}) (\S+)/;

/** Returns the problems of a report, or none if the message is another one. Lines of other forms, such as entries to add, are ignored. */
export function problemsOf(message: string): ReportedProblem[] {
  const problems: ReportedProblem[] = [];
  const lines = message.split("\n");
  let heads: readonly { readonly code: string; readonly place: string }[] = [];
  for (const [index, line] of lines.entries()) {
    const [, code, place] = headline.exec(line) ?? [];
    if (code !== undefined && place !== undefined) heads = [...heads, { code, place }];
    else if (heads.length > 0) {
      if (line.startsWith("  ")) problems.push(problemOf(heads, lines.slice(index)));
      heads = [];
    }
  }
  return problems;
}

function problemOf(heads: readonly { readonly code: string; readonly place: string }[], following: readonly string[]): ReportedProblem {
  const end = following.findIndex((line) => !line.startsWith("  "));
  const details = following.slice(0, end < 0 ? undefined : end).map((line) => line.slice(2));
  const fix = details.find((line) => line.startsWith("Fix: ")) ?? "";
  return { code: heads[0]!.code, places: heads.map(({ place }) => place), problem: details[0] ?? "", fix: fix.slice("Fix: ".length) };
}
