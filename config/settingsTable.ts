/** The table of settings in the README, from the descriptions in the schema. */
import * as z from "zod";
import { settingsSchema } from "./stackFile";

interface Node {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Node | boolean;
}

/** One row: a setting that holds a value of its own. */
interface Row {
  readonly path: string;
  readonly needed: string;
  readonly description: string;
}

/** A Markdown table, one row a setting; `<key>` stands for a name of your own. */
export function settingsTable(): string {
  const schema = z.toJSONSchema(settingsSchema, { io: "input" }) as Node;
  const rows = rowsOf(schema, "", "");
  const lines = rows.map(({ path, needed, description }) => `| \`${path}\` | ${needed} | ${description} |`);
  return ["| setting | default | meaning |", "| --- | --- | --- |", ...lines].join("\n");
}

function rowsOf(node: Node, path: string, needed: string): Row[] {
  const own = node.description === undefined || path === "" ? [] : [{ path, needed, description: node.description }];
  const named = Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
    rowsOf(child, path === "" ? key : `${path}.${key}`, neededText(child, node.required?.includes(key) ?? false)),
  );
  const { additionalProperties: values } = node;
  const keyed = typeof values === "object" ? rowsOf(values, `${path}.<key>`, "") : [];
  return [...own, ...named, ...keyed];
}

function neededText({ default: value }: Node, required: boolean): string {
  if (value !== undefined) return `\`${JSON.stringify(value).replaceAll('"', "")}\``;
  return required ? "needed" : "none";
}
