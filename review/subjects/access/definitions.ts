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
  const [was, is] = [allowedBy(before), allowedBy(after)];
  const more = (one: Permissions, other: Permissions) => [...minus(one.allowed, other.allowed), ...minus(other.excluded, one.excluded)];
  const gained = kind === "create" ? is.allowed : more(is, was);
  const lost = kind === "create" ? [] : more(was, is);
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

interface Permissions {
  readonly allowed: readonly string[];
  readonly excluded: readonly string[];
}

function allowedBy(definition: RuleResource | undefined): Permissions {
  const value = definition && at(definition, "properties.permissions");
  if (value !== undefined && isOpaque(value)) return { allowed: ["actions that are known only during the update"], excluded: [] };
  const permissions = Array.isArray(value) ? value : [];
  const lists = (...keys: readonly string[]) => [...new Set(permissions.flatMap((one) => keys.flatMap((key) => listOf(one, key))))];
  return { allowed: lists("actions", "dataActions"), excluded: lists("notActions", "notDataActions") };
}

function minus(list: readonly string[], other: readonly string[]): string[] {
  return list.filter((one) => !other.includes(one));
}

/** Only texts in the form of actions are shown. */
function listOf(permission: Value, key: string): string[] {
  const list = valueAt(permission, key);
  if (!Array.isArray(list)) return [];
  return list.map((action) => (typeof action === "string" && /^[\w./*-]{1,150}$/.test(action) ? action : "an action that can't be shown"));
}
