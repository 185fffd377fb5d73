/**
 * Finds the model of `npm run fit`: in the table of models, in a local folder, in the cache by commit, or on the Hugging Face Hub. The table
 * is first, so that its models have the same result with and without a connection.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { modelIdInTable } from "../../facts/models";
import { readModel } from "../../planner/fit/folder";
import { modelFromRecord, withCheckpoint } from "../../planner/fit/fromRecord";
import { type Model, modelFromTable } from "../../planner/fit/model";

/**
 * The model that a command line names.
 * @param revision Commit of a model on the Hub. @default - the newest commit
 * @throws Error with one sentence if there is no such model, HubError if the Hub can't be asked
 */
export async function modelOf(model: string, checkpointGiB: number | undefined, revision: string | undefined): Promise<Model> {
  if (model.trim() === "") throw new Error("The model is empty. Specify a Hugging Face ID, a config.json, or its folder.");
  if (revision !== undefined && !/^[0-9a-f]{40}$/.test(revision)) {
    throw new Error(`--revision is ${revision}; it must be a commit of 40 hexadecimal digits.`);
  }
  const inTable = modelIdInTable(model);
  if (inTable !== undefined) {
    if (revision !== undefined) process.stderr.write(`${inTable} is in the table of models, so --revision has no effect.\n`);
    return modelFromTable(inTable, checkpointGiB)!;
  }
  // npm runs in the program's folder; INIT_CWD is the folder from which it was called.
  const there = path.resolve(process.env.INIT_CWD ?? ".", model);
  if (fs.existsSync(there)) return readModel(there, checkpointGiB);
  const isPath = model.endsWith(".json") || model.startsWith(".") || path.isAbsolute(model);
  if (isPath) throw new Error(`There is no file or folder ${model}. Specify a config.json, its folder, or a Hugging Face ID.`);
  // Loaded on demand: the table needs no connection.
  const { findModel } = require("../hubModels") as typeof import("../hubModels");
  return withCheckpoint(modelFromRecord(await findModel(model, revision, { caller: "fit" })), checkpointGiB);
}
