/** Resources and checks for the tests of the exposure rules. */
import type { Check, Contract, RuleResource, Value } from "../../../rules";
import { ResourceSet } from "../../../rules";
import { exposureRules } from "../../../rules/exposure";
import { runRules } from "../../../rules/rule";

export const GROUP = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/moor-prod";
export const TENANT = "22222222-2222-4222-8222-222222222222";
export const INVOKER = "3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41";

export const contract: Contract = {
  home: "swedencentral",
  regions: ["swedencentral"],
  declared: { geography: "Sweden" },
  principals: [INVOKER],
  tenantId: TENANT,
};

export function idOf(type: string, ...names: readonly string[]): string {
  const [namespace, ...types] = type.split("/");
  return [GROUP, "providers", namespace, ...types.flatMap((one, index) => [one, names[index] ?? "one"])].join("/");
}

/** A planned resource. Its ID has the name `one` at each level. */
export function resourceOf(type: string, body: Record<string, unknown>, more: Partial<RuleResource> = {}): RuleResource {
  return { name: "one", type, id: idOf(type), body: body as RuleResource["body"], from: "planned", ...more };
}

/** A body with a value at a path. */
export function bodyWith(path: string, value: Value, body: Record<string, unknown> = {}): Record<string, unknown> {
  const [key, ...rest] = path.split(".") as [string, ...string[]];
  const inner = (body[key] ?? {}) as Record<string, unknown>;
  return { ...body, [key]: rest.length === 0 ? value : bodyWith(rest.join("."), value, inner) };
}

/** The checks of all exposure rules. */
export function checksOf(resources: readonly RuleResource[], own: Contract = contract): Check[] {
  return runRules(exposureRules, { contract: own, resources: new ResourceSet(resources) });
}

/** Outcomes of a code for the first resource, as `outcome property`. */
export function outcomes(code: string, first: RuleResource, ...others: readonly RuleResource[]): string[] {
  return checksOf([first, ...others])
    .filter((check) => check.code === code && check.resource === first)
    .map(({ outcome, property }) => `${outcome} ${property}`);
}
