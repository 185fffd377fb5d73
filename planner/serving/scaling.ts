/** When a deployment gets or loses an instance. */
import type { ScaleRule } from "../decision";

/**
 * What a rule means where it says nothing, in minutes. Decisions and locks leave out what is equal to these, so they never change: another
 * value here would change what existing locks mean.
 */
export const scaleDefaults = { scaleOutWindowMinutes: 5, scaleInWindowMinutes: 15, cooldownMinutes: 15 } as const;

/** The rule with its defaults filled in. */
export function completeRule({ scaleOutAbove, scaleInBelow, ...given }: ScaleRule): Required<ScaleRule> {
  return {
    scaleOutAbove,
    scaleInBelow,
    scaleOutWindowMinutes: given.scaleOutWindowMinutes ?? scaleDefaults.scaleOutWindowMinutes,
    scaleInWindowMinutes: given.scaleInWindowMinutes ?? scaleDefaults.scaleInWindowMinutes,
    cooldownMinutes: given.cooldownMinutes ?? scaleDefaults.cooldownMinutes,
  };
}
