/** Rules for model revisions: a commit belongs to one repository, and users forget to change it when they change the model. */

import { hasCommit } from "../../planner/weights";
import { type ConfigError, configError } from "../errors";
import { type Lock, lockFileName, readLock } from "../lockFile";
import type { RawStack } from "../settings";
import type { SettingsDraft } from "./draft";

/** A commit and the model to which it belongs. */
export interface KnownCommit {
  /** Model ID on Hugging Face. */
  readonly model: string;
  readonly revision: string;
  /** Where this is recorded, for example `moor.lock.prod.yaml, chat/main`. */
  readonly where: string;
}

/** The commits in the lock file of the stack and in the other readable lock files of the folder. */
export function commitsOfLocks({ stack, lock, otherLocks = {} }: RawStack): KnownCommit[] {
  const texts = Object.entries({ ...(lock === undefined ? {} : { [stack]: lock }), ...otherLocks });
  return texts.flatMap(([name, text]) => {
    const read = readLock(name, text);
    return "lock" in read ? commitsOfLock(read.lock) : [];
  });
}

/** The commits in the current and previous decisions of a lock file. */
function commitsOfLock({ stack, endpoints }: Lock): KnownCommit[] {
  return Object.entries(endpoints).flatMap(([endpoint, labels]) =>
    Object.entries(labels).flatMap(([label, { current, previous }]) =>
      [current.model, previous?.model].flatMap((model) =>
        model === undefined || !("revision" in model)
          ? []
          : [{ model: model.id, revision: model.revision, where: `${lockFileName(stack)}, ${endpoint}/${label}` }],
      ),
    ),
  );
}

/** The commits in the stack file. Registered models have none. */
export function commitsOfSettings(stack: string, { "moor:endpoints": endpoints = {} }: SettingsDraft) {
  return Object.entries(endpoints).flatMap(([endpoint, settings]) =>
    Object.entries(settings?.deployments ?? {}).flatMap(([label, deployment]) => {
      const { model, revision, source } = deployment?.vllm ?? {};
      if (model === undefined || revision === undefined || (source !== undefined && !hasCommit[source])) return [];
      return [{ model, revision, endpoint, label, where: `Pulumi.${stack}.yaml, ${endpoint}/${label}` }];
    }),
  );
}

/**
 * Reports commits in the stack file that belong to another model.
 * @param known Commits from lock files and commits that Hugging Face confirmed. A commit can belong to two models: a renamed repository can
 * be used by both names.
 */
export function revisionErrors(stack: string, draft: SettingsDraft, known: readonly KnownCommit[]): ConfigError[] {
  const named = commitsOfSettings(stack, draft);
  const models = new Map<string, KnownCommit[]>();
  for (const commit of [...known, ...named]) models.set(commit.revision, [...(models.get(commit.revision) ?? []), commit]);
  return named.flatMap((commit) => {
    const { model, revision, endpoint, label } = commit;
    const all = models.get(revision) ?? [];
    // If two deployments of the stack file conflict, the first one is taken as correct.
    const before = all.slice(0, all.indexOf(commit));
    const foreign = before.find((other) => !isSameModel(other.model, model));
    if (foreign === undefined || before.some((other) => isSameModel(other.model, model))) return [];
    const problem = `The commit ${revision} belongs to ${foreign.model} (${foreign.where}), not to ${model}.`;
    return [foreignCommit(`moor:endpoints.${endpoint}.deployments.${label}`, model, problem)];
  });
}

/** @param path Path of the deployment. */
export function foreignCommit(path: string, model: string, problem: string): ConfigError {
  return configError("MOOR064", `${path}.vllm.revision`, { problem, allowed: `a commit of ${model}` });
}

/** Repository names on Hugging Face are case-insensitive. */
export function isSameModel(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
