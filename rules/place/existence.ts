/** Rules for resources that send or copy data to a place that Azure doesn't know: each such resource is a violation. */
import type { FindingCode } from "../codes";
import { at } from "../resource";
import { checked, type Rule } from "../rule";

/** A kind of resource that isn't allowed in any form. */
export interface Forbidden {
  readonly code: FindingCode;
  readonly types: readonly string[];
  /** The property that the finding shows. */
  readonly property: string;
  /** What the resource does. One sentence. */
  readonly problem: string;
  readonly remedy: string;
}

/** Returns a rule that a resource of the types violates by existing. */
export function forbidden({ code, types, property, problem, remedy }: Forbidden): Rule {
  return {
    code,
    types,
    check: (resource) => [
      checked(code, "violated", resource, property, at(resource, property), { problem, allowed: "no such resource", remedy }),
    ],
  };
}
