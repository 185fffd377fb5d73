/** Resources as Azure returns them, and as the rules see them. */
import { type Body, isBody, type RuleResource, SECRET, type Value } from "../../../rules";

/** A resource in a response of Azure. */
export interface LiveResource {
  readonly id: string;
  readonly type: string;
  readonly location?: string;
  readonly properties?: Body;
  readonly [key: string]: Value;
}

/** The parts of a response that a request also has. `systemData` and `etag` are not among them: the first contains names of persons. */
const parts = ["location", "extendedLocation", "sku", "kind", "identity", "zones", "plan", "tags", "properties"] as const;

export interface RuleResourceOptions {
  readonly name: string;
  readonly apiVersion?: string;
  /** Paths of secrets in the body. */
  readonly secrets?: readonly string[];
}

/** Returns the resource as the rules see it: without what Azure adds, and without the values of secrets. */
export function toRuleResource(live: LiveResource, { name, apiVersion, secrets = [] }: RuleResourceOptions): RuleResource {
  const body: Body = Object.fromEntries(parts.flatMap((part) => (live[part] === undefined ? [] : [[part, live[part]] as const])));
  return {
    name,
    type: live.type,
    id: live.id,
    ...(apiVersion === undefined ? {} : { apiVersion }),
    body: secrets.reduce((rest, path) => masked(rest, path.split(".")), body),
    from: "observed",
  };
}

/** A body in which the value at a path is a secret, if it is set. */
function masked(body: Body, [key, ...rest]: readonly string[]): Body {
  if (key === undefined || body[key] === undefined || body[key] === null) return body;
  const value = body[key];
  return { ...body, [key]: rest.length === 0 || !isBody(value) ? SECRET : masked(value, rest) };
}
