/** What a stack wants of its endpoint, and how edits change it; what a stack file and a lock hold between them. */
import { concurrencies, type Edit, type Label } from "./edits";

export interface Wish {
  /** What the stack file says; after a rollback the lock says another. */
  readonly asked: number;
  readonly recipe: number;
  readonly previous?: number;
  readonly keepPrevious: boolean;
  readonly inPlace: boolean;
  readonly weight: number;
  readonly mirror: number;
  readonly instances: number;
  /** Bounds of autoscale are `instances` and this. @default - the number of instances is fixed */
  readonly max?: number;
}

/** In the order of the stack file. */
export type Wishes = ReadonlyMap<Label, Wish>;

const fresh = { keepPrevious: false, inPlace: false, mirror: 0, instances: 1, max: 4 };

export function afterEdit(wishes: Wishes, edit: Edit): Wishes {
  if (edit.kind === "grow" || edit.kind === "tag") return wishes;
  const { label } = edit;
  const wish = wishes.get(label);
  const next = new Map(wishes);
  const set = (changes: Partial<Wish>) => wish && next.set(label, { ...wish, ...changes });
  if (edit.kind === "change") {
    const { recipe } = edit;
    if (wish === undefined) next.set(label, { ...fresh, asked: recipe, recipe, weight: wishes.size === 0 ? 100 : 0 });
    else if (wish.asked !== recipe) set({ asked: recipe, recipe, previous: wish.recipe === recipe ? wish.previous : wish.recipe });
  }
  // The stack file rejects an endpoint without a deployment.
  if (edit.kind === "remove" && wishes.size > 1) next.delete(label);
  // The stack file rejects the two together: an in-place update changes the previous deployment itself.
  if (edit.kind === "keep") set({ keepPrevious: !wish?.keepPrevious, inPlace: false });
  if (edit.kind === "inPlace") set({ inPlace: !wish?.inPlace, keepPrevious: false });
  if (edit.kind === "weight") set({ weight: edit.weight });
  if (edit.kind === "size") set({ instances: edit.instances ?? 1, max: edit.max });
  if (edit.kind === "rollback" && wish?.previous !== undefined) set({ recipe: wish.previous, previous: wish.recipe });
  if (edit.kind === "mirror") {
    for (const [other, one] of next) next.set(other, { ...one, mirror: other === label ? edit.mirror : 0 });
  }
  if (edit.kind === "rename" && wish !== undefined && !wishes.has(edit.to)) {
    next.set(edit.to, { ...wish, asked: wish.recipe, previous: undefined, mirror: 0 });
    set({ weight: 0 });
  }
  return next;
}

/** Maximum capacity of a label in the stack, in concurrent requests. */
export function allowedRequests({ recipe, instances, max }: Wish): number {
  return (max ?? instances) * concurrencies[recipe - 1]!;
}
