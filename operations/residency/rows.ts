/** Sorts the resources of a statement by what they are: with a row of their own, or as a part of another row. */
import type { RuleResource } from "../../rules";
import { isOfType } from "../../rules/resource";
import { rowOfType, type Settings, type Store, type TypeRow } from "./catalog";
import { type Evidence, isResourceGroup } from "./evidence";

interface Own<Row extends TypeRow = TypeRow> {
  readonly resource: RuleResource;
  readonly row: Row;
}

/** The resources with a row of their own, and their parts. */
export class Rows {
  /** Resources with a row of their own. */
  readonly own: Own[] = [];
  readonly assignments: readonly RuleResource[];
  readonly group: RuleResource | undefined;
  private readonly parts = new Map<RuleResource, RuleResource[]>();

  private readonly twins: ReadonlyMap<RuleResource, RuleResource>;

  constructor(private readonly evidence: Evidence) {
    const { resources } = evidence;
    this.group = resources.find(isResourceGroup);
    this.assignments = resources.filter((one) => isOfType(one, "Microsoft.Authorization/roleAssignments"));
    this.twins = twinsOf(resources);
    for (const resource of resources) {
      const row = rowOfType(resource.type);
      const owner = this.twins.get(resource) ?? (row === undefined ? this.ownerOf(resource) : this.writtenBy(resource));
      if (owner !== undefined) this.parts.set(owner, [...this.partsOf(owner), resource]);
      else
        this.own.push({
          resource,
          row: row ?? { kind: "settings", data: "Settings of a resource whose name is known only during the update" },
        });
    }
  }

  stores(): Own<Store | Settings>[] {
    return this.own.flatMap(({ resource, row }) => (row.kind === "store" || row.kind === "settings" ? [{ resource, row }] : []));
  }

  partsOf(resource: RuleResource): readonly RuleResource[] {
    return this.parts.get(resource) ?? [];
  }

  /** The parts of a global resource, such as the records of a DNS zone: they have no other row. */
  globalParts(resource: RuleResource): readonly RuleResource[] {
    return rowOfType(resource.type)?.kind === "global" ? this.partsOf(resource) : [];
  }

  /** The resource that a template writes again. If several could be meant, because IDs aren't known yet, it is in the row of the resource group. */
  private writtenBy(resource: RuleResource): RuleResource | undefined {
    if (resource.id !== undefined || !isInTemplate(resource)) return undefined;
    const same = this.evidence.resources.filter((one) => isOfType(one, resource.type) && one.id === undefined && !isInTemplate(one));
    return same.length === 1 ? same[0] : same.length > 1 ? this.group : undefined;
  }

  /** The resource in whose row a part is. If its ID isn't known yet, it is the only resource of the type above it. */
  private ownerOf(part: RuleResource): RuleResource | undefined {
    for (let one = this.evidence.parent(part); one !== undefined; one = this.evidence.parent(one)) {
      if (rowOfType(one.type) !== undefined) return this.twins.get(one) ?? one;
    }
    for (let type = parentType(part.type); type !== ""; type = parentType(type)) {
      const candidates = this.evidence.resources.filter((one) => isOfType(one, type) && rowOfType(type) !== undefined && one !== part);
      if (candidates.length > 0) return candidates.length === 1 ? candidates[0] : undefined;
    }
    return this.group;
  }
}

/** For each resource with the same ID as an earlier one, such as a resource that a template writes again, the earlier one. */
function twinsOf(resources: readonly RuleResource[]): ReadonlyMap<RuleResource, RuleResource> {
  const first = new Map<string, RuleResource>();
  const twins = new Map<RuleResource, RuleResource>();
  // Resources of the program come before those in its templates.
  for (const resource of resources.toSorted((a, b) => Number(isInTemplate(a)) - Number(isInTemplate(b)))) {
    const id = resource.id?.toLowerCase();
    const earlier = id === undefined ? undefined : first.get(id);
    if (earlier !== undefined) twins.set(resource, earlier);
    else if (id !== undefined) first.set(id, resource);
  }
  return twins;
}

/** Resources in templates are named after the deployment that contains them; see rules/read/templateNames.ts. */
function isInTemplate({ name }: RuleResource): boolean {
  return /\/resources\/\d+$/.test(name) && !name.startsWith("/");
}

/** The type above a child type. Empty for a type without one. */
function parentType(type: string): string {
  const segments = type.split("/");
  return segments.length > 2 ? segments.slice(0, -1).join("/") : "";
}
