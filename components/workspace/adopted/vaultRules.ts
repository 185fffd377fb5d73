/** What is needed of a vault that other teams own. */
import { armIdOf } from "../../base/azure";
import { type Adopted, type Problem, problemsOf, residencyProblems, type Shown, warningsOf } from "./rules";

export interface ShownVault extends Shown {
  readonly properties: {
    readonly enableRbacAuthorization?: boolean;
    readonly publicNetworkAccess?: string;
    readonly networkAcls?: { readonly bypass?: string; readonly defaultAction?: string };
    readonly accessPolicies?: readonly { readonly objectId: string; readonly permissions?: { readonly secrets?: readonly string[] } }[];
  };
}

/**
 * Source: Azure docs, how-to-troubleshoot-online-endpoints (bypass), concept-secret-injection (permission model),
 * how-to-identity-based-service-authentication (the workspace's own access).
 * @param principalId Object id by which the workspace stores the keys of endpoints.
 */
export function vaultProblems(id: string, shown: ShownVault, principalId: string | undefined, place: Adopted): Problem[] {
  const { enableRbacAuthorization, publicNetworkAccess = "Enabled", networkAcls, accessPolicies = [] } = shown.properties;
  const update = `az keyvault update -n ${armIdOf(id).name}`;
  const byPolicies = enableRbacAuthorization !== true;
  const canWrite = accessPolicies.some(
    ({ objectId, permissions }) =>
      objectId.toLowerCase() === principalId?.toLowerCase() && permissions?.secrets?.some((one) => /^(all|set)$/i.test(one)),
  );
  const isOpen = publicNetworkAccess === "Enabled" && networkAcls?.defaultAction !== "Deny";
  return [
    ...problemsOf(id, [
      [
        networkAcls?.bypass === "None",
        "networkAcls.bypass is None; AzureServices is needed: Azure can't make an endpoint with keys without it.",
        `${update} --bypass AzureServices`,
      ],
      [
        byPolicies && place.vaultSecrets,
        "enableRbacAuthorization is false; true is needed: deployments read the Hugging Face token by a role, which counts for nothing in a " +
          "vault with access policies.",
        `Replace its access policies by roles, then run: ${update} --enable-rbac-authorization true`,
      ],
    ]),
    ...residencyProblems(id, shown, place),
    ...warningsOf(id, [
      [
        byPolicies && Boolean(principalId) && !canWrite,
        `enableRbacAuthorization is false, and no access policy lets the workspace's identity ${principalId} write secrets: Azure may not be ` +
          "able to store the keys of endpoints with auth: key.",
        `az keyvault set-policy -n ${armIdOf(id).name} --object-id ${principalId} --secret-permissions get list set delete`,
      ],
      [
        isOpen,
        "Its public network access is open: the vault is reached from outside the network.",
        `${update} --public-network-access Disabled`,
      ],
    ]),
  ];
}
