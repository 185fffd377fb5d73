/** A rule of a scanner, restated for the ARM bodies of a stack. */
import { isWithinArmId, parseArmId } from "../../azure/armId";
import { isBody, type RuleResource, type Value, valueAt } from "../../rules";
import { isOfType } from "../../rules/resource";

export interface ScannerRule {
  /** ID of the rule in its scanner. */
  readonly id: string;
  readonly title: string;
  readonly type: string;
  /** The condition, as the scanner documents it. @param stack All resources of the stack */
  passes(resource: Scanned, stack: readonly Scanned[]): boolean;
}

/** A resource with the values that rules compare. */
export interface Scanned extends RuleResource {
  /** Name in Azure. */
  readonly armName: string;
  /** The value at a path of the body. Names are compared without case, as PSRule does. */
  get(path: string): Value;
}

export function scanned(resource: RuleResource): Scanned {
  return { ...resource, armName: parseArmId(resource.id ?? "")?.name ?? "", get: (path) => valueAtAnyCase(resource.body, path) };
}

function valueAtAnyCase(body: Value, path: string): Value {
  const keys = path.split(".").reduce<{ readonly value: Value; readonly keys: readonly string[] }>(
    ({ value, keys }, key) => {
      const found = isBody(value) ? (Object.keys(value).find((one) => sameName(one, key)) ?? key) : key;
      return { value: valueAt(value, found), keys: [...keys, found] };
    },
    { value: body, keys: [] },
  ).keys;
  return valueAt(body, keys.join("."));
}

/** ARM of Application Insights writes `Flow_Type`, the documentation `flowType`. */
function sameName(one: string, other: string): boolean {
  return one.toLowerCase().replaceAll("_", "") === other.toLowerCase().replaceAll("_", "");
}

/** A rule for one property with fixed values. */
export function equals(id: string, title: string, type: string, path: string, ...values: readonly Value[]): ScannerRule {
  return { id, title, type, passes: (resource) => values.includes(resource.get(path)) };
}

/** A rule for the name of a resource. */
export function named(id: string, title: string, type: string, pattern: RegExp): ScannerRule {
  return { id, title, type, passes: ({ armName }) => pattern.test(armName) };
}

/** Resources of a type whose ID starts with that of another resource. */
export function under({ id }: Scanned, stack: readonly Scanned[], type: string): Scanned[] {
  return stack.filter((one) => isOfType(one, type) && id !== undefined && one.id !== undefined && isWithinArmId(one.id, id));
}

/** Items of a list. */
export function items(value: Value): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

/** What fails, by ID of the rule: names of resources. */
export function failures(rules: readonly ScannerRule[], stack: readonly Scanned[]): Record<string, string[]> {
  const failed = rules.map(({ id, type, passes }) => {
    const names = stack.filter((one) => isOfType(one, type) && !passes(one, stack)).map(({ name }) => name);
    return [id, names] as const;
  });
  return Object.fromEntries(failed.filter(([, names]) => names.length > 0));
}
