/** Describes requirements that differ from those in the lock file. */
import type { RecordedRequirements } from "../planner/decision";
import { show } from "./errors";
import type { RequirementDifference } from "./lockFile";

/** Number of differences that a message lists. A layer can have hundreds of files. */
const mostListed = 20;

/** One text for each difference. For an image that is built, the lock file has only the hash of all inputs. */
export function differenceTexts(differences: readonly RequirementDifference[], required: RecordedRequirements): string[] {
  const texts = differences
    .slice(0, mostListed)
    .map(({ key, locked, required: is }) =>
      key === "image.inputs" && locked !== undefined && is !== undefined
        ? `the files of ${required["image.build"]}, its Dockerfile or its build arguments changed (${key} was ${show(locked)} and is now ${show(is)})`
        : `${key} was ${show(locked)} and is now ${show(is)}`,
    );
  const more = differences.length - texts.length;
  return more > 0 ? [...texts, `${more} more differences`] : texts;
}
