/** A walk through settings that doesn't recurse, so that no depth of nesting can end the program. */

/** A value of a map or a list. */
export interface Visited {
  /** Key in a map; undefined for an item of a list. */
  readonly key?: string;
  readonly value: unknown;
  /** Levels above it. */
  readonly depth: number;
  /** Keys and indexes that lead to it, joined by dots. */
  path(): string;
}

/** Every value below `root`, in the order of the text. What lies deeper than `depth` levels is left out. */
export function* walk(root: unknown, depth = Number.POSITIVE_INFINITY): Generator<Visited> {
  const waiting = below(root, 1, () => "").reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    if (next.depth < depth) waiting.push(...below(next.value, next.depth + 1, next.path).reverse());
  }
}

function below(value: unknown, depth: number, pathAbove: () => string): Visited[] {
  if (typeof value !== "object" || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).map(([key, inner]) => ({
    ...(isList ? {} : { key }),
    value: inner,
    depth,
    path: () => [pathAbove(), key].filter((part) => part !== "").join("."),
  }));
}
