/** What may happen to a stack between two runs, at random, and how a run may end. */
import * as fc from "fast-check";

export type Label = "main" | "next" | "third";

export type Edit =
  /** Another model under a label, which is added where it isn't there. */
  | { readonly kind: "change"; readonly label: Label; readonly recipe: number }
  | { readonly kind: "keep" | "rollback" | "remove" | "inPlace"; readonly label: Label }
  /** The same model under another label, which takes over the share. */
  | { readonly kind: "rename"; readonly label: Label; readonly to: Label }
  | { readonly kind: "weight"; readonly label: Label; readonly weight: number }
  /** Requests copied to a label without weight, and to no other. */
  | { readonly kind: "mirror"; readonly label: Label; readonly mirror: number }
  /** A number of instances, or bounds of autoscale. */
  | { readonly kind: "size"; readonly label: Label; readonly instances?: number; readonly max?: number }
  /** A tag on everything, which changes in place. */
  | { readonly kind: "tag"; readonly value: number }
  /** What autoscale does between runs, to what has requests and is its own. */
  | { readonly kind: "grow"; readonly instances: number };

/** How a run ends: by itself, at the gate, or killed after so many calls that write. */
export interface End {
  /** Whether the gate refuses whom it asks. */
  readonly refused: boolean;
  /** @default - the run is not killed */
  readonly killedAfter?: number;
}

export const undisturbed: End = { refused: false };

/** Concurrent requests per instance, by recipe. */
export const concurrencies = [8, 8, 4, 6] as const;

const label = fc.constantFrom<Label>("main", "main", "next", "next", "third");

export const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("change" as const), label, recipe: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("weight" as const), label, weight: fc.constantFrom(0, 1, 10, 50, 99, 100) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("keep" as const, "rollback" as const, "remove" as const), label }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("inPlace" as const), label }) },
  fc.record({ kind: fc.constant("rename" as const), label, to: label }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("mirror" as const), label, mirror: fc.constantFrom(0, 10, 50) }) },
  fc.record({ kind: fc.constant("size" as const), label, instances: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant("size" as const), label, max: fc.integer({ min: 2, max: 5 }) }),
  fc.record({ kind: fc.constant("tag" as const), value: fc.integer({ min: 1, max: 3 }) }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("grow" as const), instances: fc.integer({ min: 1, max: 5 }) }) },
);

/** Runs of one stack, each after some edits. */
export type History = readonly (readonly [edits: readonly Edit[], end: End])[];

export function histories(end: fc.Arbitrary<End>, runs: { readonly min: number; readonly max: number }): fc.Arbitrary<History> {
  return fc.array(fc.tuple(fc.array(edit, { minLength: 1, maxLength: 3 }), end), { minLength: runs.min, maxLength: runs.max });
}
