/** What transforms of a workspace and its stores must leave as private as it is. Source: Azure docs, concept-enterprise-security and the services' own. */
import type { Privacy, Requirement } from "../base/privacy";

const closed: Requirement = { allowed: ["Disabled"], why: "the resource would be reached from outside the network" };
const denied: Requirement = { allowed: ["Deny"], why: "addresses outside the network would be let in" };
/** Azure's trusted services, or none. */
const trusted: Requirement = { allowed: ["AzureServices", "None"], why: "other services would be let past the network's rules" };
const ownIdentity: Requirement = {
  allowed: "unchanged",
  why: "roles are granted to this identity and to no other; use the argument `identity`",
};
const off = (why: string): Requirement => ({ allowed: [false], why });
const offOrAbsent = (why: string): Requirement => ({ allowed: [false, undefined], why });
const on = (why: string): Requirement => ({ allowed: [true], why });

const byKey = "holders of a key would be let in without Entra ID";

export const workspacePrivacy: Privacy = {
  publicNetworkAccess: closed,
  allowPublicAccessWhenBehindVnet: offOrAbsent("the workspace would be reached from outside the network"),
  "managedNetwork.isolationMode": { allowed: ["AllowOnlyApprovedOutbound"], why: "deployments could send data anywhere" },
  "managedNetwork.outboundRules": { allowed: [undefined], why: "deployments could send data there; use the argument `outboundRules`" },
  v1LegacyMode: off("the workspace's network settings would not apply to endpoints"),
  systemDatastoresAuthMode: { allowed: ["Identity"], why: "the storage account would be read with its key" },
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
  isLocalUserEnabled: offOrAbsent("local users would be let in without Entra ID"),
  isSftpEnabled: offOrAbsent("local users would be let in without Entra ID"),
  enableHttpsTrafficOnly: on("data would travel unencrypted"),
  minimumTlsVersion: { allowed: ["TLS1_2", "TLS1_3"], why: "older versions of TLS are broken" },
};

export const vaultPrivacy: Privacy = {
  "properties.publicNetworkAccess": closed,
  "properties.networkAcls.defaultAction": denied,
  "properties.networkAcls.bypass": trusted,
  "properties.enableRbacAuthorization": on("access policies would count instead of roles"),
  "properties.enableSoftDelete": on("a deleted vault could not be recovered"),
  "properties.enablePurgeProtection": on("a deleted vault could be purged at once"),
};

export const registryPrivacy: Privacy = {
  publicNetworkAccess: closed,
  adminUserEnabled: off(byKey),
  anonymousPullEnabled: off("images could be pulled without credentials"),
  networkRuleBypassOptions: trusted,
  "networkRuleSet.defaultAction": { allowed: ["Deny", undefined], why: denied.why },
};
