/** Rules for all maps: no key that every JavaScript object has, and limited nesting. */
import { type ConfigError, configError } from "../errors";
import { deepest } from "../strictYaml";
import { walk } from "../walk";

/** Keys such as `__proto__` and `constructor`: JavaScript would drop them, or find them in a map that doesn't contain them. */
export const inheritedKeys: readonly string[] = Object.getOwnPropertyNames(Object.prototype).sort();
const inherited = new Set(inheritedKeys);

/**
 * Reports keys that every object has, and values that are nested too deep. If there are any, no other rule can check the values.
 * @param root Prefix of each path. @default - none
 * @param isFree Whether the path is inside a value that is passed through unchanged.
 */
export function structureErrors(tree: unknown, isFree: (path: string) => boolean = () => false, root = ""): ConfigError[] {
  const errors: ConfigError[] = [];
  const place = (path: string) => [root, path].filter((part) => part !== "").join(".");
  for (const { key = "", depth, path } of walk(tree, deepest)) {
    if (depth === deepest) {
      const problem = `The value is nested more than ${deepest} levels deep.`;
      return [configError("MOOR062", place(path().split(".").slice(0, 8).join(".")), { problem, allowed: `at most ${deepest} levels` })];
    }
    if (!inherited.has(key) || isFree(path())) continue;
    const problem = `The key ${JSON.stringify(key)} is reserved in JavaScript.`;
    errors.push(configError("MOOR001", place(path()), { problem, allowed: "a different key" }));
  }
  return errors;
}

/** Whether a path is inside a sample request or its answer, whose keys depend on the model. */
export function isSample(path: string): boolean {
  return /^moor:endpoints\.[^.]+\.deployments\.[^.]+\.check\.(?:request|answer)\./.test(path);
}
