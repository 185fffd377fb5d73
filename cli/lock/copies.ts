/**
 * Values that a stack file shares with one beside it and that belong to one stack: a copy for another region keeps them. They are told and not
 * refused: networks that are never connected may overlap, and an image has the same digest in every registry that it was pushed to.
 */
import { overlaps, parseCidr } from "../../config/cidr";
import type { SettingsDraft } from "../../config/rules/draft";
import type { Settings } from "../../config/stackFile";
import { parseImage } from "../../config/wish";
import { canonicalRegion } from "../../facts/regions";
import { isPlaceholderDigest } from "../../planner/image";
import { canonicalJson } from "../../planner/names";

/** A stack file beside this one, as far as it can be read. */
export interface StackBeside {
  readonly stack: string;
  readonly draft: SettingsDraft;
}

/** One line for each value that is shared. */
export function copyNotes(settings: Settings, beside: readonly StackBeside[]): string[] {
  return beside.flatMap(({ stack, draft }) =>
    [...addressSpace(settings, draft), ...quota(settings, draft), ...images(settings, draft)].map(
      (note) => `Compare with Pulumi.${stack}.yaml: ${note}`,
    ),
  );
}

function addressSpace(mine: Settings, theirs: SettingsDraft): string[] {
  const [own = "", other = ""] = [mine, theirs].map((settings) => settings["moor:platform"]?.network?.create?.addressSpace);
  const [ownRange, otherRange] = [parseCidr(own), parseCidr(other)];
  if (ownRange === undefined || otherRange === undefined || !overlaps(ownRange, otherRange)) return [];
  const when = "Change one of them if the two networks are ever to be peered or reached from one network";
  return [`its address space ${other} overlaps ${own} of this stack. ${when}.`];
}

function quota({ "moor:quota": mine, "azure-native:location": here }: Settings, theirs: SettingsDraft): string[] {
  const there = canonicalRegion(theirs["azure-native:location"] ?? "");
  const isSame = Object.keys(mine).length > 0 && canonicalJson(mine) === canonicalJson(theirs["moor:quota"] ?? {});
  if (!isSame || there === "" || there === here) return [];
  return [`moor:quota is the same, and the stack is in ${there}. Azure grants quota by region: write here what ${here} has.`];
}

function images(mine: Settings, theirs: SettingsDraft): string[] {
  const [own = "create", other = "create"] = [mine, theirs].map((settings) => settings["moor:platform"]?.imageRegistry);
  // Each stack that creates a registry has one of its own.
  if (own !== "create" && own.toLowerCase() === other.toLowerCase()) return [];
  return Object.entries(mine["moor:images"]).flatMap(([pattern, image]) => {
    const digest = image === undefined ? "" : parseImage(image).digest;
    const shared = Object.entries(theirs["moor:images"] ?? {}).some(([name, theirImage]) => name === pattern && theirImage === image);
    if (digest === "" || !shared || isPlaceholderDigest(digest)) return [];
    const push = "and the stacks have different image registries. Push the image to this stack's registry too";
    return [`moor:images.${pattern} is the same (${digest.slice(0, 15)}...), ${push}.`];
  });
}
