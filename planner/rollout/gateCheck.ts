/** Checks of the gate in addition to the standard checks of a pattern. */
export interface GateCheck {
  /**
   * Body of a request to the scoring route, for a deployment with a `score.py`. @default - only the deployment's state in Azure is checked
   */
  readonly request?: unknown;
  /**
   * Example of the expected answer: the same keys, with values of the same types. The first item of a list is the example for all items.
   */
  readonly answer?: unknown;
  /** Maximum seconds for an answer; the fastest of three answers counts. @default - unlimited */
  readonly latency?: number;
}

/** How the structure of `value` differs from `example`, such as `scores[0] is text, not a number`; undefined if it doesn't differ. */
export function structureDifference(example: unknown, value: unknown, path = "the answer"): string | undefined {
  const [wanted, found] = [kindOf(example), kindOf(value)];
  if (wanted !== found) return `${path} is ${found}, not ${wanted}`;
  if (Array.isArray(example)) return listDifference(example, value as unknown[], path);
  if (wanted !== "a map") return undefined;
  for (const [key, item] of Object.entries(example as object)) {
    const below = path === "the answer" ? key : `${path}.${key}`;
    if (!Object.hasOwn(value as object, key)) return `${below} is missing`;
    const difference = structureDifference(item, (value as Record<string, unknown>)[key], below);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function listDifference(example: readonly unknown[], items: readonly unknown[], path: string): string | undefined {
  if (example.length === 0) return undefined;
  if (items.length === 0) return `${path} is empty`;
  return items
    .map((item, index) => structureDifference(example[0], item, `${path}[${index}]`))
    .find((difference) => difference !== undefined);
}

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return { object: "a map", string: "text", number: "a number", boolean: "true or false" }[typeof value as string] ?? typeof value;
}
