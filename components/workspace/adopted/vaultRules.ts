/** Requirements for the Key Vault of an adopted workspace. */
import { armIdOf } from "../../base/azure";
import { type AdoptionRequirements, type Problem, problemsOf, residencyProblems, type Shown, warningsOf } from "./rules";

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
 * how-to-identity-based-service-authentication (access of the workspace).
 * @param principalId Object ID of the identity with which the workspace stores the keys of endpoints.
 */
export function vaultProblems(id: string, shown: ShownVault, principalId: string | undefined, place: AdoptionRequirements): Problem[] {
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
        "networkAcls.bypass is None. Required: AzureServices, because Azure otherwise can't create endpoints with key authentication.",
        `${update} --bypass AzureServices`,
      ],
      [
        byPolicies && place.vaultSecrets,
        "enableRbacAuthorization is false. Required: true, because deployments read the Hugging Face token with a role, and roles don't apply in " +
          "a vault with access policies.",
        `Replace its access policies with role assignments, then run: ${update} --enable-rbac-authorization true`,
      ],
    ]),
    ...residencyProblems(id, shown, place),
    ...warningsOf(id, [
      [
        byPolicies && Boolean(principalId) && !canWrite,
        `enableRbacAuthorization is false, and no access policy allows the workspace's identity ${principalId} to write secrets. Azure might be ` +
          "unable to store the keys of endpoints with auth: key.",
        `az keyvault set-policy -n ${armIdOf(id).name} --object-id ${principalId} --secret-permissions get list set delete`,
      ],
      [
        isOpen,
        "Its public network access is enabled: the vault can be reached from outside the network.",
        `${update} --public-network-access Disabled`,
      ],
    ]),
  ];
}
