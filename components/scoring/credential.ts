import type { ArmClient } from "../../azure/arm";

/**
 * Returns the key or token for requests to the endpoint, or undefined if the authentication mode is unknown. Tokens are issued for the
 * client's credential. The result isn't stored or logged. Source of the audience: Azure docs, how-to-authenticate-online-endpoint.
 * @throws ArmError if Azure doesn't return the key or token
 */
export async function credentialFor(authMode: string, azure: ArmClient, endpointId: string): Promise<string | undefined> {
  if (authMode === "Key") return (await azure.post<{ readonly primaryKey?: string }>(endpointId, "listKeys")).primaryKey ?? "";
  if (authMode === "AMLToken") return (await azure.post<{ readonly accessToken?: string }>(endpointId, "token")).accessToken ?? "";
  if (authMode === "AADToken") return azure.credential(azure.cloud.scoringAudience);
  return undefined;
}

/** The authentication modes that `credentialFor` knows, for error messages. */
export const knownAuthModes = "Key, AMLToken, AADToken";
