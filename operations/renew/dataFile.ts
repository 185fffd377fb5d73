/** Generated tables of facts: JSON files with one row per line, their source and their date. */
import * as fs from "node:fs";

/** Rows by name, where they come from, and the date of the source or of the day on which it was read, `YYYY-MM-DD`. */
export interface Table<Row> {
  readonly source: string;
  readonly asOf: string;
  readonly rows: Readonly<Record<string, Row>>;
}

/** The table under `key` in a file. @default an empty table if the file doesn't exist */
export function readTable<Row>(file: string, key: string): Table<Row> {
  if (!fs.existsSync(file)) return { source: "", asOf: "", rows: {} };
  const { source, asOf, [key]: rows } = JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, unknown>;
  return { source: source as string, asOf: asOf as string, rows: rows as Record<string, Row> };
}

/** The text of a file with a table, one row per line, so that a difference shows the rows. */
export function tableText<Row>({ source, asOf, rows }: Table<Row>, key: string): string {
  const lines = Object.entries(rows).map(([name, row]) => `${JSON.stringify(name)}: ${JSON.stringify(row)}`);
  const head = [`"source": ${JSON.stringify(source)}`, `"asOf": ${JSON.stringify(asOf)}`];
  return `{\n${[...head, `${JSON.stringify(key)}: {\n${lines.join(",\n")}\n}`].join(",\n")}\n}\n`;
}

/** What differs between two tables, a line for each row. The values of a row are compared by name. */
export function rowChanges(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    if (!Object.hasOwn(before, name)) return [`Added ${name}.`];
    if (!Object.hasOwn(after, name)) return [`Removed ${name}.`];
    const differences = valueChanges(before[name], after[name]);
    return differences.length === 0 ? [] : [`Changed ${name}: ${differences.join("; ")}.`];
  });
}

function valueChanges(before: unknown, after: unknown): readonly string[] {
  if (!isObject(before) || !isObject(after)) return same(before, after) ? [] : [`${shown(before)} is now ${shown(after)}`];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => (same(before[key], after[key]) ? [] : [`${key} ${shown(before[key])} is now ${shown(after[key])}`]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const shown = (value: unknown) => (value === undefined ? "(none)" : JSON.stringify(value));

/** Whether two JSON values are equal, in any order of their keys. */
function same(one: unknown, other: unknown): boolean {
  if (isObject(one) && isObject(other)) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...keys].every((key) => same(one[key], other[key]));
  }
  return JSON.stringify(one) === JSON.stringify(other);
}
