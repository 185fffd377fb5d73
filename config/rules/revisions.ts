/** Rules about commits of models: a commit belongs to one repository, and stays behind when only the model's name is changed. */
import { type Lock, lockFileName, readLock } from "../lockFile";
import { type Mistake, mistake } from "../mistakes";
import type { RawStack } from "../settings";
import type { SettingsDraft } from "./draft";

/** A commit whose model is known. */
export interface KnownCommit {
  /** Hugging Face id. */
  readonly model: string;
  readonly revision: string;
  /** Where that stands, for instance `moor.lock.prod.yaml, chat/main`. */
  readonly where: string;
}

/** What the stack's own lock and the locks beside it know, as far as they can be read. */
export function commitsOfLocks({ stack, lock, locksBeside = {} }: RawStack): KnownCommit[] {
  const texts = Object.entries({ ...(lock === undefined ? {} : { [stack]: lock }), ...locksBeside });
  return texts.flatMap(([name, text]) => {
    const read = readLock(name, text);
    return "lock" in read ? commitsOfLock(read.lock) : [];
  });
}

/** Commits of the decisions that a lock holds, the previous ones included. */
function commitsOfLock({ stack, endpoints }: Lock): KnownCommit[] {
  return Object.entries(endpoints).flatMap(([endpoint, labels]) =>
    Object.entries(labels).flatMap(([label, { current, previous }]) =>
      [current.model, previous?.model].flatMap((model) =>
        model === undefined ? [] : [{ model: model.id, revision: model.revision, where: `${lockFileName(stack)}, ${endpoint}/${label}` }],
      ),
    ),
  );
}

/** Commits that the stack file names. */
export function commitsOfSettings(stack: string, { "moor:endpoints": endpoints = {} }: SettingsDraft) {
  return Object.entries(endpoints).flatMap(([endpoint, settings]) =>
    Object.entries(settings?.deployments ?? {}).flatMap(([label, deployment]) => {
      const { model, revision } = deployment?.vllm ?? {};
      if (model === undefined || revision === undefined) return [];
      return [{ model, revision, endpoint, label, where: `Pulumi.${stack}.yaml, ${endpoint}/${label}` }];
    }),
  );
}

/**
 * Commits of the stack file that belong to another model.
 * @param known Commits of which the model is known: those of locks, and those that Hugging Face has confirmed. A commit may belong to two
 * models: a repository that was renamed answers to both names.
 */
export function revisionMistakes(stack: string, draft: SettingsDraft, known: readonly KnownCommit[]): Mistake[] {
  const named = commitsOfSettings(stack, draft);
  const models = new Map<string, KnownCommit[]>();
  for (const commit of [...known, ...named]) models.set(commit.revision, [...(models.get(commit.revision) ?? []), commit]);
  return named.flatMap((commit) => {
    const { model, revision, endpoint, label } = commit;
    const all = models.get(revision) ?? [];
    // Of two deployments of the stack file, the first is taken at its word.
    const before = all.slice(0, all.indexOf(commit));
    const foreign = before.find((other) => !isSameModel(other.model, model));
    if (foreign === undefined || before.some((other) => isSameModel(other.model, model))) return [];
    const problem = `The commit ${revision} is one of ${foreign.model} (${foreign.where}), not of ${model}.`;
    return [foreignCommit(`moor:endpoints.${endpoint}.deployments.${label}`, model, problem)];
  });
}

/** @param path Of the deployment. */
export function foreignCommit(path: string, model: string, problem: string): Mistake {
  return mistake("MOOR064", `${path}.vllm.revision`, { problem, allowed: `a commit of ${model}` });
}

/** Hugging Face finds a repository whatever the case of its name. */
export function isSameModel(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
