/** The resources of a statement with their checks, and lookups in them. */

import { parentOf, parseArmId } from "../../azure/armId";
import { canonicalRegion, isRegion, regionOf } from "../../facts/regions";
import {
  type Acceptance,
  type Check,
  type Contract,
  judge,
  kindOf,
  ResourceSet,
  type RuleResource,
  review,
  type Verdict,
} from "../../rules";
import { at, isOfType } from "../../rules/resource";
import type { Basis, Named, Outcome, Proof, Subject } from "./document";
import { safeText, safeValue } from "./safe";

/** A region as a row shows it. */
export interface Place {
  readonly region?: string;
  readonly country?: string;
}

/** The resources of a statement, their checks and the verdict on them. */
export class Evidence {
  readonly set: ResourceSet;
  readonly checks: readonly Check[];
  readonly verdict: Verdict;
  private readonly byResource = new Map<RuleResource, Check[]>();
  private readonly accepted: ReadonlySet<Check>;
  private readonly ids = new Map<string, number>();
  /** Resources of which Azure refused to show a part. */
  private readonly incomplete: ReadonlySet<RuleResource>;

  constructor(
    readonly resources: readonly RuleResource[],
    readonly contract: Contract,
    acceptances: readonly Acceptance[],
    today: string,
    unread: readonly { readonly id: string }[] = [],
  ) {
    this.set = new ResourceSet(resources);
    this.checks = review(resources, contract);
    this.verdict = judge(this.checks, acceptances, today);
    this.accepted = new Set(this.verdict.accepted.map(({ finding }) => finding));
    const read = unread.filter(({ id }) => !/\/roleAssignments$/i.test(id)).map(({ id }) => this.set.find(id) ?? this.parent({ id }));
    this.incomplete = new Set(read.filter((one) => one !== undefined));
    for (const check of this.checks) this.byResource.set(check.resource, [...this.checksOf(check.resource), check]);
  }

  checksOf(resource: RuleResource): readonly Check[] {
    return this.byResource.get(resource) ?? [];
  }

  /** The checks of a resource that look at places. */
  placeChecks(resource: RuleResource): readonly Check[] {
    return this.checksOf(resource).filter(({ code }) => kindOf(code).kind === "place" || kindOf(code).kind === "platform");
  }

  outcomeOf(check: Check): Proof["outcome"] {
    return this.accepted.has(check) ? "accepted" : check.outcome;
  }

  /** @param of The resource of the row, if the check can be of another one. */
  proof(check: Check, of: RuleResource = check.resource): Proof {
    const { code, property, value, resource } = check;
    return {
      ...(resource === of ? {} : { resource: safeText(resource.name) }),
      code,
      property,
      value: safeValue(property, value),
      outcome: this.outcomeOf(check),
    };
  }

  /** An identifier of a row that is the same in each run, and that no other row has. */
  rowId(kind: string, { name, type }: Pick<RuleResource, "name" | "type">): string {
    const id = name.startsWith("/") ? `${kind}${safeText(name)}` : `${kind}/${type}/${safeText(name)}`;
    const count = (this.ids.get(id) ?? 0) + 1;
    this.ids.set(id, count);
    return count === 1 ? id : `${id}#${count}`;
  }

  /** The outcome of the row of a resource with these proofs. */
  rowOutcome(resource: RuleResource, proofs: readonly Proof[]): Outcome {
    const outcome = outcomeOfAll(proofs);
    return this.incomplete.has(resource) && outcome !== "violated" ? "unproved" : outcome;
  }

  /** The nearest resource above a child or extension that is among the resources. */
  parent({ id }: Pick<RuleResource, "id">): RuleResource | undefined {
    for (let one = above(id ?? ""); one !== ""; one = above(one)) {
      const found = this.set.find(one);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The place of a resource: its own location, or that of the nearest parent that has one. */
  place(resource: RuleResource): Place {
    const location = at(resource, "location");
    if (typeof location === "string" && location !== "") return placeOf(location);
    const parent = this.parent(resource);
    // A resource group can contain resources in any region.
    return parent === undefined || isResourceGroup(parent) ? {} : this.place(parent);
  }

  /** The place of the resource with an ARM ID, or of its nearest parent among the resources. */
  placeOfId(id: string): Place & { readonly name: string } {
    const own = this.set.find(id);
    const found = own ?? this.parent({ id });
    const isKnown = found !== undefined && (found === own || !isResourceGroup(found));
    return { name: safeText(own?.name ?? id.split("/").at(-1) ?? id), ...(isKnown ? this.place(found) : {}) };
  }
}

/** The region in the form of a statement, with its country. */
export function placeOf(location: string): Place {
  const region = canonicalRegion(location);
  return isRegion(region) ? { region, country: regionOf(region).country } : { region: safeText(location.toLowerCase()) };
}

/** The names of a resource. For a resource outside the program, the name is its ARM ID. */
export function namedOf({ name, id }: RuleResource): Named {
  return { name: safeText(name), ...(id === undefined ? {} : { armId: id }) };
}

/** The resource of a row. */
export function subjectOf(resource: RuleResource): Subject {
  const { type, apiVersion } = resource;
  return {
    ...namedOf(resource),
    type,
    ...(apiVersion === undefined || apiVersion === "" ? {} : { apiVersion }),
  };
}

/** What a row about the resource is based on. */
export function basisOf({ from }: RuleResource): Basis {
  return from;
}

export function isResourceGroup(resource: RuleResource): boolean {
  return isOfType(resource, "Microsoft.Resources/resourceGroups");
}

/** The outcome of a row with these proofs. */
export function outcomeOfAll(proofs: readonly Proof[]): Outcome {
  const outcomes = proofs.map(({ outcome }) => outcome);
  if (outcomes.includes("violated")) return "violated";
  if (outcomes.includes("unknown") || outcomes.length === 0) return "unproved";
  return outcomes.includes("accepted") ? "accepted" : "proved";
}

/** The ID of the parent resource, of the extended resource, or of the resource group. Empty above them. */
function above(id: string): string {
  if (parseArmId(id) === undefined) return "";
  return parentOf(id)
    .replace(/\/providers\/[^/]+$/i, "")
    .replace(/\/providers$/i, "");
}
