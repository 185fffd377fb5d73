import * as fs from "node:fs";
import * as path from "node:path";
import { clientStatuses } from "../azure/clientStatuses";
import { codesDocument } from "../config/codesDocument";
import { doorsDocument } from "../config/doorsDocument";
import { writeSchemas } from "../config/jsonSchema";
import { rolesDocument } from "../config/rolesDocument";
import { settingsTable } from "../config/settingsTable";
import { root } from "./stackFiles";

/** A generated table in the README, between two markers. */
interface Table {
  /** Name in the markers, as in `<!-- settings:begin -->` and `<!-- settings:end -->`. */
  readonly mark: string;
  readonly what: string;
  text(): string;
}

const tables: readonly Table[] = [
  { mark: "statuses", what: "the table of status codes", text: statusTable },
  { mark: "review", what: "the example of a review", text: reviewExample },
  { mark: "settings", what: "the table of settings", text: settingsTable },
];

/** Returns the README with its tables generated again. */
export function withTables(readme: string): string {
  return tables.reduce((text, table) => withTable(text, table), readme);
}

function withTable(readme: string, { mark, what, text }: Table): string {
  const [begin, end] = [`<!-- ${mark}:begin -->`, `<!-- ${mark}:end -->`];
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`README.md doesn't contain the markers "${begin}" and "${end}". Add them around ${what}.`);
  return `${before}${begin}\n${text()}\n${end}${after}`;
}

const retries = { no: "no", yes: "yes", model: "only if the model's own status is one of 408, 429, 500, 502, 503, 504" } as const;

/** The meaning of each status code for clients, as a Markdown table. */
function statusTable(): string {
  const rows = clientStatuses.map(({ status, meaning, remedy, retry }) => `| ${status} | ${meaning} | ${remedy} | ${retries[retry]} |`);
  return ["| status | meaning | action | retry |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/** The first lines of a review by the real engine, as a quotation. */
function reviewExample(): string {
  const review = fs.readFileSync(path.join(root, "tests/e2e/golden/review/shareAboveCapacity.md"), "utf8");
  const [headline = "", lines = ""] = review.split("\n\n");
  return [headline, "", ...lines.split("\n")].map((line) => `> ${line}`.trimEnd()).join("\n");
}

/** Generated documents, by path. */
export function documents(): Readonly<Record<string, string>> {
  return { "docs/codes.md": codesDocument(), "docs/one-way-doors.md": doorsDocument(), "docs/roles.md": rolesDocument() };
}

/**
 * `npm run generate`: writes the JSON schemas of the stack file and the lock file for editors, the documents of codes, one-way doors and
 * roles, and the tables of the README.
 */
export function generate(): void {
  writeSchemas();
  for (const [name, text] of Object.entries(documents())) fs.writeFileSync(path.join(root, name), text);
  const file = path.join(root, "README.md");
  fs.writeFileSync(file, withTables(fs.readFileSync(file, "utf8")));
}
