import * as fs from "node:fs";
import * as path from "node:path";
import { clientStatuses } from "../azure/clientStatuses";
import { writeSchemas } from "../config/jsonSchema";
import { settingsTable } from "../config/settingsTable";
import { root } from "./stackFiles";

/** A generated table of the README, between two marks. */
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

/** Updates the generated tables of a README. */
export function withTables(readme: string): string {
  return tables.reduce((text, table) => withTable(text, table), readme);
}

function withTable(readme: string, { mark, what, text }: Table): string {
  const [begin, end] = [`<!-- ${mark}:begin -->`, `<!-- ${mark}:end -->`];
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`README.md has no marks "${begin}" and "${end}". Add them before and after ${what}.`);
  return `${before}${begin}\n${text()}\n${end}${after}`;
}

const retries = { no: "no", yes: "yes", model: "depends on the status of the model" } as const;

/** The status codes that clients receive, as a Markdown table. */
export function statusTable(): string {
  const rows = clientStatuses.map(({ status, meaning, remedy, retry }) => `| ${status} | ${meaning} | ${remedy} | ${retries[retry]} |`);
  return ["| status | meaning | action | retry |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/** `npm run generate`: writes the JSON schemas of the stack file and the lock file for editors, and the generated tables of the README. */
export function generate(): void {
  writeSchemas();
  const file = path.join(root, "README.md");
  fs.writeFileSync(file, withTables(fs.readFileSync(file, "utf8")));
}
