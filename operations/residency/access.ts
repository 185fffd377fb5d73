/** Rows of role assignments: who can send requests, and who can read keys, data and logs. */
import { parseArmId } from "../../azure/armId";
import { builtInPowers, powerActions, type RolePower } from "../../facts/roleAccess";
import { isBody, type RuleResource, type Value } from "../../rules";
import { builtInRole, isAboveGroups, powersOf, scopeOf } from "../../rules/exposure";
import { at, isOfType } from "../../rules/resource";
import type { AccessRow } from "./document";
import { basisOf, type Evidence, outcomeOfAll, subjectOf } from "./evidence";
import { safeText } from "./safe";

/** The row of a role assignment. */
export function accessRow(evidence: Evidence, assignment: RuleResource): AccessRow {
  const [principal, principalType, roleId] = ["principalId", "principalType", "roleDefinitionId"].map((key) =>
    at(assignment, `properties.${key}`),
  );
  const role = roleOf(evidence, roleId);
  const scope = scopeOf(assignment);
  const known = typeof principal === "string" ? knownAs(evidence, principal) : undefined;
  const proofs = evidence.checksOf(assignment).map((check) => evidence.proof(check));
  return {
    id: evidence.rowId("access", assignment),
    ...(typeof principal === "string" ? { principal } : {}),
    ...(known === undefined ? {} : { known }),
    ...(typeof principalType === "string" ? { principalType } : {}),
    role: role.name,
    ...(typeof roleId === "string" ? { roleId } : {}),
    ...(scope === undefined ? {} : { scope }),
    inherited: scope !== undefined && isAboveGroups(scope),
    can: role.can.filter((power) => applies(power, scope)),
    resource: subjectOf(assignment),
    basis: basisOf(assignment),
    outcome: outcomeOfAll(proofs),
    proofs,
  };
}

/** Whether a scope contains, or is, a resource on which the power can be used. A scope that isn't known yet can be any. */
function applies(power: RolePower, scope: string | undefined): boolean {
  const type = scope === undefined ? undefined : parseArmId(scope)?.type.toLowerCase();
  if (type === undefined || power === "grant roles" || power === "change resources") return true;
  return powerActions[power].some(({ action }) => action.toLowerCase().startsWith(`${type}/`));
}

/** Who has an object ID, if the stack knows it. */
function knownAs({ resources, contract }: Evidence, principal: string): string | undefined {
  const isSame = (value: Value) => typeof value === "string" && value.toLowerCase() === principal.toLowerCase();
  const owner = resources.find((one) => isSame(at(one, "properties.principalId")) && isOfType(one, identities));
  const system = resources.find((one) => isSame(at(one, "identity.principalId")));
  if (owner !== undefined || system !== undefined) return safeText((owner ?? system)!.name);
  return contract.principals.some(isSame) ? "listed in the stack file" : undefined;
}

const identities = "Microsoft.ManagedIdentity/userAssignedIdentities";

interface Role {
  readonly name: string;
  readonly can: readonly RolePower[];
}

function roleOf(evidence: Evidence, id: Value): Role {
  if (typeof id !== "string") return { name: "a role that the update creates", can: [] };
  const guid = id.split("/").at(-1)!.toLowerCase();
  const definition =
    evidence.set.find(id) ??
    evidence.resources.find(
      (one) => isOfType(one, "Microsoft.Authorization/roleDefinitions") && one.id?.toLowerCase().endsWith(`/${guid}`),
    );
  const builtIn = builtInRole(guid);
  const permissions = definition === undefined ? undefined : at(definition, "properties.permissions");
  const named = definition === undefined ? undefined : at(definition, "properties.roleName");
  const name = builtIn ?? (typeof named === "string" ? safeText(named) : guid);
  if (Array.isArray(permissions)) return { name, can: powersOf(permissions.filter(isBody)) };
  return { name, can: builtIn === undefined ? [] : (builtInPowers[builtIn] ?? []) };
}
