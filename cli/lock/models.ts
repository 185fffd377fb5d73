/** The models of a stack that neither the table of models nor a config.json describes: from the lock file, otherwise from the Hugging Face Hub. */
import type { LocatedDeployment } from "../../config/decisions";
import { type ConfigError, configError } from "../../config/errors";
import { findLockedModel, type LockedModel, modelKey, plannedModel, recordedModel } from "../../config/lockModels";
import { describedByHub } from "../../config/requirements";
import { gatedModel } from "../../config/rules/gated";
import { isSameModel } from "../../config/rules/revisions";
import { modelIdInTable } from "../../facts/models";
import type { HubRecord } from "../../operations/hub";
import { PlanError } from "../../planner/codes";
import { modelFromRecord } from "../../planner/fit/fromRecord";
import type { Model } from "../../planner/fit/model";

/** Reads the record of a model from the Hub. @throws Error with one sentence */
export type ReadRecord = (id: string, revision: string | undefined) => Promise<HubRecord>;

/** A model that the lock file records. */
export interface DescribedModel {
  readonly model: Model;
  readonly commit: string;
  /** Key in the lock file, and what it records. */
  readonly key: string;
  readonly recorded: LockedModel;
  /** Whether the Hub confirmed the commit in this run. */
  readonly isConfirmed: boolean;
}

export type Described = { readonly described?: DescribedModel } | { readonly errors: readonly ConfigError[] };

export interface DescribeOptions {
  /** The models of the existing lock file. */
  readonly locked: Readonly<Record<string, LockedModel>> | undefined;
  /** Commit in the lock file, for a deployment whose requirements didn't change. */
  readonly lockedCommit: string | undefined;
  readonly hasToken: boolean;
  readonly readRecord: ReadRecord;
}

/**
 * Describes the model of a deployment. The lock file is first: its decisions stay the same, and `--check` needs no connection. Without errors
 * and without a description, another source describes the model.
 */
export async function describeModel(found: LocatedDeployment, options: DescribeOptions): Promise<Described> {
  const { path, settings } = found;
  const id = settings.vllm?.model;
  const inTable = id === undefined ? undefined : modelIdInTable(id);
  if (id !== undefined && inTable !== undefined && inTable !== id) return { errors: [otherSpelling(path, id, inTable)] };
  const named = describedByHub(settings);
  if (named === undefined) return {};
  const wanted = named.revision ?? options.lockedCommit;
  const before = findLockedModel(options.locked, named.id, wanted);
  const described =
    before === undefined
      ? await readModel(path, named.id, wanted, options.readRecord)
      : { described: describedModel(named.id, before.commit, before.recorded, false) };
  if ("errors" in described) return described;
  const isRefused = described.described.recorded.gated && settings.vllm?.source === "hub" && !options.hasToken;
  return isRefused ? { errors: [gatedModel(path, named.id)] } : described;
}

function describedModel(id: string, commit: string, recorded: LockedModel, isConfirmed: boolean): DescribedModel {
  return { model: plannedModel(id, recorded), commit, key: modelKey(id, commit), recorded, isConfirmed };
}

async function readModel(path: string, id: string, revision: string | undefined, readRecord: ReadRecord) {
  try {
    const record = await readRecord(id, revision);
    if (record.id !== id && isSameModel(record.id, id)) return { errors: [otherSpelling(path, id, record.id)] };
    const { license, gated = false } = record;
    const recorded = recordedModel(modelFromRecord(record), { ...(license === undefined ? {} : { license }), gated });
    return { described: describedModel(id, record.commit, recorded, true) };
  } catch (error) {
    const problem = error instanceof PlanError ? error.problem.message : (error as Error).message;
    return { errors: [configError("MOOR120", `${path}.vllm.model`, { problem, allowed, fix })] };
  }
}

const allowed = "a model on the Hugging Face Hub that this machine can read, or a model with `vllm.configJson`";
const fix =
  "Correct the cause and run the command again, or set `vllm.configJson` to a copy of the model's config.json in this repository.";

function otherSpelling(path: string, given: string, right: string): ConfigError {
  const problem = `${given} is ${right} on Hugging Face. The names of the weights and of the deployment depend on the spelling.`;
  return configError("MOOR069", `${path}.vllm.model`, { problem, allowed: right });
}
