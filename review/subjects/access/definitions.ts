/** Custom roles whose permissions change. */

import { sameArmId } from "../../../azure/armId";
import { SCORE_ACTION } from "../../../facts/roles";
import { isBody, isOpaque, type RuleResource, type Value, valueAt } from "../../../rules";
import { powersOf } from "../../../rules/exposure";
import { at } from "../../../rules/resource";
import type { ResourceChange, StackChange } from "../../change";
import { listed, shortened } from "../../lists";
import type { Notice } from "../../section";

const definitionType = "Microsoft.Authorization/roleDefinitions";

export function definitionNotices({ changes }: StackChange): Notice[] {
  return changes.filter(({ type, kind }) => sameArmId(type, definitionType) && kind !== "same").flatMap(noticesOf);
}

function noticesOf({ name, kind, before, after }: ResourceChange): Notice[] {
  if (after === undefined) return [{ severity: "note", text: `The custom role ${name} is deleted.` }];
  const [was, is] = [before === undefined ? new Set<string>() : actionsOf(before), actionsOf(after)];
  const gained = [...is].filter((action) => !was.has(action));
  const lost = [...was].filter((action) => !is.has(action));
  const isGranting = powersIn(after).includes("grant roles") && (before === undefined || !powersIn(before).includes("grant roles"));
  if (kind === "create" && gained.every((action) => action === SCORE_ACTION)) {
    return [{ severity: "note", text: `The custom role ${name} is created. It only allows calls to an endpoint.` }];
  }
  const allows = isGranting
    ? "allows to grant roles"
    : gained.length > 0
      ? `allows ${kind === "create" ? "" : "more: "}${listed(gained)}`
      : "";
  const texts = [allows, lost.length > 0 ? `no longer allows ${listed(lost)}` : ""].filter(Boolean);
  if (texts.length === 0) return [];
  return [{ severity: isGranting ? "danger" : "look", text: shortened(`The custom role ${name} ${texts.join(", and ")}.`, 300) }];
}

function powersIn(definition: RuleResource) {
  const permissions = at(definition, "properties.permissions");
  return Array.isArray(permissions) ? powersOf(permissions.filter(isBody)) : [];
}

/** Allowed actions, and excluded ones with `not`. Only texts in the form of actions are shown. */
function actionsOf(definition: RuleResource): Set<string> {
  const permissions = at(definition, "properties.permissions");
  if (!Array.isArray(permissions)) return new Set(isOpaque(permissions) ? ["actions that are known only during the update"] : []);
  return new Set(
    permissions.flatMap((permission: Value) => [
      ...listOf(permission, "actions"),
      ...listOf(permission, "dataActions"),
      ...listOf(permission, "notActions").map((action) => `all but ${action}`),
      ...listOf(permission, "notDataActions").map((action) => `all but ${action}`),
    ]),
  );
}

function listOf(permission: Value, key: string): string[] {
  const list = valueAt(permission, key);
  if (!Array.isArray(list)) return [];
  return list.map((action) => (typeof action === "string" && /^[\w./*-]{1,150}$/.test(action) ? action : "an action that can't be shown"));
}
