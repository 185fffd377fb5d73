export { chooseIdentity, type Identity, type IdentityChoice } from "./identity";
export { warnOfMissingRoles as askForRoles } from "./roleRequest";
export { type Grant, grantRole, type RolesOwner, type RoleTimes, roleDefinitionId, roleTimes, roleWait, stableGuid } from "./roles";
