/** Resources that Pulumi no longer protects from deletion. */
import type { StackChange } from "../../change";
import { noticeText, resourcesText } from "../../words";
import type { Danger } from "./danger";

export function protectionDangers(change: StackChange): Danger[] {
  const unprotected = change.changes.filter(({ step, before, after }) => {
    const wasProtected = step.before?.protect === true && step.after?.protect === false;
    // A template contains further resources, but only the template itself is a resource of Pulumi.
    return wasProtected && before !== undefined && after?.name === step.name;
  });
  if (unprotected.length === 0) return [];
  const names = resourcesText(unprotected, change);
  const text = noticeText(`${names}: no longer protected. A later change of the stack file can delete it without a further step.`);
  return [{ severity: "look", text, label: `${names}: no longer protected`, rollback: "Restore the stack file, and apply it again." }];
}
