/** The models of a lock file that its decisions were made from. */
import { commitOf } from "../planner/weights";
import { splitKey } from "./lockModels";
import type { Lock, LockEntry } from "./lockSchema";

/** A lock file without the models to which no decision refers, nor, after a rollback, the requirements. */
export function withUsedModels({ models, ...lock }: Lock): Lock {
  const entries = Object.values(lock.endpoints).flatMap((labels) => Object.values(labels));
  const used = entries.flatMap(usesOf);
  const kept = Object.entries(models ?? {}).filter(([key]) => {
    const { id, commit } = splitKey(key);
    return used.some((use) => use.id === id && (use.commit === undefined || use.commit === commit));
  });
  return kept.length === 0 ? lock : { ...lock, models: Object.fromEntries(kept) };
}

interface Use {
  readonly id: string;
  readonly commit?: string;
}

function usesOf({ wish, current, previous, rolledBack }: LockEntry): Use[] {
  const decided = [current.model, previous?.model].flatMap((model) =>
    model === undefined ? [] : [{ id: model.id, commit: commitOf(model) }],
  );
  const id = wish["vllm.model"];
  if (rolledBack !== true || typeof id !== "string") return decided;
  const revision = wish["vllm.revision"];
  return [...decided, typeof revision === "string" ? { id, commit: revision } : { id }];
}
