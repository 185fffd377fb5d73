/**
 * Stores the reasons for decisions as comments in the lock file: a reviewer of a pull request sees them above the values that they explain,
 * and no program depends on their wording. They are read back, so that a previous decision keeps its reasons.
 */
import type { Document, YAMLMap } from "yaml";
import type { DeploymentDecision } from "../planner/decision";
import { decisionDifferences } from "./decisionDifferences";
import type { Lock, LockData } from "./lockSchema";

const slots = ["current", "previous"] as const;

/** Whether a key is written as comments. */
export const isReasons = (key: unknown): boolean => key === "reasons";

const changedFrom = "changed from ";

/**
 * Writes the reasons as comments above their decisions. Above a current decision, also writes its differences from the previous decision.
 */
export function writeReasons(document: Document, { endpoints }: Lock): void {
  for (const { path, decision, before } of decisionsOf<DeploymentDecision>(endpoints)) {
    const lines = [...(before === undefined ? [] : changes(before, decision)), ...decision.reasons];
    if (lines.length === 0) continue;
    (document.getIn(path) as CommentedMap).commentBefore = lines.map((line) => ` ${line}`).join("\n");
  }
}

/** In a pull request, the previous decision shows as old text and the current one as entirely new text, so the differences are listed. */
function changes(before: DeploymentDecision, current: DeploymentDecision): string[] {
  const differences = decisionDifferences(before, current).filter(({ where }) => where !== "name");
  return differences.map(({ where, from, to }) => `${changedFrom}${before.name}: ${where} ${from} → ${to}`);
}

/** Adds the reasons from the comments to the data of a lock file. */
export function readReasons(document: Document, data: LockData): Lock {
  for (const { path, decision } of decisionsOf<object>(data.endpoints)) {
    const lines = commentOf(document.getIn(path) as CommentedMap).split("\n");
    Object.assign(decision, { reasons: lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith(changedFrom)) });
  }
  return data as Lock;
}

type CommentedMap = YAMLMap<{ commentBefore?: string | null }>;

/** The comment above a map. The parser assigns it to the map or to its first key. */
function commentOf({ commentBefore, items }: CommentedMap): string {
  return commentBefore ?? items[0]?.key.commentBefore ?? "";
}

type Endpoints<Decision> = Readonly<Record<string, Readonly<Record<string, { readonly current: Decision; readonly previous?: Decision }>>>>;

interface LocatedDecision<Decision> {
  readonly path: string[];
  readonly decision: Decision;
  /** The previous decision of a current one. */
  readonly before?: Decision;
}

/** All decisions and their paths. */
function decisionsOf<Decision>(endpoints: Endpoints<Decision>): LocatedDecision<Decision>[] {
  return Object.entries(endpoints).flatMap(([endpoint, labels]) =>
    Object.entries(labels).flatMap(([label, entry]) =>
      slots.flatMap((slot) => {
        const decision = entry[slot];
        const before = slot === "current" ? entry.previous : undefined;
        return decision === undefined ? [] : [{ path: ["endpoints", endpoint, label, slot], decision, before }];
      }),
    ),
  );
}
