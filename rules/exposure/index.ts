/** Rules for exposure: public access, authentication, isolation and roles. */
import type { Rule } from "../rule";
import { blobRules } from "./blobs";
import { connectionRules } from "./connections";
import { containerRules } from "./containers";
import { dnsRules } from "./dns";
import { encryptionRules } from "./encryption";
import { endpointRules } from "./endpoints";
import { firewallRules } from "./firewalls";
import { identityRules } from "./identities";
import { keyRules } from "./keys";
import { logRules } from "./logs";
import { publicAccessRules } from "./publicAccess";
import { publicAddressRules } from "./publicAddresses";
import { recordingRules } from "./recording";
import { assignmentRule } from "./roles/assignmentRules";
import { definitionRule } from "./roles/definitionRules";
import { secretRules } from "./secrets";
import { securityGroupRules } from "./securityGroups";
import { subnetRules } from "./subnets";
import { transportRules } from "./transport";
import { vaultRules } from "./vaults";
import { workspaceRules } from "./workspaces";

export { builtInRole, isAboveGroups, scopeOf } from "./roles/assignment";
export { powersOf } from "./roles/powers";
export { type RoleRow, roleTable } from "./roles/table";

export const exposureRules: readonly Rule[] = [
  ...publicAccessRules,
  ...firewallRules,
  ...logRules,
  ...blobRules,
  ...connectionRules,
  ...securityGroupRules,
  ...subnetRules,
  ...publicAddressRules,
  ...dnsRules,
  ...containerRules,
  ...keyRules,
  ...vaultRules,
  ...transportRules,
  ...secretRules,
  ...encryptionRules,
  ...endpointRules,
  ...workspaceRules,
  ...identityRules,
  ...recordingRules,
  assignmentRule,
  definitionRule,
];
