/** Describes how an image differs from the one in the lock file: by files and settings instead of hashes. */
import type { RecordedRequirements } from "../planner/decision";
import { type RequirementDifference, requirementDifferences } from "./lockFile";
import { shortPair } from "./shortDigests";

/** Whether a requirement describes the image. */
export function isOfImage({ key }: Pick<RequirementDifference, "key">): boolean {
  return key === "image" || key.startsWith("image.");
}

/**
 * One text for each difference between the images of two sets of requirements, both with an image.
 * @param settingText Text for a changed setting, such as a build argument.
 */
export function imageDifferenceTexts(
  locked: RecordedRequirements,
  required: RecordedRequirements,
  settingText: (difference: RequirementDifference) => string,
): string[] {
  const differences = requirementDifferences(locked, required).filter(isOfImage);
  const folder = folderOf(required);
  if (folder === undefined || folder !== folderOf(locked)) return [fromTo("the image", origin(locked), origin(required))];
  const repository = repositoryDifference(locked, required);
  const texts = differences.flatMap((difference) => textOf(difference, plainFolder(required), settingText));
  if (texts.length > 0 || repository.length > 0) return [...repository, ...texts];
  // Only hashes differ.
  if (required["image.layer"] !== undefined) return [`the Dockerfile of ${plainFolder(required)} changed`];
  const dockerfile = required["image.dockerfile"];
  return [`the files of ${plainFolder(required)}${dockerfile === undefined ? "" : ` or ${dockerfile}`} changed`];
}

/** The folder that an image is made from, with the way. Undefined for an image by digest. */
function folderOf(requirements: RecordedRequirements): string | undefined {
  const { "image.layer": layer, "image.build": build } = requirements;
  if (layer !== undefined) return `layer ${layer}`;
  return build === undefined ? undefined : `build ${build}`;
}

function plainFolder({ "image.layer": layer, "image.build": build }: RecordedRequirements): string {
  return String(layer ?? build);
}

function origin(requirements: RecordedRequirements): string {
  const folder = folderOf(requirements);
  return folder === undefined ? String(requirements.image) : `${requirements.image} (${folder})`;
}

function repositoryDifference(locked: RecordedRequirements, required: RecordedRequirements): string[] {
  const [before, now] = [locked, required].map(({ image }) => /^[^@:]+/.exec(String(image))?.[0] ?? "");
  return before === now ? [] : [`the repository was ${before} and is now ${now}`];
}

/** A hash that follows from other values has no text. */
function textOf(difference: RequirementDifference, folder: string, settingText: (difference: RequirementDifference) => string): string[] {
  const { key, locked, required } = difference;
  if (key === "image" || key === "image.inputs" || key === "image.baseConfig") return [];
  if (key === "image.base") return [fromTo(`the base of ${folder}`, String(locked), String(required))];
  const [, file] = /^image\.files\.(.+)$/s.exec(key) ?? [];
  return [file === undefined ? settingText(difference) : fileText(`the file ${file} of ${folder}`, difference)];
}

/** The value of a file is `<digest> <mode>`. */
function fileText(file: string, { locked, required }: RequirementDifference): string {
  if (locked === undefined) return `${file} was added`;
  if (required === undefined) return `${file} was removed`;
  const [before = [], now = []] = [locked, required].map((value) => String(value).split(" "));
  return before[0] === now[0] ? `the mode of ${file} was ${before[1]} and is now ${now[1]}` : `${file} changed`;
}

function fromTo(what: string, from: string, to: string): string {
  const [before, now] = shortPair(from, to);
  return `${what} was ${before} and is now ${now}`;
}
