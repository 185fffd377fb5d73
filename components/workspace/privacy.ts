/**
 * Properties of a workspace and its stores that transforms must not loosen.
 * Source: Azure docs, concept-enterprise-security and the documentation of each service.
 */
import type { Privacy, Requirement } from "../base/privacy";

const closed: Requirement = { allowed: ["Disabled"], why: "the resource could be reached from outside the network" };
const denied: Requirement = { allowed: ["Deny"], why: "addresses outside the network would have access" };
/** Azure's trusted services, or none. */
const trusted: Requirement = { allowed: ["AzureServices", "None"], why: "other services could bypass the network rules" };
const ownIdentity: Requirement = {
  allowed: "unchanged",
  why: "the identity would not have the required roles; to use another identity, set the argument `identity`",
};
const off = (why: string): Requirement => ({ allowed: [false], why });
const offOrAbsent = (why: string): Requirement => ({ allowed: [false, undefined], why });
const on = (why: string): Requirement => ({ allowed: [true], why });

const byKey = "clients with a key would have access without Microsoft Entra ID";

export const workspacePrivacy: Privacy = {
  publicNetworkAccess: closed,
  allowPublicAccessWhenBehindVnet: offOrAbsent("the workspace could be reached from outside the network"),
  "managedNetwork.isolationMode": { allowed: ["AllowOnlyApprovedOutbound"], why: "deployments could send data anywhere" },
  "managedNetwork.outboundRules": {
    allowed: [undefined],
    why: "deployments could send data to other destinations; to add rules, set the argument `outboundRules`",
  },
  v1LegacyMode: off("the workspace's network settings would not apply to endpoints"),
  systemDatastoresAuthMode: { allowed: ["Identity"], why: "the storage account would be accessed with its key" },
  "identity.type": ownIdentity,
  "identity.userAssignedIdentities": ownIdentity,
  primaryUserAssignedIdentity: ownIdentity,
};

export const storagePrivacy: Privacy = {
  publicNetworkAccess: closed,
  "networkRuleSet.defaultAction": denied,
  "networkRuleSet.bypass": trusted,
  allowBlobPublicAccess: off("containers could be read without credentials"),
  allowSharedKeyAccess: off(byKey),
  allowCrossTenantReplication: off("blobs could be copied to another tenant"),
  defaultToOAuthAuthentication: on(byKey),
  isLocalUserEnabled: offOrAbsent("local users would have access without Microsoft Entra ID"),
  isSftpEnabled: offOrAbsent("local users would have access without Microsoft Entra ID"),
  enableHttpsTrafficOnly: on("data could be transferred unencrypted"),
  minimumTlsVersion: { allowed: ["TLS1_2", "TLS1_3"], why: "insecure versions of TLS would be accepted" },
};

export const vaultPrivacy: Privacy = {
  "properties.publicNetworkAccess": closed,
  "properties.networkAcls.defaultAction": denied,
  "properties.networkAcls.bypass": trusted,
  "properties.enableRbacAuthorization": on("access policies would apply instead of roles"),
  "properties.enableSoftDelete": on("a deleted vault could not be recovered"),
  "properties.enablePurgeProtection": on("a deleted vault could be purged before its retention period ends"),
};

export const registryPrivacy: Privacy = {
  publicNetworkAccess: closed,
  adminUserEnabled: off(byKey),
  anonymousPullEnabled: off("images could be pulled without credentials"),
  networkRuleBypassOptions: trusted,
  "networkRuleSet.defaultAction": { allowed: ["Deny", undefined], why: denied.why },
};
