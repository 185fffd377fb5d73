/** Which pattern a deployment's settings choose, and what holds for it. */
import { type Pattern, patterns } from "../planner/pattern";
import type { DeploymentSettings } from "./stackFile";

/** What a stack file says under the key of a pattern. */
export type PatternSettings<P extends Pattern> = NonNullable<DeploymentSettings[P]>;

/** A function for each pattern. It takes the settings under the pattern's key. */
export type PatternTable<Result, More extends readonly unknown[] = []> = {
  readonly [P in Pattern]: (own: PatternSettings<P>, ...more: More) => Result;
};

/** The patterns whose keys have a value. A stack file with mistakes may have none of them, or several. */
export function patternsIn(settings: Readonly<Partial<Record<Pattern, unknown>>>): Pattern[] {
  return patterns.filter((pattern) => settings[pattern] !== undefined);
}

/**
 * The pattern of a deployment.
 * @throws if the settings have none, which the rules about endpoints refuse
 */
export function patternOf(settings: DeploymentSettings): Pattern {
  const [pattern] = patternsIn(settings);
  if (pattern === undefined) throw new Error(`The deployment has none of ${patterns.join(", ")}.`);
  return pattern;
}

/** What the table's function for the deployment's pattern returns. */
export function byPattern<Result, More extends readonly unknown[]>(
  table: PatternTable<Result, More>,
  settings: DeploymentSettings,
  ...more: More
): Result {
  const entry = <P extends Pattern>(pattern: P) => table[pattern](settings[pattern]!, ...more);
  return entry(patternOf(settings));
}
