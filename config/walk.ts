/** Walks through settings without recursion, so that deep nesting can't crash the program. */

/** A value in a map or a list. */
export interface Visited {
  /** Key in a map; undefined for an item of a list. */
  readonly key?: string;
  readonly value: unknown;
  /** Number of levels above it. */
  readonly depth: number;
  /** Its path: keys and indexes, joined by dots. */
  path(): string;
}

/** Yields all values below `root`, in the order of the text, down to `depth` levels. */
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
