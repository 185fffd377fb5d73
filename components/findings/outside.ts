/**
 * Resources outside the program that its resources refer to, such as the workspace to which a diagnostic setting sends logs. A run needs only their
 * places, so it reads each without its children and settings; `observe` of components/live reads those too.
 */
import { type ArmClient, ArmError } from "../../azure/arm";
import { isWithinArmId, parentOf, parseArmId } from "../../azure/armId";
import type { Body, RuleResource, Value } from "../../rules";

/** Reads each resource once. */
export class Outside {
  private readonly reads = new Map<string, Promise<RuleResource | undefined>>();

  /**
   * @param warn Called with a warning for each resource that can't be read
   * @param adopted ARM IDs of resources that are always read, because role assignments can refer to their identities
   */
  constructor(
    private readonly azure: ArmClient,
    private readonly warn: (text: string) => void,
    private readonly adopted: readonly string[] = [],
  ) {}

  /** Returns the resources to which `from` refers and that are not among `planned`. Those that don't exist or can't be read are missing. */
  async referredBy(from: readonly RuleResource[], planned: readonly RuleResource[]): Promise<RuleResource[]> {
    const ids = new Set([...this.adopted, ...from.flatMap(({ body }) => idsIn(body))]);
    const outside = [...ids].filter((id) => !planned.some((one) => one.id !== undefined && isWithinArmId(id, one.id)));
    const read = (await Promise.all(outside.map((id) => this.withParents(id)))).flat();
    return [...new Set(read)];
  }

  /** A resource, and its parents up to the first one with a region, because child resources such as subnets have none. */
  private async withParents(id: string): Promise<RuleResource[]> {
    const one = await this.read(id);
    const found = one === undefined ? [] : [one];
    const parent = parentOf(id);
    const isPlaced = one !== undefined && typeof one.body.location === "string";
    return isPlaced || parseArmId(parent) === undefined ? found : [...found, ...(await this.withParents(parent))];
  }

  private read(id: string): Promise<RuleResource | undefined> {
    const key = id.toLowerCase();
    const running = this.reads.get(key) ?? this.get(id);
    this.reads.set(key, running);
    return running;
  }

  private async get(id: string): Promise<RuleResource | undefined> {
    const body = await this.azure.get<Body>(id).catch((error: Error) => error);
    if (!(body instanceof Error)) return { name: id, type: parseArmId(id)!.type, id, body, from: "observed" };
    if (body instanceof ArmError && body.isAbsence) return undefined;
    const role = body instanceof ArmError && body.isAccessDenied ? " Assign the role Reader on it to the identity of this run." : "";
    this.warn(
      `Can't read ${id}, which a resource of the stack references (${body.message}). Checks that depend on it are not proved.${role}`,
    );
    return undefined;
  }
}

function idsIn(value: Value): string[] {
  if (typeof value === "string") return parseArmId(value) === undefined ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value as Body | readonly Value[]).flatMap(idsIn);
}
