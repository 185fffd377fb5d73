/** Applies changes of the corpus to recorded resources, without an engine. */
import type { Properties, Value } from "../../../azure-local/providers/wire";
import { ruleResources } from "../../../rules/read/pulumi";
import type { Recorded } from "../../components/recorder";
import { PRINCIPAL, SUBSCRIPTION, TENANT } from "../../components/recorder";
import { type Change, type Json, withoutHashes } from "./case";

/** A resource as a program registers it. */
export type Registered = Pick<Recorded, "type" | "name" | "rawInputs">;

/** Scope of the resources of the world. */
export const HUB = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers`;

/**
 * Returns the resources with a change.
 * @throws Error if the target doesn't exist exactly once
 */
export function applied(resources: readonly Registered[], change: Change): readonly Registered[] {
  if (change.kind === "file") throw new Error("A change of the stack file needs another run of the program.");
  if (change.kind === "add") {
    const rawInputs = resolved(change.inputs, resources) as Properties;
    return [...resources, { type: change.token, name: change.name, rawInputs }];
  }
  const targets = resources.filter(({ name, type }) => withoutHashes(name) === change.target && type.startsWith("azure-native:"));
  if (targets.length !== 1) throw new Error(`${targets.length} resources are called ${change.target}.`);
  const value = change.value === undefined ? undefined : resolved(change.value, resources);
  return resources.map((one) =>
    targets.includes(one) ? { ...one, rawInputs: withValue(one.rawInputs, change.path.split("."), value) as Properties } : one,
  );
}

/** The value with the value at a path replaced, or removed if it is undefined. Missing objects are created. */
function withValue(inputs: Value | undefined, [key, ...rest]: readonly string[], value: Value | undefined): Value | undefined {
  if (key === undefined) return value;
  if (Array.isArray(inputs)) return inputs.map((item, index) => (String(index) === key ? (withValue(item, rest, value) as Value) : item));
  const object = typeof inputs === "object" && inputs !== null ? inputs : {};
  const { [key]: old, ...others } = object;
  const changed = withValue(old, rest, value);
  return changed === undefined ? others : { ...others, [key]: changed };
}

/** A value with its references replaced. */
export function resolved(value: Json, resources: readonly Registered[]): Value {
  if (typeof value === "string")
    return value.replace(/\{([\w*-]+)(?::(\w+))?\}/g, (_, name: string, part) => reference(name, part, resources));
  if (Array.isArray(value)) return value.map((item: Json) => resolved(item, resources));
  if (typeof value !== "object" || value === null) return value as Value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, resources)]));
}

function reference(name: string, part: string | undefined, resources: readonly Registered[]): string {
  const fixed: Readonly<Record<string, string>> = { hub: HUB, subscription: SUBSCRIPTION, tenant: TENANT };
  if (part === undefined && fixed[name] !== undefined) return fixed[name];
  // The recorder gives all identities the same one.
  if (part === "principalId") return PRINCIPAL;
  const found = resources.find((one) => withoutHashes(one.name) === name && one.type.startsWith("azure-native:"));
  const [read] = found === undefined ? [] : ruleResources({ token: found.type, name, inputs: found.rawInputs }, SUBSCRIPTION);
  if (read?.id === undefined) throw new Error(`The ID of ${name} isn't known.`);
  return part === "name" ? read.id.slice(read.id.lastIndexOf("/") + 1) : read.id;
}
