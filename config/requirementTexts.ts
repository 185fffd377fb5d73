/** Describes requirements that differ from those in the lock file. */
import type { RecordedRequirements } from "../planner/decision";
import { show } from "./errors";
import type { RequirementDifference } from "./lockFile";

/** Maximum number of differences in a message. A layer can have hundreds of files. */
const mostListed = 20;

/** Maximum length of a value, in characters. It is enough for an image with its digest. */
const longestValue = 160;

/**
 * Returns one text for each difference. The lock file doesn't list the files of a built image or the contents of a Dockerfile, so a change
 * of these is described by the folder.
 */
export function differenceTexts(differences: readonly RequirementDifference[], required: RecordedRequirements): string[] {
  const keys = differences.map(({ key }) => key).filter((key) => key.startsWith("image"));
  const texts = differences.slice(0, mostListed).map(({ key, locked, required: is }) => {
    const text = `${key} was ${show(locked, longestValue)} and is now ${show(is, longestValue)}`;
    if (key === "image.inputs" && locked !== undefined && is !== undefined) {
      return `the files of ${required["image.build"]}, its Dockerfile or its build arguments changed (${text})`;
    }
    const isDockerfile = key === "image" && keys.length === 1 && required["image.layer"] !== undefined;
    return isDockerfile ? `the Dockerfile of ${required["image.layer"]} changed (${text})` : text;
  });
  const more = differences.length - texts.length;
  return more > 0 ? [...texts, `${more} more differences`] : texts;
}
