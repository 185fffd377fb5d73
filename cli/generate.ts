import * as fs from "node:fs";
import * as path from "node:path";
import { writeSchemas } from "../config/jsonSchema";
import { settingsTable } from "../config/settingsTable";
import { root } from "./stackFiles";

const begin = "<!-- settings:begin -->";
const end = "<!-- settings:end -->";

/** A README with the table of settings between its two marks. */
export function withSettings(readme: string): string {
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`README.md has lost its marks "${begin}" and "${end}"; put them around the table of settings.`);
  return `${before}${begin}\n${settingsTable()}\n${end}${after}`;
}

/** `npm run generate`: what is derived from the schema of stack file and lock: JSON Schemas for editors, and the README's table. */
export function generate(): void {
  writeSchemas();
  const file = path.join(root, "README.md");
  fs.writeFileSync(file, withSettings(fs.readFileSync(file, "utf8")));
}
