/** Azure at the time of a preview: random resources of the program exist, and random parts of all values are unknown. */
import { createHash } from "node:crypto";
import { resourceId, resourceType } from "../../azure-local/providers/metadata";
import { isObject, isSecret, type Properties, plain, SIGNATURE, UNKNOWN, type Value } from "../../azure-local/providers/wire";
import { created, planned, SUBSCRIPTION, type World } from "./recorder";

export interface Odds {
  readonly seed: number;
  /** Fraction of the resources that exist, from 0 to 1. */
  readonly existing: number;
  /** Fraction of the values that are unknown, from 0 to 1. */
  readonly unknown: number;
}

/** @param shown Azure's responses by ID; those of existing resources are added in the order of their registration. */
export function randomWorld({ seed, existing, unknown }: Odds, shown: Record<string, object | number>): World {
  const draw = (where: string) => createHash("sha1").update(`${seed}/${where}`).digest().readUInt32BE() / 2 ** 32;
  /** A resource with an unknown part in its ID can't exist. */
  const exists = (type: string, name: string, inputs: Properties) => draw(`exists ${name}`) < existing && isAddressed(type, inputs);
  /** The value with its unknown parts marked; an unknown object has no parts. */
  const obscured = (value: Value, where: string): Value => {
    if (isSecret(value)) return { ...value, value: obscured(value.value, where) };
    // A reference to a resource: its URN is known in each preview.
    if (isObject(value) && SIGNATURE in value) return value;
    if (draw(where) < unknown) return UNKNOWN;
    if (Array.isArray(value)) return value.map((item, index) => obscured(item, `${where}.${index}`));
    return isObject(value) ? parts(value, where) : value;
  };
  const parts = (value: Properties, where: string): Properties =>
    Object.fromEntries(Object.entries(value).map(([key, item]) => [key, obscured(item, `${where}.${key}`)]));

  return {
    met(type, name, inputs) {
      if (!type.includes(":index/") && !type.startsWith("azure-native:")) return { id: "", state: inputs };
      if (!exists(type, name, inputs)) return { id: "", state: parts(planned(type, inputs), `planned ${name}`) };
      const { id, state, shown: body } = ownPrincipal(type, created(type, inputs));
      if (body !== undefined) shown[id] = { ...body, properties: { provisioningState: "Succeeded", ...(body.properties as object) } };
      return { id: draw(`id ${name}`) < unknown ? "" : id, state: parts(state, `met ${name}`) };
    },
    seen(name, inputs) {
      return parts(inputs, `seen ${name}`);
    },
    // A state contains no unknown values.
    before: (type, name, inputs) => (exists(type, name, inputs) ? (settled(inputs) as Properties) : undefined),
  };
}

type Created = ReturnType<typeof created>;

/** In Azure, each identity has an object ID of its own. */
function ownPrincipal(type: string, resource: Created): Created {
  if (type !== "azure-native:managedidentity:UserAssignedIdentity") return resource;
  const hex = createHash("sha1").update(resource.id.toLowerCase()).digest("hex");
  const principalId = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
  const { properties = {} } = (resource.shown ?? {}) as { properties?: Properties };
  return {
    ...resource,
    state: { ...resource.state, principalId },
    shown: { ...resource.shown, properties: { ...properties, principalId } },
  };
}

function settled(value: Value): Value {
  if (Array.isArray(value)) return value.map(settled);
  if (!isObject(value)) return value === UNKNOWN ? "as it was" : value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, settled(item)]));
}

function isAddressed(type: string, inputs: Properties): boolean {
  if (!type.startsWith("azure-native:")) return true;
  try {
    return !resourceId(resourceType(type), plain(inputs) as Properties, SUBSCRIPTION).includes(UNKNOWN);
  } catch {
    return false;
  }
}
