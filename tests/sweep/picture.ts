/** The result of a run, without values that differ between runs. Pure functions. */

/** Resources by name: `azure <id>` or `pulumi <urn>`. */
export type Picture = Readonly<Record<string, unknown>>;

type Properties = Readonly<Record<string, unknown>>;

/** A resource in Pulumi's state. */
export interface StateResource extends Properties {
  readonly urn: string;
}

export interface Checkpoint {
  readonly resources?: readonly StateResource[];
  readonly pending_operations?: readonly unknown[];
}

/** The parts of a resource in the state that the next run uses. Outputs come from Azure, and are compared there. */
const compared = [
  ...["type", "id", "inputs", "parent", "provider", "protect", "retainOnDelete", "deletedWith", "dependencies"],
  ...["initErrors", "pendingReplacement", "taint", "external"],
];

/** Marks a secret in Pulumi's state; its cipher text differs each time. */
const secret = "4dabf18193072939515e22adb298388d";

const guid = /\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/gi;
/** An address that Azure assigns in the order of the requests; an address with a prefix length is set by the program. */
const address = /\b\d{1,3}(\.\d{1,3}){3}\b(?!\/)/g;
/** Duration of a template deployment, in fractions of a second; durations that the program sets are whole seconds. */
const duration = /\bPT\d+\.\d+S\b/g;
const time = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

/**
 * The record of the gate contains the deployments of the moment of its write, so it differs after an interrupted run. A run that can't write it
 * continues with a warning: tests/components/endpoint/gate.
 */
export const isGateRecord = (id: string): boolean => /\/Microsoft\.Resources\/deployments\/moor-gate-[^/]+$/i.test(id);

export function pictureOf(azure: readonly Properties[], { resources = [], pending_operations = [] }: Checkpoint): Picture {
  const shown = azure.filter(({ id }) => !isGateRecord(String(id)));
  const named: [string, unknown][] = shown.map((resource) => [`azure ${String(resource.id).toLowerCase()}`, ordered(resource)]);
  for (const resource of resources) {
    const name = `pulumi ${resource.urn}${resource.delete ? " (to be deleted)" : ""}`;
    const kept = compared.filter((key) => resource[key] !== undefined).map((key) => [key, resource[key]]);
    const { dependencies } = resource;
    named.push([name, { ...Object.fromEntries(kept), ...(Array.isArray(dependencies) ? { dependencies: [...dependencies].sort() } : {}) }]);
  }
  if (pending_operations.length > 0) named.push(["pulumi pending operations", pending_operations]);
  const steady = steadier();
  return Object.fromEntries(sortedBy(named, ([name]) => name).map(([name, value]) => [steady(name) as string, steady(value)]));
}

/**
 * A picture without the contents of the state: the refresh of `recover` writes Azure's defaults into the inputs. A preview shows whether
 * they cause changes.
 */
export function withoutInputs(picture: Picture): Picture {
  return Object.fromEntries(Object.entries(picture).map(([name, value]) => [name, name.startsWith("pulumi urn:") ? "known" : value]));
}

/** Lists of references to a resource are in the order of the requests, which run in parallel. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    const ids = value.map((one) => (one as { id?: unknown } | null)?.id);
    const items = value.map(ordered);
    return ids.every((id) => typeof id === "string") ? sortedBy(items as { id: string }[], ({ id }) => id) : items;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, ordered(inner)]));
}

function sortedBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Replaces generated values with numbers in the order of their appearance, so that references to them can still be compared. */
function steadier(): (value: unknown) => unknown {
  const numbers = new Map<string, number>();
  const numbered = (kind: string) => (found: string) => {
    const key = found.toLowerCase();
    if (!numbers.has(key)) numbers.set(key, numbers.size + 1);
    return `<${kind} ${numbers.get(key)}>`;
  };
  const steady = (value: unknown): unknown => {
    if (typeof value === "string")
      return value
        .replace(time, "<time>")
        .replace(duration, "<duration>")
        .replace(guid, numbered("guid"))
        .replace(address, numbered("address"));
    if (Array.isArray(value)) return value.map(steady);
    if (typeof value !== "object" || value === null) return value;
    if (secret in value) return "<secret>";
    return Object.fromEntries(sortedBy(Object.entries(value), ([key]) => key).map(([key, inner]) => [steady(key), steady(inner)]));
  };
  return steady;
}

/** Returns one line for each missing, additional or different value: the path, the expected and the actual value. */
export function differences(expected: Picture, actual: Picture): string[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort();
  return names.flatMap((name) => {
    if (!(name in actual)) return [`${name}: missing`];
    if (!(name in expected)) return [`${name}: too many`];
    const [before, after] = [leaves(expected[name]), leaves(actual[name])];
    const paths = [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path));
    return paths.map((path) => `${name} ${path}: expected ${before.get(path) ?? "nothing"}, is ${after.get(path) ?? "nothing"}`);
  });
}

function leaves(value: unknown, path = "", found = new Map<string, string>()): Map<string, string> {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  if (entries.length === 0) found.set(path || ".", JSON.stringify(value));
  for (const [key, inner] of entries) leaves(inner, `${path}/${key}`, found);
  return found;
}
