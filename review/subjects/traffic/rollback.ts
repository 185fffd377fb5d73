/** How to undo a change of traffic. */
import type { StackChange } from "../../change";
import { creationMinutes, inParallel, minutesText } from "../../minutes";
import { type EndpointPair, type LabelChange, weightOf } from "../../shares";

/**
 * `kept`: the previous deployment stays. `created`: it is deleted, so a rollback creates it again. `inPlace`: the deployment itself changes,
 * so a rollback changes it again.
 */
export type Rollback = "kept" | "created" | "inPlace";

const shownLabels = 4;

/** @param labels Labels whose weights change. */
export function rollbackOfWeights({ key, after }: EndpointPair, labels: readonly LabelChange[]): string {
  const existed = labels.flatMap(({ before }) => before).filter(({ deployment }) => deployment !== undefined);
  const deleted = existed.filter(({ name }) => !after?.deployments.some((one) => one.name === name));
  const weights = labels.slice(0, shownLabels).map(({ label, before }) => `${label} ${weightOf(before)}`);
  const more = labels.length > shownLabels ? ` and ${labels.length - shownLabels} more` : "";
  const set = `To roll back, set the previous weights of ${key} again (${weights.join(", ")}${more}), then run pulumi up`;
  const minutes = longestCreation(deleted.flatMap(({ deployment }) => deployment?.resource ?? []));
  if (deleted.length === 0) return `${set}; the deployments are kept, so it takes effect without a new start.`;
  return `${set}; it creates the deleted deployments again${minutes}.`;
}

/** @param label A label whose deployment is replaced. */
export function rollbackOfReplacement(key: string, label: LabelChange, kind: Rollback, change: StackChange): string {
  const minutes = longestCreation(label.before.flatMap(({ deployment }) => deployment?.resource ?? []));
  switch (kind) {
    case "kept":
      return `To roll back: npm run lock -- -s ${change.preview.stack} --rollback ${key}/${label.label}, then pulumi up; the previous deployment is kept, so it takes effect without a new start.`;
    case "created":
      return `The previous deployment is deleted after the last requests have ended: a rollback creates it again${minutes}.`;
    case "inPlace":
      return `To roll back, apply the previous stack file and lock file again; the instances start again${minutes}.`;
  }
}

function longestCreation(deployments: readonly Parameters<typeof creationMinutes>[0][]): string {
  return deployments.length === 0 ? "" : `, which takes ${minutesText(inParallel(deployments.map(creationMinutes)))}`;
}
