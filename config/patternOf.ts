/** The pattern that the settings of a deployment select. */
import { type Pattern, patterns } from "../planner/pattern";
import type { DeploymentSettings } from "./stackFile";

/** The settings under the key of a pattern. */
export type PatternSettings<P extends Pattern> = NonNullable<DeploymentSettings[P]>;

/** One function for each pattern, which takes the settings under the key of the pattern. */
export type PatternTable<Result, More extends readonly unknown[] = []> = {
  readonly [P in Pattern]: (own: PatternSettings<P>, ...more: More) => Result;
};

/** The patterns whose keys are set. An invalid stack file can have none or several. */
export function patternsIn(settings: Readonly<Partial<Record<Pattern, unknown>>>): Pattern[] {
  return patterns.filter((pattern) => settings[pattern] !== undefined);
}

/**
 * The pattern of a deployment.
 * @throws Error if the settings have no pattern, which the endpoint rules report earlier
 */
export function patternOf(settings: DeploymentSettings): Pattern {
  const [pattern] = patternsIn(settings);
  if (pattern === undefined) throw new Error(`The deployment has none of ${patterns.join(", ")}.`);
  return pattern;
}

/** Calls the function for the pattern of the deployment. */
export function byPattern<Result, More extends readonly unknown[]>(
  table: PatternTable<Result, More>,
  settings: DeploymentSettings,
  ...more: More
): Result {
  const entry = <P extends Pattern>(pattern: P) => table[pattern](settings[pattern]!, ...more);
  return entry(patternOf(settings));
}
