/** What a run says about its findings. */
import { type Accepted, type Finding, type FindingCode, type Reported, reportFindings, type Verdict } from "../../rules";

/** The messages of a run. */
export interface Messages {
  /** Ends the run. */
  readonly error?: string;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/**
 * @param isChanged Whether the run creates or changes the resource of a finding
 * @param hasEntries Whether the stack file has entries of `moor:accept`
 */
export function messagesOf(stack: string, verdict: Verdict, isChanged: (finding: Finding) => boolean, hasEntries: boolean): Messages {
  const reported = reportedOf(verdict, isChanged);
  const unchanged = verdict.expired.filter(({ finding }) => !isChanged(finding));
  return {
    error: reported.length === 0 ? undefined : reportFindings(stack, reported, { hasEntries }),
    warnings: unchanged.map(expiredText),
    notes: [...acceptedNotes(verdict.accepted), ...unknownNotes(verdict), ...verdict.unused.map(unusedText)],
  };
}

/** The findings that end the run. */
export function reportedOf({ refused, expired }: Verdict, isChanged: (finding: Finding) => boolean): Reported[] {
  const changed = expired.filter(({ finding }) => isChanged(finding));
  return [...refused.map((finding) => ({ finding })), ...changed.map(({ finding, acceptance }) => ({ finding, expired: acceptance }))];
}

function expiredText({ finding: { code, resource, problem }, acceptance: { until } }: Accepted): string {
  return (
    `${code} ${resource.name}: ${problem} The acceptance expired on ${until}. Moor rejects changes to this resource. ` +
    "Set a later `until` in moor:accept, or fix the finding."
  );
}

/** One line for each code. */
function acceptedNotes(accepted: readonly Accepted[]): string[] {
  const byCode = new Map<FindingCode, string[]>();
  for (const { finding } of accepted) byCode.set(finding.code, [...(byCode.get(finding.code) ?? []), finding.resource.name]);
  return [...byCode].map(([code, names]) => {
    const different = [...new Set(names)];
    const where = different.length > 3 ? `${different.length} resources` : different.join(", ");
    return `${code} is accepted in moor:accept for ${where}.`;
  });
}

function unknownNotes({ unknown }: Verdict): string[] {
  if (unknown.length === 0) return [];
  const count = unknown.length === 1 ? "1 property is" : `${unknown.length} properties are`;
  return [`${count} not proved in this preview, because values are known only during the update. Moor checks them before each write.`];
}

function unusedText({ code, resource }: Verdict["unused"][number]): string {
  return `The entry ${code} of moor:accept for ${resource} accepts no finding of this run. If it isn't required for a later run, remove it.`;
}
