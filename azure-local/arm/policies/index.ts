import type { JsonObject } from "../json";
import type { Grade } from "../model";
import { RESOURCE_GROUP, TEMPLATE_DEPLOYMENT } from "../path";
import type { TypeSchema } from "../schemas";
import { disallowedByPolicy } from "./denial";
import { LANDING_ZONE } from "./landingZone";
import type { DenyPolicy, PolicyRequest } from "./policy";

export type { DenyPolicy } from "./policy";

/** Settings for Azure Policy. */
export interface PolicyOptions {
  /** Names in `POLICIES` of policies with the effect Deny. `landing-zone`: all that Azure Landing Zone enforces by default. @default none */
  readonly deny?: readonly string[];
  /**
   * Tags that a policy with the effect Modify adds to each resource group and tracked resource that is created or updated without them.
   * Existing tags keep their values.
   * @default none
   */
  readonly addTags?: Readonly<Record<string, string>>;
}

/** All policies that can be enabled. */
export const POLICIES: readonly DenyPolicy[] = LANDING_ZONE;

const ALL_OF_LANDING_ZONE = "landing-zone";

/** The assigned policies. Azure evaluates them on the request as sent, before the resource provider processes it. */
export class Policies {
  private readonly denials: readonly DenyPolicy[];
  private readonly tags: Readonly<Record<string, string>>;

  /** @throws Error for an unknown policy name */
  constructor({ deny = [], addTags = {} }: PolicyOptions = {}, withoutGrades: readonly Grade[] = []) {
    const unknown = deny.find((name) => name !== ALL_OF_LANDING_ZONE && !POLICIES.some((policy) => policy.name === name));
    if (unknown !== undefined) {
      const names = [ALL_OF_LANDING_ZONE, ...POLICIES.map(({ name }) => name)].join(", ");
      throw new Error(`The policy '${unknown}' is unknown. Use one of: ${names}.`);
    }
    const assigned = ({ name, landingZone }: DenyPolicy) => deny.includes(name) || (landingZone && deny.includes(ALL_OF_LANDING_ZONE));
    this.denials = POLICIES.filter((policy) => assigned(policy) && !withoutGrades.includes(policy.grade));
    this.tags = addTags;
  }

  /** The body with the added tags. */
  modified<T extends JsonObject>(body: T, schema: TypeSchema): T {
    if (Object.keys(this.tags).length === 0 || !isTracked(schema)) return body;
    return { ...body, tags: { ...this.tags, ...(body.tags as object | undefined) } };
  }

  /** @throws AzureError RequestDisallowedByPolicy with all policies that deny the request */
  check(request: PolicyRequest): void {
    const violations = this.denials
      .filter(({ types }) => types.includes(request.type))
      .map((policy) => ({ policy, expressions: policy.violation(request) }))
      .filter(({ expressions }) => expressions.length > 0);
    if (violations.length > 0) throw disallowedByPolicy(request, violations);
  }
}

/** Resource groups, and resources with tags and a location. Azure Policy ignores the other types of Microsoft.Resources. */
function isTracked(schema: TypeSchema): boolean {
  if (schema.type === RESOURCE_GROUP) return true;
  return schema.type !== TEMPLATE_DEPLOYMENT && schema.accepts("tags") && schema.accepts("location");
}
