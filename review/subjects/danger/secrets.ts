/** Secrets whose value changes. Their values are never shown. */
import { armTypeOf } from "../../../azure/resourceTypes";
import { isOfType } from "../../../rules/resource";
import type { ChangeKind, StackChange } from "../../change";
import { type Danger, merged, type Statement } from "./danger";

const secret = armTypeOf("keyvault:Secret");

const says: Readonly<Record<Exclude<ChangeKind, "same">, string>> = {
  create: "created.",
  update: "its value changes. Running instances keep the previous value until they restart.",
  replace: "deleted and created again.",
  delete: "deleted. Instances that start later and need it fail.",
};

export function secretDangers(change: StackChange): Danger[] {
  const statements = change.changes.flatMap(({ kind, before, after, step }): Statement[] => {
    const resource = after ?? before;
    if (kind === "same" || resource === undefined || !isOfType(resource, secret)) return [];
    const isValue = step.changed.some((path) => path.startsWith("properties.value"));
    if (kind === "update" && !isValue) return [];
    return [
      { severity: kind === "delete" ? "look" : "note", resource, says: says[kind], short: kind === "delete" ? "deleted" : "changed" },
    ];
  });
  return merged(statements, change);
}
