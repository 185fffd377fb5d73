/** Rules about maps of any kind: no key that every JavaScript object has, and no nesting without end. */
import { type Mistake, mistake } from "../mistakes";
import { deepest } from "../strictYaml";
import { walk } from "../walk";

/** `__proto__`, `constructor` and others: as a key of a map they would be dropped, or found where the file doesn't have them. */
export const inheritedKeys: readonly string[] = Object.getOwnPropertyNames(Object.prototype).sort();
const inherited = new Set(inheritedKeys);

/**
 * Keys that can't be kept apart from those of every object, and values that are nested too deep. Where there are some, no other rule may look
 * at the values.
 * @param root Prefix of every path. @default none
 * @param isFree Whether a path leads into a value that is passed on as it is.
 */
export function structureMistakes(tree: unknown, isFree: (path: string) => boolean = () => false, root = ""): Mistake[] {
  const mistakes: Mistake[] = [];
  const place = (path: string) => [root, path].filter((part) => part !== "").join(".");
  for (const { key = "", depth, path } of walk(tree, deepest)) {
    if (depth === deepest) {
      const problem = `The value is nested more than ${deepest} levels deep.`;
      return [mistake("MOOR062", place(path().split(".").slice(0, 8).join(".")), { problem, allowed: `at most ${deepest} levels` })];
    }
    if (!inherited.has(key) || isFree(path())) continue;
    const problem = `The key ${JSON.stringify(key)} is unknown here: every object has it.`;
    mistakes.push(mistake("MOOR001", place(path()), { problem, allowed: "another name" }));
  }
  return mistakes;
}

/** A sample request and its answer are the model's own. */
export function isSample(path: string): boolean {
  return /^moor:endpoints\.[^.]+\.deployments\.[^.]+\.check\.(?:request|answer)\./.test(path);
}
