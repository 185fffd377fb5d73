/** A resource as the rules see it, regardless of whether it was planned, recorded in a state, or read from Azure. */
import { sameArmId } from "../azure/armId";
import { type Body, type UNKNOWN, type Value, valueAt } from "./values";

export interface RuleResource {
  /** Name in findings and in `moor:accept`: the logical name in the Pulumi program. For a resource that no program manages, its ARM ID. */
  readonly name: string;
  /** ARM type, for example `Microsoft.Storage/storageAccounts`. The case of ARM types has no meaning. */
  readonly type: string;
  /** ARM ID. Undefined in the preview of its creation if a part of it is unknown. */
  readonly id?: string;
  readonly apiVersion?: string;
  /** The body in ARM's form: `location`, `sku`, `kind`, `identity`, `tags`, `properties`. */
  readonly body: Body;
  /**
   * Object ID of the resource's managed identity, which is an output. UNKNOWN if the identity doesn't exist yet.
   * @default - read from the body, where Azure returns it
   */
  readonly principalId?: string | typeof UNKNOWN;
  /** `planned`: inputs of a program, or of a state. `observed`: read from Azure. */
  readonly from: "planned" | "observed";
}

/** Whether a resource has an ARM type. */
export function isOfType({ type }: RuleResource, wanted: string): boolean {
  return sameArmId(type, wanted);
}

/** The value at a path of the body. */
export function at({ body }: RuleResource, path: string): Value {
  return valueAt(body, path);
}

/** The resources of a review, to look up references. */
export class ResourceSet {
  private readonly byId: ReadonlyMap<string, RuleResource>;
  private readonly byType = new Map<string, RuleResource[]>();

  /** @param isComplete Whether these are all resources of the stack. In an update, a run learns of them one after the other. @default false */
  constructor(
    readonly all: readonly RuleResource[],
    readonly isComplete = false,
  ) {
    this.byId = new Map(all.flatMap((resource) => (resource.id === undefined ? [] : [[resource.id.toLowerCase(), resource] as const])));
    for (const resource of all) {
      const type = resource.type.toLowerCase();
      const others = this.byType.get(type);
      if (others === undefined) this.byType.set(type, [resource]);
      else others.push(resource);
    }
  }

  /** The resource with an ARM ID. Undefined if it was neither planned nor read. */
  find(id: string): RuleResource | undefined {
    return this.byId.get(id.toLowerCase());
  }

  ofType(type: string): readonly RuleResource[] {
    return this.byType.get(type.toLowerCase()) ?? [];
  }
}
