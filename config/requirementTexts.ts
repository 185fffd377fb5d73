/** Describes requirements that differ from those in the lock file. */
import type { RequirementDifference } from "./lockFile";
import { showPair } from "./shortDigests";

/** Maximum number of differences in a message. A layer can have hundreds of files. */
const mostListed = 20;

/** Maximum length of a value, in characters. It is enough for most images. */
const longestValue = 160;

/** A changed setting. */
export function settingText({ key, locked, required }: RequirementDifference): string {
  const [before, now] = showPair(locked, required, longestValue);
  return `${key} was ${before} and is now ${now}`;
}

/** The texts of differences as one list. */
export function listed(texts: readonly string[]): string {
  const more = texts.length - mostListed;
  return [...texts.slice(0, mostListed), ...(more > 0 ? [`${more} more differences`] : [])].join("; ");
}
