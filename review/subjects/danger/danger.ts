/** What the kinds of danger have in common. */

import { sameArmId } from "../../../azure/armId";
import type { Acceptance, FindingCode } from "../../../rules";
import type { StackChange } from "../../change";
import type { Notice } from "../../section";
import { type Named, noticeText, resourcesText } from "../../words";

/** A notice with a few words for the summary of the section. */
export interface Danger extends Notice {
  /** For example `endpoint fraud is deleted`. */
  readonly label: string;
}

/** The same statement about one or several resources. */
export interface Statement extends Omit<Danger, "text" | "label"> {
  readonly resource: Named;
  /** Follows the names of the resources and a colon: complete sentences. */
  readonly says: string;
  /** Follows the names of the resources in the summary, for example `deleted`. */
  readonly short: string;
}

/** One notice for all resources with the same statement, in the order of the first one. */
export function merged(statements: readonly Statement[], change: StackChange): Danger[] {
  const groups = new Map<string, Statement[]>();
  // The engine reports resources in any order.
  for (const one of [...statements].sort((first, next) => compare(first.resource.name, next.resource.name))) {
    const key = [one.severity, one.code, one.says, one.rollback].join("\n");
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const { resource: _, says, short, ...notice } = group[0]!;
    const names = resourcesText(
      group.map(({ resource }) => resource),
      change,
    );
    return { ...notice, text: noticeText(`${names}: ${says}`), label: `${names}: ${short}` };
  });
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Says until when an entry accepts a finding; empty if none does. */
export function acceptedText(code: FindingCode, resource: Named & { readonly id?: string }, entries: readonly Acceptance[]): string {
  const found = entries.filter((entry) => entry.code === code && isFor(entry, resource));
  const until = found
    .map((entry) => entry.until)
    .sort()
    .at(-1);
  return until === undefined ? "" : ` The stack file accepts ${code} until ${until}.`;
}

function isFor({ resource: entry }: Acceptance, { name, id }: Named & { readonly id?: string }): boolean {
  return entry === "*" || sameArmId(entry, name) || sameArmId(entry, id);
}
