/** Resolves the LoRA adapters of a deployment: their commits, or the hashes of their folders, and their ranks. */
import * as fs from "node:fs";
import * as path from "node:path";
import { adapterFilesIn, adapterHash } from "../../config/adapterFolder";
import { type ConfigError, configError } from "../../config/errors";
import type { NamedAdapter } from "../../config/requirements";
import type { HubAdapter } from "../../operations/hub";
import type { AdapterDecision } from "../../planner/decision";
import { adapterFiles, baseRelation, readAdapterConfig } from "../../planner/weights";

/**
 * Reads an adapter from the Hub, at a commit or at the newest one.
 * @throws Error with one sentence
 */
export type ReadAdapter = (id: string, revision: string | undefined) => Promise<HubAdapter>;

export interface AdapterInput {
  /** ID of the served model. */
  readonly model: string;
  readonly adapters: readonly NamedAdapter[];
  /** Path of `adapters` in the stack file. */
  readonly path: string;
  /** Folder of the stack file. */
  readonly folder: string;
  /** Adapters of the decision in the lock file. */
  readonly locked: readonly AdapterDecision[];
  /** Whether the requirements are those of the decision in the lock file, so that its commits stay. */
  readonly isUnchanged: boolean;
}

export interface ResolvedAdapters {
  readonly adapters: readonly AdapterDecision[];
  readonly errors: readonly ConfigError[];
  readonly notes: readonly string[];
}

/** Resolves all adapters. The Hub is not asked for a commit that is in the lock file already. */
export async function resolveAdapters(input: AdapterInput, readAdapter: ReadAdapter): Promise<ResolvedAdapters> {
  const each: ResolvedAdapters[] = [];
  for (const adapter of input.adapters) {
    each.push(adapter.model === undefined ? ofFolder(input, adapter) : await ofHub(input, adapter, adapter.model, readAdapter));
  }
  return {
    adapters: each.flatMap(({ adapters }) => adapters),
    errors: each.flatMap(({ errors }) => errors),
    notes: each.flatMap(({ notes }) => notes),
  };
}

async function ofHub(
  input: AdapterInput,
  { name, revision: given }: NamedAdapter,
  id: string,
  readAdapter: ReadAdapter,
): Promise<ResolvedAdapters> {
  const locked = input.locked.find((one) => one.name === name && one.id === id);
  const wanted = given ?? (input.isUnchanged ? locked?.revision : undefined);
  if (locked !== undefined && locked.revision === wanted) return found(locked);
  let adapter: HubAdapter;
  try {
    adapter = await readAdapter(id, wanted);
  } catch (error) {
    const allowed = "an adapter on the Hugging Face Hub that this machine can read, or `path` with a folder";
    const fix = "Correct the cause and run the command again, or copy the adapter into a folder and set `path`.";
    return failed(configError("MOOR093", `${input.path}.${name}.model`, { problem: (error as Error).message, allowed, fix }));
  }
  const { commit: revision } = adapter;
  return checked(input, { name, id, revision }, adapter, `${id} at ${revision}`);
}

/** A folder can be missing where only the lock file is read, for example on a build agent. Then the locked hash stays. */
function ofFolder(input: AdapterInput, { name, path: relative = "" }: NamedAdapter): ResolvedAdapters {
  const folder = path.resolve(input.folder, relative);
  const locked = input.locked.find((one) => one.name === name && one.id === undefined);
  if (!fs.existsSync(folder)) {
    if (input.isUnchanged && locked !== undefined) return found(locked);
    const problem = `The folder ${relative} doesn't exist.`;
    const fix = "Correct the path, or copy the adapter into the folder.";
    const allowed = `a folder with ${adapterFiles.config} and ${adapterFiles.weights}, relative to the stack file`;
    return failed(configError("MOOR093", `${input.path}.${name}.path`, { problem, allowed, fix }));
  }
  const files = adapterFilesIn(folder);
  const revision = adapterHash(files);
  if (locked?.revision === revision) return found(locked);
  const has = (file: string) => files.some((one) => one.path === file);
  const content = {
    config: has(adapterFiles.config) ? fs.readFileSync(path.join(folder, adapterFiles.config), "utf8") : undefined,
    hasWeights: has(adapterFiles.weights),
  };
  return checked(input, { name, revision }, content, `The folder ${relative}`);
}

/** @param where The adapter, as the subject of a sentence. */
function checked(
  { model, path: at }: AdapterInput,
  adapter: Omit<AdapterDecision, "rank">,
  { config, hasWeights }: Omit<HubAdapter, "commit">,
  where: string,
): ResolvedAdapters {
  const here = `${at}.${adapter.name}`;
  const missing = [...(config === undefined ? [adapterFiles.config] : []), ...(hasWeights ? [] : [adapterFiles.weights])];
  if (config === undefined || !hasWeights) {
    const problem = `${where} has no ${missing.join(" and no ")}.`;
    const allowed = `an adapter with ${adapterFiles.config} and ${adapterFiles.weights} in its root`;
    return failed(configError("MOOR093", here, { problem, allowed }));
  }
  const facts = readAdapterConfig(config);
  if ("problem" in facts) return failed(configError("MOOR093", here, { ...facts, problem: `${where}: ${facts.problem}` }));
  const { base, rank } = facts;
  const relation = baseRelation(base, model);
  const notes = {
    same: [],
    related: [
      `${adapter.name}: the adapter was trained for ${base}, which is another form of ${model}. Its answers can be worse. Compare them before you use it.`,
    ],
    unknown: [
      `${adapter.name}: adapter_config.json names no model of Hugging Face that the adapter was trained for${base === undefined ? "" : `, but ${base}`}. Check that it is ${model}.`,
    ],
  };
  if (relation === "other") {
    const problem = `${where} was trained for ${base}, but the deployment serves ${model}.`;
    return failed(configError("MOOR094", here, { problem, allowed: `an adapter of ${model}` }));
  }
  return { adapters: [{ ...adapter, rank }], errors: [], notes: notes[relation] };
}

function found(adapter: AdapterDecision): ResolvedAdapters {
  return { adapters: [adapter], errors: [], notes: [] };
}

function failed(error: ConfigError): ResolvedAdapters {
  return { adapters: [], errors: [error], notes: [] };
}
