import type { ArmClient } from "../../azure/arm";
import { fail } from "../../program/fail";
import { armIdOf } from "../base/azure";

/**
 * Returns the key or token for requests to the endpoint. Tokens are issued for Pulumi's credential. It isn't stored or logged.
 * Source of the audience: Azure docs, how-to-authenticate-online-endpoint.
 * @throws pulumi.RunError if the authentication mode is unknown
 */
export async function credentialFor(authMode: string, azure: ArmClient, endpointId: string): Promise<string> {
  if (authMode === "Key") return (await azure.post<{ readonly primaryKey?: string }>(endpointId, "listKeys")).primaryKey ?? "";
  if (authMode === "AMLToken") return (await azure.post<{ readonly accessToken?: string }>(endpointId, "token")).accessToken ?? "";
  if (authMode === "AADToken") return azure.credential(azure.cloud.scoringAudience);
  return fail(
    `${armIdOf(endpointId).name}: the gate doesn't support authMode ${authMode}. Allowed: Key, AMLToken, AADToken. Set gate: controlPlane.`,
  );
}
