/** Names of soft-deleted resources: Azure keeps a deleted Key Vault or workspace for a time, and its name with it. */
import { parseArmId, sameArmId } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import type { Check } from "../finding";
import { isOfType, type RuleResource } from "../resource";
import { checked } from "../rule";
import { UNKNOWN } from "../values";
import { type DoorCode, type DoorKind, doorCodes } from "./codes";

/** A soft-deleted resource, as Azure lists it. */
export interface SoftDeleted {
  /** ARM ID that it had before the deletion (`properties.vaultId`, or the ID of the workspace). */
  readonly id: string;
  /** Day on which Azure purges it, for example 2027-02-28. @default - not known */
  readonly purgedOn?: string;
}

interface NamedType {
  readonly code: DoorCode;
  readonly type: string;
  /** Whether the name must be unique in all of Azure instead of in the resource group. */
  readonly isGlobal: boolean;
}

const namedTypes: readonly NamedType[] = [
  { code: "MOOR527", type: armTypeOf("keyvault:Vault"), isGlobal: true },
  { code: "MOOR528", type: armTypeOf("machinelearningservices:Workspace"), isGlobal: false },
];

/**
 * Checks the names of resources that a run creates.
 * @param created Resources that don't exist yet
 * @param deleted The soft-deleted Key Vaults and workspaces of the subscription
 */
export function checkSoftDeleted(created: readonly RuleResource[], deleted: readonly SoftDeleted[]): Check[] {
  return namedTypes.flatMap((named) => {
    const taken = deleted.filter(({ id }) => sameArmId(parseArmId(id)?.type, named.type));
    return created.filter((resource) => isOfType(resource, named.type)).flatMap((resource) => checkName(resource, named, taken));
  });
}

function checkName(resource: RuleResource, { code, isGlobal }: NamedType, taken: readonly SoftDeleted[]): Check[] {
  const allowed = "a name that no soft-deleted resource has";
  if (taken.length === 0) return [];
  if (resource.id === undefined) {
    const problem = "Its name is known only during the update.";
    return [checked(code, "unknown", resource, "name", UNKNOWN, { problem, allowed })];
  }
  const { lost }: DoorKind = doorCodes[code];
  const name = (id: string) => parseArmId(id)?.name;
  const own = resource.id;
  const found = taken.find(({ id }) => (isGlobal ? sameArmId(name(id), name(own)) : sameArmId(id, own)));
  if (found === undefined) return [];
  const when = found.purgedOn === undefined ? "" : ` Azure purges it on ${found.purgedOn}.`;
  const problem = `A soft-deleted resource has the name ${name(own)}: ${found.id}.${when} ${lost}`;
  return [checked(code, "violated", resource, "name", name(own), { problem, allowed })];
}
