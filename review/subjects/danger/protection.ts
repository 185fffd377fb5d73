/** Resources that Pulumi or a lock of Azure no longer protects from deletion. */
import { armTypeOf } from "../../../azure/resourceTypes";
import { isOfType } from "../../../rules/resource";
import type { StackChange } from "../../change";
import { noticeText, resourcesText } from "../../words";
import type { Danger } from "./danger";

const lock = armTypeOf("authorization:ManagementLockByScope");

export function protectionDangers(change: StackChange): Danger[] {
  return [...unprotected(change), ...unlocked(change)];
}

function unlocked(change: StackChange): Danger[] {
  const locks = change.changes.flatMap(({ kind, before }) =>
    kind === "delete" && before !== undefined && isOfType(before, lock) ? [before] : [],
  );
  if (locks.length === 0) return [];
  const names = resourcesText(locks, change);
  const text = noticeText(`${names}: deleted. Azure no longer rejects the deletion of the resources that it locked.`);
  return [{ severity: "look", text, label: `${names}: deleted`, rollback: "Restore the stack file, and apply it again." }];
}

function unprotected(change: StackChange): Danger[] {
  const resources = change.changes.filter(({ step, before, after }) => {
    const wasProtected = step.before?.protect === true && step.after?.protect === false;
    // A template contains further resources, but only the template itself is a resource of Pulumi.
    return wasProtected && before !== undefined && after?.name === step.name;
  });
  if (resources.length === 0) return [];
  const names = resourcesText(resources, change);
  const text = noticeText(`${names}: no longer protected from deletion by a later change of the stack file.`);
  return [{ severity: "look", text, label: `${names}: no longer protected`, rollback: "Restore the stack file, and apply it again." }];
}
