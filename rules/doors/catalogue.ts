/** The catalogue of one-way doors: how each is caught. */
import type { DoorCode } from "./codes";

/**
 * - `inPlace`: by the old and the new inputs of an update.
 * - `replacement`: by the resource in Azure and the inputs of the one that would replace it.
 * - `removal`: by a resource of the state that the program no longer declares, and by live reads.
 * - `softDeletedName`: by the list of soft-deleted resources, before a creation.
 */
export type DoorWay = "inPlace" | "replacement" | "removal" | "softDeletedName";

const inPlace: readonly DoorWay[] = ["inPlace"];
const both: readonly DoorWay[] = ["inPlace", "replacement"];

export const doorWays = {
  MOOR501: inPlace,
  MOOR502: inPlace,
  MOOR503: inPlace,
  MOOR504: inPlace,
  MOOR505: inPlace,
  MOOR506: inPlace,
  MOOR507: inPlace,
  MOOR508: inPlace,
  MOOR509: inPlace,
  MOOR510: inPlace,
  MOOR511: inPlace,
  MOOR512: inPlace,
  MOOR513: inPlace,
  MOOR514: both,
  MOOR515: inPlace,
  MOOR516: inPlace,
  MOOR517: inPlace,
  MOOR518: inPlace,
  MOOR519: inPlace,
  MOOR520: inPlace,
  MOOR521: inPlace,
  MOOR522: both,
  MOOR523: ["replacement"],
  MOOR524: both,
  MOOR525: ["removal"],
  MOOR526: ["removal"],
  MOOR527: ["softDeletedName"],
  MOOR528: ["softDeletedName"],
} as const satisfies Record<DoorCode, readonly DoorWay[]>;
