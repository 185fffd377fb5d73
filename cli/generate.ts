import * as fs from "node:fs";
import * as path from "node:path";
import { clientStatuses } from "../azure/clientStatuses";
import { writeSchemas } from "../config/jsonSchema";
import { settingsTable } from "../config/settingsTable";
import { root } from "./stackFiles";

/** A table of the README that is written from the program, between two marks. */
interface Table {
  /** Name in its marks: `<!-- settings:begin -->` and `<!-- settings:end -->`. */
  readonly mark: string;
  readonly what: string;
  text(): string;
}

const tables: readonly Table[] = [
  { mark: "statuses", what: "the table of status codes", text: statusTable },
  { mark: "settings", what: "the table of settings", text: settingsTable },
];

/** A README with its generated tables as the program has them. */
export function withTables(readme: string): string {
  return tables.reduce((text, table) => withTable(text, table), readme);
}

function withTable(readme: string, { mark, what, text }: Table): string {
  const [begin, end] = [`<!-- ${mark}:begin -->`, `<!-- ${mark}:end -->`];
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`README.md has lost its marks "${begin}" and "${end}"; put them around ${what}.`);
  return `${before}${begin}\n${text()}\n${end}${after}`;
}

const retries = { no: "no", yes: "yes", model: "if the model's status is worth it" } as const;

/** What each status means to a client, as a Markdown table. */
export function statusTable(): string {
  const rows = clientStatuses.map(({ status, meaning, remedy, retry }) => `| ${status} | ${meaning} | ${remedy} | ${retries[retry]} |`);
  return ["| status | meaning | what to do | try again |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/** `npm run generate`: what is derived from the program: JSON Schemas of stack file and lock for editors, and the README's tables. */
export function generate(): void {
  writeSchemas();
  const file = path.join(root, "README.md");
  fs.writeFileSync(file, withTables(fs.readFileSync(file, "utf8")));
}
