/** Custom roles: what they allow, and where they can be assigned. */
import { groupOf, isWithinArmId } from "../../../azure/armId";
import { SCORE_ACTION } from "../../../facts/roles";
import type { Check } from "../../finding";
import { at, type ResourceSet, type RuleResource } from "../../resource";
import { checked, type Rule } from "../../rule";
import { isOpaque, type Value, valueAt, valueText } from "../../values";
import { isOneOf, itemsOf, unknownText } from "../checks";
import { ENDPOINT, ROLE_DEFINITION, WORKSPACE } from "../types";
import { isAboveGroups } from "./assignment";
import { RESOURCE_GROUP } from "./table";

const PERMISSIONS = "properties.permissions";
const SCOPES = "properties.assignableScopes";
const ALLOWED_SCOPES = "the resource group of the stack, or that of its workspace";

function check(resource: RuleResource, property: string, value: Value, outcome: Check["outcome"], problem: string, allowed: string): Check {
  const text = outcome === "unknown" ? unknownText(property, value) : problem;
  return checked("MOOR483", outcome, resource, property, value, { problem: text, allowed });
}

function actionChecks(resource: RuleResource): Check[] {
  const permissions = at(resource, PERMISSIONS);
  const one = (property: string, value: Value) => {
    const outcome = isOpaque(value) ? "unknown" : isOneOf(value, SCORE_ACTION) ? "holds" : "violated";
    return check(resource, property, value, outcome, `The role allows ${valueText(value)}.`, SCORE_ACTION);
  };
  if (isOpaque(permissions)) return [one(PERMISSIONS, permissions)];
  return itemsOf(permissions).flatMap((permission, index) =>
    ["actions", "dataActions"].flatMap((kind) => {
      const property = `${PERMISSIONS}.${index}.${kind}`;
      const actions = valueAt(permission, kind);
      if (isOpaque(actions)) return [one(property, actions)];
      return itemsOf(actions).map((action, number) => one(`${property}.${number}`, action));
    }),
  );
}

/** The stack's resource group, and that of an adopted workspace with its endpoints. Empty if they aren't known. */
function groupsOf(resources: ResourceSet): string[] {
  const ids = (type: string) => resources.ofType(type).flatMap(({ id }) => (id === undefined ? [] : [id]));
  return [...ids(RESOURCE_GROUP), ...[WORKSPACE, ENDPOINT].flatMap(ids).map(groupOf)];
}

function scopeChecks(resource: RuleResource, resources: ResourceSet): Check[] {
  const scopes = at(resource, SCOPES);
  const groups = groupsOf(resources);
  const isOwn = (scope: string) => !isAboveGroups(scope) && (groups.length === 0 || groups.some((group) => isWithinArmId(scope, group)));
  const one = (property: string, value: Value) => {
    const outcome = isOpaque(value) ? "unknown" : typeof value === "string" && isOwn(value) ? "holds" : "violated";
    return check(resource, property, value, outcome, `The role can be assigned in ${valueText(value)}.`, ALLOWED_SCOPES);
  };
  if (isOpaque(scopes)) return [one(SCOPES, scopes)];
  const items = itemsOf(scopes);
  return items.length === 0 ? [one(SCOPES, scopes)] : items.map((scope, index) => one(`${SCOPES}.${index}`, scope));
}

/** Built-in roles, which Azure returns too, are not the stack's. */
export const definitionRule: Rule = {
  code: "MOOR483",
  types: [ROLE_DEFINITION],
  check(resource, { resources }) {
    if (isOneOf(at(resource, "properties.type"), "BuiltInRole")) return [];
    return [...actionChecks(resource), ...scopeChecks(resource, resources)];
  },
};
