/**
 * The reasons of decisions are comments of the lock: a reader of a pull request sees them above the values they explain, and no program
 * depends on their words. They are read back, so that the reasons of a previous decision live as long as it does.
 */
import type { Document, YAMLMap } from "yaml";
import type { DeploymentDecision } from "../planner/decision";
import { decisionDifferences } from "./decisionDifferences";
import type { Lock, LockData } from "./lockSchema";

const slots = ["current", "previous"] as const;

/** Whether a key of the lock is left to the comments. */
export const isReasons = (key: unknown): boolean => key === "reasons";

const changedFrom = "changed from ";

/** Writes reasons as comments above their decisions, and above a current one in what it differs from the one before. */
export function writeReasons(document: Document, { endpoints }: Lock): void {
  for (const { path, decision, before } of decisionsOf<DeploymentDecision>(endpoints)) {
    const lines = [...(before === undefined ? [] : changes(before, decision)), ...decision.reasons];
    if (lines.length === 0) continue;
    (document.getIn(path) as CommentedMap).commentBefore = lines.map((line) => ` ${line}`).join("\n");
  }
}

/** In a pull request the decision before is the old text and the current one all new, so what differs has to be said. */
function changes(before: DeploymentDecision, current: DeploymentDecision): string[] {
  const differences = decisionDifferences(before, current).filter(({ where }) => where !== "name");
  return differences.map(({ where, from, to }) => `${changedFrom}${before.name}: ${where} ${from} → ${to}`);
}

/** The lock with the reasons that its comments give. */
export function readReasons(document: Document, data: LockData): Lock {
  for (const { path, decision } of decisionsOf<object>(data.endpoints)) {
    const lines = commentOf(document.getIn(path) as CommentedMap).split("\n");
    Object.assign(decision, { reasons: lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith(changedFrom)) });
  }
  return data as Lock;
}

type CommentedMap = YAMLMap<{ commentBefore?: string | null }>;

/** A comment above a map is the map's own or that of its first key. */
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

/** All decisions with their paths. */
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
