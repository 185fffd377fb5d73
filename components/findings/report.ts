/** What a run says about its findings. */
import { type Accepted, type Finding, type Reported, reportFindings, type Verdict } from "../../rules";

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
    warnings: expiredWarnings(unchanged),
    notes: [
      ...acceptedNotes(verdict.accepted),
      ...unknownNotes(verdict),
      ...verdict.unused.map((entry) => unusedText(entry, verdict.refused)),
    ],
  };
}

/** The findings that end the run. */
export function reportedOf({ refused, expired }: Verdict, isChanged: (finding: Finding) => boolean): Reported[] {
  const changed = expired.filter(({ finding }) => isChanged(finding));
  return [...refused.map((finding) => ({ finding })), ...changed.map(({ finding, acceptance }) => ({ finding, expired: acceptance }))];
}

/** One warning for each expired entry. */
function expiredWarnings(expired: readonly Accepted[]): string[] {
  return [...groupedBy(expired, ({ acceptance }) => acceptance)].map(([{ code, until }, findings]) => {
    const names = namesOf(findings);
    const problems = [...new Set(findings.map(({ finding }) => finding.problem))];
    const what = names.length === 1 ? `${names.join()}: ${problems.join(" ")}` : `for ${listed(names)}:`;
    const them = names.length === 1 ? "this resource" : "these resources";
    return `${code} ${what} The acceptance expired on ${until}. Moor rejects changes to ${them}. Set a later \`until\` in moor:accept, or fix the finding.`;
  });
}

/** One line for each code. */
function acceptedNotes(accepted: readonly Accepted[]): string[] {
  const byCode = groupedBy(accepted, ({ finding }) => finding.code);
  return [...byCode].map(([code, findings]) => `${code} is accepted in moor:accept for ${listed(namesOf(findings))}.`);
}

/** Names of the resources, each once. */
function namesOf(accepted: readonly Accepted[]): string[] {
  return [...new Set(accepted.map(({ finding }) => finding.resource.name))];
}

function listed(names: readonly string[]): string {
  return names.length > 3 ? `${names.length} resources` : names.join(", ");
}

// Node 20 has no Map.groupBy.
function groupedBy<Key>(accepted: readonly Accepted[], keyOf: (one: Accepted) => Key): Map<Key, Accepted[]> {
  const groups = new Map<Key, Accepted[]>();
  for (const one of accepted) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

function unknownNotes({ unknown }: Verdict): string[] {
  if (unknown.length === 0) return [];
  const count = unknown.length === 1 ? "1 property is" : `${unknown.length} properties are`;
  return [`${count} not proved in this preview, because values are known only during the update. Moor checks them before each write.`];
}

/** Names the resources of the code's findings that no entry accepts: the name of the resource can be misspelled. */
function unusedText({ code, resource }: Verdict["unused"][number], refused: readonly Finding[]): string {
  const names = [...new Set(refused.flatMap((finding) => (finding.code === code ? [finding.resource.name] : [])))];
  if (names.length > 0) {
    const others = names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
    return `The entry ${code} of moor:accept for ${resource} accepts no finding of this run. Findings with this code: ${others}. Correct the name of the resource, or remove the entry.`;
  }
  return `The entry ${code} of moor:accept for ${resource} accepts no finding of this run. If it isn't required for a later run, remove it.`;
}
