/** What a deployment is asked before it gets traffic, beyond what every deployment of its kind is asked. */
export interface GateCheck {
  /** Body of a request to the scoring route, for a deployment that isn't vLLM's. @default - its state in Azure is all that is looked at */
  readonly request?: unknown;
  /** An answer of the shape that is expected: the same keys with values of the same types; a list's first item stands for all. */
  readonly answer?: unknown;
  /** Seconds that an answer may take; the fastest of three counts. @default - not bounded */
  readonly latency?: number;
}

/** Where `value` departs from the shape of `example`, or undefined when it doesn't: `scores[0] is text, not a number`. */
export function shapeDifference(example: unknown, value: unknown, path = "the answer"): string | undefined {
  const [wanted, found] = [kindOf(example), kindOf(value)];
  if (wanted !== found) return `${path} is ${found}, not ${wanted}`;
  if (Array.isArray(example)) return listDifference(example, value as unknown[], path);
  if (wanted !== "a map") return undefined;
  for (const [key, item] of Object.entries(example as object)) {
    const below = path === "the answer" ? key : `${path}.${key}`;
    if (!Object.hasOwn(value as object, key)) return `${below} is missing`;
    const difference = shapeDifference(item, (value as Record<string, unknown>)[key], below);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function listDifference(example: readonly unknown[], items: readonly unknown[], path: string): string | undefined {
  if (example.length === 0) return undefined;
  if (items.length === 0) return `${path} is empty`;
  return items.map((item, index) => shapeDifference(example[0], item, `${path}[${index}]`)).find((difference) => difference !== undefined);
}

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return { object: "a map", string: "text", number: "a number", boolean: "true or false" }[typeof value as string] ?? typeof value;
}
