/** What transforms of an endpoint and its deployments must leave as private as it is. Source: Azure docs, concept-secure-online-endpoint. */
import type { Privacy, Requirement } from "../base/privacy";

const ownIdentity: Requirement = {
  allowed: "unchanged",
  why: "roles are granted to this identity and to no other; use the argument `identity`",
};

/** Authentication modes from the weakest to the strongest. Source: Azure docs, concept-endpoints-online-auth. */
const authModes = ["Key", "AMLToken", "AADToken"] as const;
export type AuthMode = (typeof authModes)[number];

/** @param authMode The mode that the component sets; a transform may set a stronger one. */
export function endpointPrivacy(authMode: AuthMode): Privacy {
  return {
    "properties.publicNetworkAccess": { allowed: ["Disabled"], why: "the endpoint would be reached from outside the network" },
    "properties.authMode": {
      allowed: authModes.slice(authModes.indexOf(authMode)),
      why: "callers would be let in with a weaker proof of who they are",
    },
    "identity.type": ownIdentity,
    "identity.userAssignedIdentities": ownIdentity,
  };
}

export const deploymentPrivacy: Privacy = {
  kind: { allowed: ["Managed"], why: "only managed deployments run in the workspace's managed network" },
  identity: { allowed: [undefined], why: "a deployment acts with its endpoint's identity" },
  "properties.endpointComputeType": { allowed: ["Managed"], why: "only managed deployments run in the workspace's managed network" },
  "properties.egressPublicNetworkAccess": {
    allowed: ["Disabled", undefined],
    why: "deployments could send data past the workspace's managed network",
  },
};

export const invokerRolePrivacy: Privacy = {
  permissions: { allowed: "unchanged", why: "callers could do more than call the endpoint" },
  assignableScopes: { allowed: "unchanged", why: "the role could be assigned elsewhere" },
};
