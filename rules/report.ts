/** The report of findings. */
import type { Acceptance } from "./accept";
import type { Finding } from "./finding";

/** A finding of a report, with an entry of `moor:accept` that has expired. */
export interface Reported {
  readonly finding: Finding;
  readonly expired?: Acceptance;
}

/**
 * The error report of a run.
 * @param consequence What the run did. @default - it ended before the first write
 */
export function reportFindings(stack: string, reported: readonly Reported[], consequence = "Nothing was created or changed."): string {
  const count = reported.length === 1 ? "1 finding" : `${reported.length} findings`;
  const blocks = reported.map(({ finding: { code, resource, property, problem, allowed, remedy }, expired }) => {
    const was = expired === undefined ? [] : [`Accepted until ${expired.until}: ${expired.reason}`];
    const lines = [problem, `Allowed: ${allowed}`, `Fix: ${remedy}`, ...was].map((text) => `\n  ${text}`);
    return `${code} ${resource.name} ${property}${lines.join("")}`;
  });
  return [`Stack "${stack}" has ${count}. ${consequence}`, ...blocks].join("\n\n");
}
