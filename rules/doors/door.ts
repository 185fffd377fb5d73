/** One-way doors: changes that Azure can't undo, or that lose data. */
import type { FindingCode } from "../codes";
import type { Finding } from "../finding";
import type { RuleResource } from "../resource";

/** A change in place: the resource with its previous and its new body. */
export interface Change {
  readonly before: RuleResource;
  readonly after: RuleResource;
}

export interface Door {
  readonly code: FindingCode;
  readonly types: readonly string[];
  /** Returns a finding for each property whose change goes through the door. Its `resource` is the new one. */
  check(change: Change): readonly Finding[];
}
