/**
 * Finds values that should differ between stacks but are equal to those of another stack file, for example after copying it for another
 * region. They are notes, not errors: networks that are never connected can overlap, and an image has the same digest in all registries.
 */
import { overlaps, parseCidr } from "../../config/cidr";
import { pinnedImage } from "../../config/images/resolve";
import type { SettingsDraft } from "../../config/rules/draft";
import type { Settings } from "../../config/stackFile";
import { canonicalRegion } from "../../facts/regions";
import { isPlaceholderDigest } from "../../planner/image";
import { canonicalJson } from "../../planner/names";

/** The valid parts of another stack file in the folder. */
export interface OtherStack {
  readonly stack: string;
  readonly draft: SettingsDraft;
}

/** One line for each shared value. */
export function copyNotes(settings: Settings, others: readonly OtherStack[]): string[] {
  return others.flatMap(({ stack, draft }) =>
    [...addressSpace(settings, draft), ...quota(settings, draft), ...images(settings, draft)].map(
      (note) => `Comparison with Pulumi.${stack}.yaml: ${note}`,
    ),
  );
}

function addressSpace(mine: Settings, theirs: SettingsDraft): string[] {
  const [own = "", other = ""] = [mine, theirs].map((settings) => settings["moor:platform"]?.network?.create?.addressSpace);
  const [ownRange, otherRange] = [parseCidr(own), parseCidr(other)];
  if (ownRange === undefined || otherRange === undefined || !overlaps(ownRange, otherRange)) return [];
  const when = "Change one of them if the networks will be peered or must be reachable from the same network";
  return [`its address space ${other} overlaps with ${own} of this stack. ${when}.`];
}

function quota({ "moor:quota": mine, "azure-native:location": here }: Settings, theirs: SettingsDraft): string[] {
  const there = canonicalRegion(theirs["azure-native:location"] ?? "");
  const isSame = Object.keys(mine).length > 0 && canonicalJson(mine) === canonicalJson(theirs["moor:quota"] ?? {});
  if (!isSame || there === "" || there === here) return [];
  return [
    `moor:quota is the same, but that stack is in ${there}. Azure grants quota per region. Set the quota of ${here} in this stack file.`,
  ];
}

function images(mine: Settings, theirs: SettingsDraft): string[] {
  const [own = "create", other = "create"] = [mine, theirs].map((settings) => settings["moor:platform"]?.imageRegistry);
  // Each stack that creates a registry has a different one.
  if (own !== "create" && own.toLowerCase() === other.toLowerCase()) return [];
  return Object.entries(mine["moor:images"]).flatMap(([pattern, image]) => {
    // Each stack publishes its other images itself.
    if (typeof image !== "string") return [];
    const { digest } = pinnedImage(image);
    const shared = Object.entries(theirs["moor:images"] ?? {}).some(([name, theirImage]) => name === pattern && theirImage === image);
    if (!shared || isPlaceholderDigest(digest)) return [];
    const push = "but the stacks have different container registries. Also push the image to the registry of this stack";
    return [`moor:images.${pattern} is the same (${digest.slice(0, 15)}...), ${push}.`];
  });
}
