import type { JsonObject } from "../json";
import type { Grade } from "../model";
import { RESOURCE_GROUP, TEMPLATE_DEPLOYMENT } from "../path";
import type { TypeSchema } from "../schemas";
import { LANDING_ZONE } from "./landingZone";
import type { DenyPolicy, PolicyRequest } from "./policy";
import { disallowedByPolicy } from "./refusal";

export type { DenyPolicy } from "./policy";

/** What Azure Policy does with requests. */
export interface PolicyOptions {
  /** Policies that deny, by their names in `POLICIES`; `landing-zone`: all that Azure Landing Zone enforces by default. @default none */
  readonly deny?: readonly string[];
  /**
   * Tags that a policy with the effect Modify adds to each resource group and tracked resource that is written without them. A tag that is
   * there keeps its value.
   * @default none
   */
  readonly addTags?: Readonly<Record<string, string>>;
}

/** Every policy that can be switched on. */
export const POLICIES: readonly DenyPolicy[] = LANDING_ZONE;

const ALL_OF_LANDING_ZONE = "landing-zone";

/** The policies that are assigned. Azure evaluates them on the request as sent, before the service that the request is for. */
export class Policies {
  private readonly denials: readonly DenyPolicy[];
  private readonly tags: Readonly<Record<string, string>>;

  /** @throws Error for a name that no policy has */
  constructor({ deny = [], addTags = {} }: PolicyOptions = {}, withoutGrades: readonly Grade[] = []) {
    const unknown = deny.find((name) => name !== ALL_OF_LANDING_ZONE && !POLICIES.some((policy) => policy.name === name));
    if (unknown !== undefined) {
      const names = [ALL_OF_LANDING_ZONE, ...POLICIES.map(({ name }) => name)].join(", ");
      throw new Error(`No policy is named '${unknown}'. Use one of: ${names}.`);
    }
    const assigned = ({ name, landingZone }: DenyPolicy) => deny.includes(name) || (landingZone && deny.includes(ALL_OF_LANDING_ZONE));
    this.denials = POLICIES.filter((policy) => assigned(policy) && !withoutGrades.includes(policy.grade));
    this.tags = addTags;
  }

  /** The body with the tags that are added. */
  modified<T extends JsonObject>(body: T, schema: TypeSchema): T {
    if (Object.keys(this.tags).length === 0 || !isTracked(schema)) return body;
    return { ...body, tags: { ...this.tags, ...(body.tags as object | undefined) } };
  }

  /** @throws AzureError RequestDisallowedByPolicy, which names every policy that denies the request */
  check(request: PolicyRequest): void {
    const violations = this.denials
      .filter(({ types }) => types.includes(request.type))
      .map((policy) => ({ policy, expressions: policy.violation(request) }))
      .filter(({ expressions }) => expressions.length > 0);
    if (violations.length > 0) throw disallowedByPolicy(request, violations);
  }
}

/** Resource groups, and what has tags and a location. Azure Policy leaves out the other types of Microsoft.Resources. */
function isTracked(schema: TypeSchema): boolean {
  if (schema.type === RESOURCE_GROUP) return true;
  return schema.type !== TEMPLATE_DEPLOYMENT && schema.takes("tags") && schema.takes("location");
}
