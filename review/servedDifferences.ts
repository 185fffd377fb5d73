/** How two deployments of one label differ in what they serve. */
import type { Served, ServedPart } from "./served";

const order = ["model", "revision", "image", "servedName", "flags", "size"] as const satisfies readonly ServedPart[];

/** The parts that differ. An unknown value differs from a known one. */
export function differingParts(before: Served, after: Served): ServedPart[] {
  return order.filter((part) => (part === "flags" ? changedFlags(before, after).length > 0 : before[part] !== after[part]));
}

function changedFlags({ flags: before = {} }: Served, { flags: after = {} }: Served): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !ownParts.has(name));
  return names.filter((name) => before[name] !== after[name]).sort();
}

/** Flags that are parts of their own. */
const ownParts: ReadonlySet<string> = new Set(["--served-model-name", "--revision"]);

/** Flags that the planner derives from the size and the load. They affect speed and capacity, not the model. */
const sizingFlags: ReadonlySet<string> = new Set([
  ...["--tensor-parallel-size", "--gpu-memory-utilization", "--max-num-seqs", "--max-num-batched-tokens"],
]);

/** Whether the same model, image and flags run on another size. */
export function isOnlySizeChange(before: Served, after: Served): boolean {
  const parts = differingParts(before, after).filter((part) => part !== "flags" || affectsModel(before, after));
  return parts.length === 1 && parts[0] === "size";
}

/** Whether a changed flag can affect what the model answers. */
export function affectsModel(before: Served, after: Served): boolean {
  return changedFlags(before, after).some((flag) => !sizingFlags.has(flag));
}

/** The differences as text, for example `model Qwen/Qwen2.5-7B-Instruct to Qwen/Qwen3-8B, flag --max-num-seqs`. */
export function differenceText(before: Served, after: Served): string {
  return differingParts(before, after)
    .map((part) => texts[part](before, after))
    .join(", ");
}

const texts: Readonly<Record<ServedPart, (before: Served, after: Served) => string>> = {
  model: (before, after) => fromTo("model", before.model, after.model),
  revision: (before, after) => fromTo("revision", before.revision, after.revision),
  image: (before, after) => fromTo("image", before.image, after.image),
  servedName: (before, after) => fromTo("model name for clients", before.servedName, after.servedName),
  flags: (before, after) => flagText(changedFlags(before, after)),
  size: (before, after) => fromTo("size", before.size, after.size),
};

function fromTo(what: string, before: string | undefined, after: string | undefined): string {
  return `${what} ${before ?? "unknown"} to ${after ?? "unknown"}`;
}

const shownFlags = 3;

function flagText(flags: readonly string[]): string {
  const more = flags.length - shownFlags;
  const shown = flags.slice(0, shownFlags).join(" ");
  return `${flags.length === 1 ? "flag" : "flags"} ${shown}${more > 0 ? ` and ${more} more` : ""}`;
}

/** What distinguishes two deployments of one label, in a few words. */
export interface Distinction {
  /** For example both models. Undefined if the values are too long. */
  readonly values?: readonly [string, string];
  /** What the new deployment has, for example `new image`. */
  readonly kind: string;
}

/** Undefined if they don't differ in a part that a review prints. */
export function distinction(before: Served, after: Served): Distinction | undefined {
  const differing = differingParts(before, after);
  const part = isOnlySizeChange(before, after) ? "size" : differing[0];
  if (part === undefined) return undefined;
  const { kind, word } = short[part];
  const [was, is] = [word(before), word(after)];
  return was === undefined || is === undefined ? { kind } : { kind, values: [was, is] };
}

interface ShortText {
  readonly kind: string;
  readonly word: (served: Served) => string | undefined;
}

const short: Readonly<Record<ServedPart, ShortText>> = {
  model: { kind: "new model", word: ({ model }) => model?.split("/").at(-1) },
  revision: { kind: "new revision", word: ({ revision }) => revision && `revision ${revision}` },
  image: { kind: "new image", word: ({ image }) => image && `image ${image.split(":").at(-1)}` },
  servedName: { kind: "new model name for clients", word: ({ servedName }) => servedName && `model name ${servedName}` },
  flags: { kind: "new flags", word: () => undefined },
  size: { kind: "new size", word: ({ size }) => size },
};
