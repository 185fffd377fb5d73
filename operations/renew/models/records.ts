/** The records that the table of models is generated from: one file per model in facts/modelRecords. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { ModelFacts } from "../../../facts/models";
import type { ModelRecord } from "../../../planner/fit/record";

/** A record of the table. */
export interface TableRecord extends Partial<Pick<ModelRecord, "config" | "hfQuantConfig" | "commit">> {
  readonly id: string;
  /** Where the values were published. */
  readonly source: string;
  /**
   * Values that config.json doesn't contain, or that replace those of config.json; all values if there is no config.json. Null removes a
   * value of config.json.
   */
  readonly facts: { readonly [Key in keyof ModelFacts]?: ModelFacts[Key] | null } & Pick<ModelFacts, "paramsB" | "license">;
}

/** Values that every row has. */
const required = [
  "architecture",
  "layers",
  "hidden",
  "heads",
  "kvHeads",
  "headDim",
  "maxModelLen",
] as const satisfies readonly (keyof ModelFacts)[];

/** Name of the file of a model. */
export const recordFile = (id: string) => `${id.replace("/", "--")}.json`;

/**
 * Reads the records in a folder, in the order of their IDs.
 * @throws Error that names the file, if a record isn't valid
 */
export function readRecords(folder: string): readonly TableRecord[] {
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => recordOf(path.join(folder, file)))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function recordOf(file: string): TableRecord {
  const problem = (what: string) => new Error(`${file} is not a record of a model: ${what}. Nothing was written.`);
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    throw problem((error as Error).message);
  }
  const { id, source, config, facts } = (value ?? {}) as Partial<TableRecord>;
  if (typeof id !== "string" || recordFile(id) !== path.basename(file)) throw problem(`its id is ${JSON.stringify(id ?? null)}`);
  if (typeof source !== "string" || source === "") throw problem("it states no source");
  if (typeof facts !== "object" || typeof facts.paramsB !== "number" || typeof facts.license !== "string")
    throw problem("facts must contain paramsB and license");
  const gap = config === undefined ? required.find((key) => facts[key] === undefined) : undefined;
  if (gap !== undefined) throw problem(`it has neither config nor ${gap} in facts`);
  return value as TableRecord;
}

/** The record with the files of a commit of the Hub; the same object if it has them already. Its `facts` stay. */
export function withHubFiles(record: TableRecord, hub: string, found: ModelRecord & { readonly commit: string }): TableRecord {
  const { id, source: _, config, hfQuantConfig, commit, facts } = record;
  const files = {
    commit: found.commit,
    config: found.config,
    ...(found.hfQuantConfig === undefined ? {} : { hfQuantConfig: found.hfQuantConfig }),
  };
  const known = { commit, config, ...(hfQuantConfig === undefined ? {} : { hfQuantConfig }) };
  if (JSON.stringify(files) === JSON.stringify(known)) return record;
  return { id, source: `${hub}/${found.id}, commit ${found.commit}`, ...files, facts };
}
