export { chooseIdentity, type Identity, type IdentityChoice } from "./identity";
export type { IsolationScope } from "./isolation";
export { reportMissingRoles, warnOfMissingRoles } from "./roleRequest";
export {
  type Grant,
  grantRole,
  grantRoleToAny,
  type RolesOwner,
  type RoleTimes,
  roleDefinitionId,
  roleTimes,
  roleWait,
  stableGuid,
} from "./roles";
