/** Secrets whose value changes. Their values are never shown. */
import { armTypeOf } from "../../../azure/resourceTypes";
import { isOfType } from "../../../rules/resource";
import { SECRET, valueAt } from "../../../rules/values";
import type { ResourceChange, StackChange } from "../../change";
import { type Danger, merged, type Statement } from "./danger";

const secretType = armTypeOf("keyvault:Secret");

export function secretDangers(change: StackChange): Danger[] {
  return merged(change.changes.flatMap(statementOf), change);
}

function statementOf({ kind, before, after, step, name }: ResourceChange): Statement[] {
  const resource = after ?? before;
  if (kind === "same" || resource === undefined || name !== step.name) return [];
  if (!isOfType(resource, secretType)) {
    if (kind !== "update" || !changesSecret(step)) return [];
    return [{ severity: "note", resource, says: "a secret setting changes.", short: "changed" }];
  }
  switch (kind) {
    case "create":
      return [{ severity: "note", resource, says: "created.", short: "created" }];
    case "replace":
      return [{ severity: "look", resource, says: "deleted and created again, with a new version.", short: "replaced" }];
    case "delete":
      return [{ severity: "look", resource, says: "deleted. Instances that start later and need it fail.", short: "deleted" }];
    case "update": {
      const says = "its value changes. Running instances keep the previous value until they restart.";
      return changesSecret(step) ? [{ severity: "note", resource, says, short: "changed" }] : [];
    }
    default:
      return kind satisfies never;
  }
}

/** Whether a changed input is a secret. The engine's paths contain indexes and quoted keys: `receivers[0].uri`. */
function changesSecret({ changed, before, after }: ResourceChange["step"]): boolean {
  const paths = changed.map((path) => path.replace(/\["?([^\]"]*)"?\]/g, ".$1"));
  return paths.some((path) => [before, after].some((state) => state !== undefined && valueAt(state.inputs, path) === SECRET));
}
