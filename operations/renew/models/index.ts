/** Generates the table of models from the records in facts/modelRecords. */
import * as path from "node:path";
import type { ModelFacts } from "../../../facts/models";
import { readTable, rowChanges, type Table, tableText } from "../dataFile";
import { replaceFiles } from "../replaceFiles";
import { readRecords, recordFile, type TableRecord } from "./records";
import { rowOf } from "./row";

export { type TableRecord, withHubFiles } from "./records";

export interface RenewModelsOptions {
  /** Folder of the program. */
  readonly root: string;
  /** Date of the table if it changes, `YYYY-MM-DD`. */
  readonly today: string;
  /** Returns the record with the newest files of the Hub. @default - the records as they are */
  readonly newest?: (record: TableRecord) => Promise<TableRecord>;
}

const source =
  "config.json files of the models, from the public repositories that the records in facts/modelRecords state; loadedGiB from vLLM start-up logs";

/**
 * Writes facts/model-table.json and, with `newest`, the records. Writes nothing if nothing changed.
 * @returns what changed, a line each
 * @throws Error if a record isn't valid. In this case, nothing is written.
 */
export async function renewModels({ root, today, newest }: RenewModelsOptions): Promise<readonly string[]> {
  const folder = path.join(root, "facts", "modelRecords");
  const file = path.join(root, "facts", "model-table.json");
  const known = readRecords(folder);
  const records: TableRecord[] = [];
  for (const record of known) records.push(newest === undefined ? record : await newest(record));
  const rows = Object.fromEntries(records.map((record) => [record.id, rowOf(record)]));
  const before = readTable<ModelFacts>(file, "models");
  const changes = rowChanges(before.rows, rows);
  const renewed = records.filter((record, index) => record !== known[index]);
  const name = path.relative(root, file);
  if (changes.length === 0 && renewed.length === 0) return [`${name} is up to date: ${records.length} models.`];
  const table: Table<ModelFacts> = { source, asOf: changes.length === 0 ? before.asOf : today, rows };
  replaceFiles([
    ...renewed.map((record) => ({
      file: path.join(folder, recordFile(record.id)),
      bytes: Buffer.from(`${JSON.stringify(record, null, 2)}\n`),
    })),
    { file, bytes: Buffer.from(tableText(table, "models")) },
  ]);
  const files = renewed.map(({ id }) => `Renewed ${path.join("facts", "modelRecords", recordFile(id))}.`);
  return [...files, ...changes, `${name} now contains ${records.length} models.`];
}
