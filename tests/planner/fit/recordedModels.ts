/** Facts of published models, in the form in which the Hub gives them: one file per model in the folder `models`. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { ModelRecord } from "../../../planner/fit/record";

/** A record and where its facts were published. A fact that the source doesn't state is absent. */
export interface RecordedModel extends ModelRecord {
  /** Repository, commit and path. */
  readonly source: string;
}

export const recordsFolder = path.join(__dirname, "models");

/** All records, sorted by ID. */
export function recordedModels(): readonly RecordedModel[] {
  return fs
    .readdirSync(recordsFolder)
    .sort()
    .map((file) => JSON.parse(fs.readFileSync(path.join(recordsFolder, file), "utf8")) as RecordedModel);
}
