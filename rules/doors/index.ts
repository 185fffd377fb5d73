/** The catalogue of one-way doors: changes that Azure can't undo, or that lose data. */
import type { Check } from "../finding";
import { type Change, concerns, type Door } from "./door";
import { immutableDoors } from "./immutable";
import { logDoors, registryDoors, storageDoors, vaultDoors } from "./stores";
import { workspaceDoors } from "./workspace";

export { type DoorWay, doorWays } from "./catalogue";
export { type DoorCode, type DoorKind, doorCodes } from "./codes";
export type { Change, Door } from "./door";
export { checkRemoval, type RemovalFacts } from "./removal";
export { checkReplacement } from "./replacement";
export { checkSoftDeleted, type SoftDeleted } from "./softDeleted";
export { valuableTypes } from "./valuables";

/** The doors for changes in place. */
export const doors: readonly Door[] = [...workspaceDoors, ...storageDoors, ...vaultDoors, ...registryDoors, ...logDoors, ...immutableDoors];

/** Checks a change in place. A change that goes through no door has no check. */
export function checkChange(change: Change): Check[] {
  return doors.flatMap((door) => (concerns(door, change.after) ? door.check(change) : []));
}
