/** Access to data that a change opens: public networks, keys, weaker authentication, and other findings about exposure. */
import { kindOf } from "../../../rules";
import type { StackChange } from "../../change";
import { findingChange, isExposure, type NewFinding } from "../../findings";
import { termsOf } from "../../terms";
import { type Danger, merged, type Statement } from "./danger";

export function exposureDangers(change: StackChange, today: string): Danger[] {
  const found = findingChange(change, today).gained.filter(({ finding }) => isExposure(finding));
  return merged(
    found.map((one) => statementOf(one, change)),
    change,
  );
}

function statementOf({ finding, status, acceptance }: NewFinding, change: StackChange): Statement {
  const { code, resource, remedy } = finding;
  const { title } = kindOf(code);
  const existed = change.before.some(({ name }) => name === resource.name);
  const wasAccepted = termsOf(change).before.acceptances.some((one) => one.code === code && one.resource === acceptance?.resource);
  const until =
    status === "accepted"
      ? ` The stack file accepts ${code} until ${acceptance?.until}.`
      : acceptance === undefined
        ? ` No entry of moor:accept accepts ${code}.`
        : ` The entry of moor:accept for ${code} expired on ${acceptance.until}.`;
  const isRoutine = status === "accepted" && (!existed || wasAccepted);
  // The first update of a stack creates everything, and the review of its residency lists what the stack file accepts.
  const accepted = change.before.length === 0 ? "note" : "look";
  return { severity: isRoutine ? accepted : "danger", resource, says: `${title}.${until}`, short: title, rollback: remedy, code };
}
