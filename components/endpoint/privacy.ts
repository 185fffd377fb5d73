/** Properties of an endpoint and its deployments that transforms must not loosen. Source: Azure docs, concept-secure-online-endpoint. */
import type { Privacy, Requirement } from "../base/privacy";

const ownIdentity: Requirement = {
  allowed: "unchanged",
  why: "the identity would not have the required roles; to use another identity, set the argument `identity`",
};

/** Authentication modes from the weakest to the strongest. Source: Azure docs, concept-endpoints-online-auth. */
const authModes = ["Key", "AMLToken", "AADToken"] as const;
export type AuthMode = (typeof authModes)[number];

/** @param authMode The mode that the component sets; a transform can set a stronger one. */
export function endpointPrivacy(authMode: AuthMode): Privacy {
  return {
    "properties.publicNetworkAccess": { allowed: ["Disabled"], why: "the endpoint could be reached from outside the network" },
    "properties.authMode": {
      allowed: authModes.slice(authModes.indexOf(authMode)),
      why: "callers could use a weaker authentication mode",
    },
    "identity.type": ownIdentity,
    "identity.userAssignedIdentities": ownIdentity,
  };
}

export const deploymentPrivacy: Privacy = {
  kind: { allowed: ["Managed"], why: "the deployment would not run in the workspace's managed network" },
  identity: { allowed: [undefined], why: "the deployment would not use its endpoint's identity" },
  "properties.endpointComputeType": { allowed: ["Managed"], why: "the deployment would not run in the workspace's managed network" },
  "properties.egressPublicNetworkAccess": {
    allowed: ["Disabled", undefined],
    why: "deployments could bypass the workspace's managed network",
  },
};

export const invokerRolePrivacy: Privacy = {
  permissions: { allowed: "unchanged", why: "callers could do more than call the endpoint" },
  assignableScopes: { allowed: "unchanged", why: "the role could be assigned elsewhere" },
};
