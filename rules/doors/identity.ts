/** Doors for the managed identity of a resource. */
import { at, type RuleResource } from "../resource";
import { isBody, isOpaque, type Value } from "../values";
import type { DoorCode } from "./codes";
import { type Door, doorCheck, isSameValue } from "./door";

/** A door for the identity of a resource. */
export interface IdentityDoor {
  readonly code: DoorCode;
  readonly types: readonly string[];
  /** The type of identity that Azure uses if the body contains none. */
  readonly absent: string;
  /** Whether user-assigned identities can be added. */
  readonly mayGrow: boolean;
}

/** Returns the door for the type and the user-assigned identities of a resource. */
export function identityDoor({ code, types, absent, mayGrow }: IdentityDoor): Door {
  return {
    code,
    types,
    check({ before, after }) {
      const type = checkPair(code, after, "identity.type", identityType(before, absent), identityType(after, absent), isSameValue);
      const isSubset: Same = (was, now) => isList(was) && isList(now) && was.every((one) => now.includes(one));
      const assigned = "identity.userAssignedIdentities";
      return [...type, ...checkPair(code, after, assigned, identities(before), identities(after), mayGrow ? isSubset : isSameValue)];
    },
  };
}

type Same = (before: Value, after: Value) => boolean;

function checkPair(code: DoorCode, resource: RuleResource, property: string, before: Value, after: Value, isSame: Same) {
  if (isOpaque(before) || isOpaque(after)) return [doorCheck(code, "unknown", resource, property, before, after)];
  return isSame(before, after) ? [] : [doorCheck(code, "violated", resource, property, before, after)];
}

/** Azure accepts and returns `SystemAssigned,UserAssigned` with and without a space. */
function identityType(resource: RuleResource, absent: string): Value {
  const type = at(resource, "identity.type") ?? absent;
  return typeof type === "string" ? type.replaceAll(" ", "") : type;
}

/** The IDs in lower case, in alphabetical order. Azure returns a map by ID, and azure-native's inputs are a list. */
function identities(resource: RuleResource): Value {
  const value = at(resource, "identity.userAssignedIdentities") ?? [];
  const items: Value = isBody(value) ? Object.keys(value) : value;
  if (!isList(items)) return items;
  const opaque = items.find(isOpaque);
  return opaque ?? items.map((id) => String(id).toLowerCase()).sort();
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
