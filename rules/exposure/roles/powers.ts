/** What the permissions of a role definition allow. */
import { powerActions, type RolePower, rolePowers } from "../../../facts/roleAccess";
import { matchesAction } from "../../../facts/roles";
import type { Body, Value } from "../../values";

/** @param permissions `properties.permissions` of a role definition. */
export function powersOf(permissions: readonly Body[]): RolePower[] {
  return rolePowers.filter((power) =>
    powerActions[power].some(({ action, data }) =>
      permissions.some((one) => {
        const [allowed, denied] = data === true ? ["dataActions", "notDataActions"] : ["actions", "notActions"];
        return covers(one[allowed!], action) && !covers(one[denied!], action);
      }),
    ),
  );
}

function covers(patterns: Value, action: string): boolean {
  return Array.isArray(patterns) && patterns.some((pattern) => typeof pattern === "string" && matchesAction(pattern, action));
}
