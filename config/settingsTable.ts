/** The settings table of the README, generated from the descriptions in the schema. */
import * as z from "zod";
import { settingsSchema } from "./stackFile";

interface Node {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Node | boolean;
}

/** A row of the table. */
interface Row {
  readonly path: string;
  readonly defaultText: string;
  readonly description: string;
}

/** Returns a Markdown table with one row per setting. `<key>` stands for a key that the user chooses. */
export function settingsTable(): string {
  const schema = z.toJSONSchema(settingsSchema, { io: "input" }) as Node;
  const rows = rowsOf(schema, "", "");
  const lines = rows.map(({ path, defaultText, description }) => `| \`${path}\` | ${defaultText} | ${description} |`);
  return ["| setting | default | description |", "| --- | --- | --- |", ...lines].join("\n");
}

function rowsOf(node: Node, path: string, defaultText: string): Row[] {
  const own = node.description === undefined || path === "" ? [] : [{ path, defaultText, description: node.description }];
  const named = Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
    rowsOf(child, path === "" ? key : `${path}.${key}`, defaultOf(child, node.required?.includes(key) ?? false)),
  );
  const { additionalProperties: values } = node;
  const keyed = typeof values === "object" ? rowsOf(values, `${path}.<key>`, "") : [];
  return [...own, ...named, ...keyed];
}

function defaultOf({ default: value }: Node, required: boolean): string {
  if (value !== undefined) return `\`${JSON.stringify(value).replaceAll('"', "")}\``;
  return required ? "required" : "none";
}
