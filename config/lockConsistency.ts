/** Whether a lock agrees with itself: an edit by hand, or a merge of two branches, may leave a wish beside a decision that wasn't made for it. */
import type { DeploymentDecision, RecordedRequirements } from "../planner/decision";
import { recipeHash } from "../planner/names";
import type { Pattern } from "../planner/pattern";
import type { Lock, LockEntry } from "./lockSchema";
import { type Mistake, mistake, show } from "./mistakes";

/**
 * All contradictions of a lock.
 * @param file Name of the file, the root of every path.
 * @param fix What to do about each.
 */
export function contradictions({ endpoints }: Lock, file: string, fix: string): Mistake[] {
  return Object.entries(endpoints).flatMap(([key, labels]) =>
    Object.entries(labels).flatMap(([label, entry]) => {
      const path = `${file}.endpoints.${key}.${label}`;
      return [...nameMistakes(path, label, entry), ...wishMistakes(path, entry)].map((found) => ({ ...found, fix }));
    }),
  );
}

function nameMistakes(path: string, label: string, { current, previous }: LockEntry): Mistake[] {
  const wrong = Object.entries({ current, previous }).flatMap(([slot, decided]) => {
    const name = decided && `${label}-${recipeHash(decided)}`;
    if (decided === undefined || decided.name === name) return [];
    const problem = `The name is ${show(decided.name)}, but the values beside it make ${show(name)}: one of them was edited.`;
    return [mistake("MOOR053", `${path}.${slot}.name`, { problem, allowed: "the hash over the values" })];
  });
  if (wrong.length > 0 || previous?.name !== current.name) return wrong;
  const problem = `The decision before is ${show(current.name)}, which is the current one.`;
  return [mistake("MOOR053", `${path}.previous.name`, { problem, allowed: "another decision, or none" })];
}

/** The decision that a wish was made for is the current one, or after a rollback the one before; a retired one can't be asked. */
function wishMistakes(path: string, { wish, current, previous, rolledBack }: LockEntry): Mistake[] {
  const decided = rolledBack ? previous : current;
  if (decided === undefined) return [];
  const copied = copies(decided);
  return Object.entries(wish).flatMap(([key, wished]) => {
    if (copied[key] === undefined || wished === copied[key] || (key === "size" && wished === "auto")) return [];
    const problem = `The wish has ${show(wished)}, but ${decided.name} was decided for ${show(copied[key])}.`;
    return [mistake("MOOR053", `${path}.wish.${key}`, { problem, allowed: show(copied[key]) })];
  });
}

/** Values that a decision takes over from its wish as they are. What is derived from a wish differs between versions of Moor. */
function copies(decision: DeploymentDecision): RecordedRequirements {
  const { instanceType, image, requestSettings, pattern } = decision;
  return {
    size: instanceType,
    image: `${image.repository}@${image.digest}`,
    requestTimeout: requestSettings.requestTimeout,
    ...patternCopies[pattern](decision),
  };
}

/** Those that a wish has under the key of its pattern. */
const patternCopies: Readonly<Record<Pattern, (decision: DeploymentDecision) => RecordedRequirements>> = {
  vllm: ({ model, requestSettings }) => ({
    "vllm.concurrencyPerInstance": requestSettings.maxConcurrentRequestsPerInstance,
    ...(model && { "vllm.model": model.id, "vllm.revision": model.revision, "vllm.source": model.source }),
  }),
  score: ({ requestSettings }) => ({ "score.concurrencyPerInstance": requestSettings.maxConcurrentRequestsPerInstance }),
};
