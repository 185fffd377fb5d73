/** The settings table of the README, generated from the descriptions in the schema. */
import * as z from "zod";
import { settingsSchema } from "./stackFile";

interface Node {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Node | boolean;
  /** The items of a list. */
  readonly items?: Node;
  /** The forms of a value. */
  readonly anyOf?: readonly Node[];
}

/** A row of the table. */
interface Row {
  readonly path: string;
  readonly defaultText: string;
  readonly description: string;
}

/** Returns a Markdown table with one row per setting. `<key>` stands for a key that the user chooses, and `[]` for each item of a list. */
export function settingsTable(): string {
  const schema = z.toJSONSchema(settingsSchema, { io: "input" }) as Node;
  const rows = rowsOf(schema, "", "", new Set());
  const lines = rows.map(({ path, defaultText, description }) => `| \`${path}\` | ${defaultText} | ${description} |`);
  return ["| setting | default | description |", "| --- | --- | --- |", ...lines].join("\n");
}

/** @param described Forms that already have rows, as JSON. Several settings can have the same forms, for example images. */
function rowsOf(node: Node, path: string, defaultText: string, described: Set<string>): Row[] {
  const own = node.description === undefined || path === "" ? [] : [{ path, defaultText, description: node.description }];
  const { additionalProperties: values } = node;
  const keyed = typeof values === "object" ? rowsOf(values, `${path}.<key>`, "", described) : [];
  const listed = node.items === undefined ? [] : namedRows(node.items, `${path}[]`, described);
  return [...own, ...namedRows(node, path, described), ...formRows(node, path, described), ...keyed, ...listed];
}

function namedRows({ properties = {}, required = [] }: Node, path: string, described: Set<string>): Row[] {
  return Object.entries(properties).flatMap(([key, child]) =>
    rowsOf(child, path === "" ? key : `${path}.${key}`, defaultOf(child, required.includes(key)), described),
  );
}

/** The rows of all forms of a value, each key once. No key is required, because another form is possible. */
function formRows({ anyOf = [] }: Node, path: string, described: Set<string>): Row[] {
  const rows = new Map<string, Row>();
  for (const { properties } of anyOf) {
    const text = JSON.stringify(properties);
    if (properties === undefined || described.has(text)) continue;
    described.add(text);
    for (const row of namedRows({ properties }, path, described)) if (!rows.has(row.path)) rows.set(row.path, row);
  }
  return [...rows.values()];
}

function defaultOf({ default: value }: Node, required: boolean): string {
  if (value !== undefined) return `\`${JSON.stringify(value).replaceAll('"', "")}\``;
  return required ? "required" : "none";
}
