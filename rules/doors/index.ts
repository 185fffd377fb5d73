/** The catalogue of one-way doors. */
import type { Door } from "./door";

export type { Change, Door } from "./door";

export const doors: readonly Door[] = [];
