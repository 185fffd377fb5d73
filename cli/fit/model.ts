/**
 * Finds the model of `npm run fit`: in the table of models, in a local folder, in the cache by commit, or on the Hugging Face Hub. The table
 * is first, so that its models have the same result with and without a connection.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { modelIdInTable } from "../../facts/models";
import { PlanError } from "../../planner/codes";
import { readModel } from "../../planner/fit/folder";
import { modelFromRecord, withCheckpoint } from "../../planner/fit/fromRecord";
import { type Model, modelFromTable } from "../../planner/fit/model";
import type { ModelRecord } from "../../planner/fit/record";
import { checkpointsInTable } from "../../planner/size/checkpoints";

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
  const place = placeOf(model);
  if ("inTable" in place) {
    if (revision !== undefined) process.stderr.write(`${place.inTable} is in the table of models, so --revision has no effect.\n`);
    return modelFromTable(place.inTable, checkpointGiB)!;
  }
  if ("folder" in place) return readModel(place.folder, checkpointGiB);
  return withCheckpoint(modelFromRecord(await hubModels().findModel(place.id, revision, { caller: "fit" })), checkpointGiB);
}

/**
 * Quantized checkpoints of a model: those in the table for a model in the table, otherwise those that the Hub lists. A model in the table needs
 * no connection.
 */
export async function otherCheckpoints(named: string, model: Model): Promise<Model[]> {
  const place = placeOf(named);
  if ("inTable" in place) return checkpointsInTable(model);
  if ("folder" in place || model.quantization !== undefined) return [];
  const records = await hubModels().findCheckpoints(model.id, { caller: "fit" });
  return records.flatMap((record) => readable(record) ?? []);
}

/** Undefined for a checkpoint that the planner can't read. */
function readable(record: ModelRecord): Model | undefined {
  try {
    return modelFromRecord(record);
  } catch (error) {
    if (error instanceof PlanError) return undefined;
    throw error;
  }
}

type Place = { readonly inTable: string } | { readonly folder: string } | { readonly id: string };

/** @throws Error if a path doesn't exist */
function placeOf(named: string): Place {
  const inTable = modelIdInTable(named);
  if (inTable !== undefined) return { inTable };
  // npm runs in the program's folder; INIT_CWD is the folder from which it was called.
  const folder = path.resolve(process.env.INIT_CWD ?? ".", named);
  if (fs.existsSync(folder)) return { folder };
  const isPath = named.endsWith(".json") || named.startsWith(".") || path.isAbsolute(named);
  if (isPath) throw new Error(`There is no file or folder ${named}. Specify a config.json, its folder, or a Hugging Face ID.`);
  return { id: named };
}

/** Loaded on demand: the table needs no connection. */
function hubModels(): typeof import("../hubModels") {
  return require("../hubModels");
}
