/**
 * The reasons of decisions are comments of the lock: a reader of a pull request sees them above the values they explain, and no program
 * depends on their words. They are read back, so that the reasons of a previous decision live as long as it does.
 */
import type { Document, YAMLMap } from "yaml";
import type { Lock, LockData } from "./lockFile";

const slots = ["current", "previous"] as const;

/** Whether a key of the lock is left to the comments. */
export const isReasons = (key: unknown): boolean => key === "reasons";

/** Writes reasons as comments above their decisions. */
export function writeReasons(document: Document, { endpoints }: Lock): void {
  for (const { path, decision } of decisionsOf(endpoints)) {
    if (decision.reasons.length === 0) continue;
    (document.getIn(path) as CommentedMap).commentBefore = decision.reasons.map((reason) => ` ${reason}`).join("\n");
  }
}

/** The lock with the reasons that its comments give. */
export function readReasons(document: Document, data: LockData): Lock {
  for (const { path, decision } of decisionsOf<object>(data.endpoints)) {
    const lines = commentOf(document.getIn(path) as CommentedMap).split("\n");
    Object.assign(decision, { reasons: lines.map((line) => line.trim()).filter((line) => line !== "") });
  }
  return data as Lock;
}

type CommentedMap = YAMLMap<{ commentBefore?: string | null }>;

/** A comment above a map is the map's own or that of its first key. */
function commentOf({ commentBefore, items }: CommentedMap): string {
  return commentBefore ?? items[0]?.key.commentBefore ?? "";
}

type Endpoints<Decision> = Readonly<Record<string, Readonly<Record<string, { readonly current: Decision; readonly previous?: Decision }>>>>;

/** All decisions with their paths. */
function decisionsOf<Decision>(endpoints: Endpoints<Decision>): { readonly path: string[]; readonly decision: Decision }[] {
  return Object.entries(endpoints).flatMap(([endpoint, labels]) =>
    Object.entries(labels).flatMap(([label, entry]) =>
      slots.flatMap((slot) => {
        const decision = entry[slot];
        return decision === undefined ? [] : [{ path: ["endpoints", endpoint, label, slot], decision }];
      }),
    ),
  );
}
