/** Replacements: Pulumi deletes a resource and creates another one in its place. */
import { parseArmId, sameArmId } from "../../azure/armId";
import type { Check } from "../finding";
import { UNKNOWN } from "../values";
import { type Change, concerns, type Door, doorCheck } from "./door";
import { replacingDoors } from "./immutable";
import { storageDoors } from "./stores";
import { valuableTypes } from "./valuables";

/** The name in Azure of a resource that holds data or serves requests. */
const nameDoor: Door = {
  code: "MOOR523",
  types: valuableTypes,
  check({ before, after }) {
    // The name of a resource that wasn't written yet can be unknown. Without the old ID, nothing is replaced.
    if (before.id === undefined || sameArmId(before.id, after.id)) return [];
    const was = nameOf(before.id);
    if (after.id === undefined) return [doorCheck("MOOR523", "unknown", after, "name", was, UNKNOWN)];
    const now = nameOf(after.id);
    // With the same name, the resource group or the parent is another one.
    return was === now
      ? [doorCheck("MOOR523", "violated", after, "id", before.id, after.id)]
      : [doorCheck("MOOR523", "violated", after, "name", was, now)];
  },
};

function nameOf(id: string): string {
  return parseArmId(id)?.name ?? id.split("/").at(-1)!;
}

/** Changes that make Pulumi replace the resource. */
const replacementDoors: readonly Door[] = [
  ...replacingDoors,
  // azure-native replaces a storage account whose hierarchical namespace changes.
  ...storageDoors.filter(({ code }) => code === "MOOR514"),
  nameDoor,
];

/**
 * Checks a replacement: the changes because of which the resource is replaced, and whether it holds data or serves requests. `before` is the
 * resource in the state or in Azure.
 */
export function checkReplacement(change: Change): Check[] {
  return replacementDoors.flatMap((door) => (concerns(door, change.after) ? door.check(change) : []));
}
