import type { ArmClient } from "../../../azure/arm";
import { fail } from "../../../program/fail";
import { armIdOf } from "../../base/azure";

/**
 * The key or token with which the program calls the endpoint: a token is that of the credential that Pulumi has. It stays in this process.
 * Source of the audience: Azure docs, how-to-authenticate-online-endpoint.
 * @throws pulumi.RunError for a way to authenticate that Azure didn't have when this was written.
 */
export async function credentialFor(authMode: string, azure: ArmClient, endpointId: string): Promise<string> {
  if (authMode === "Key") return (await azure.post<{ readonly primaryKey?: string }>(endpointId, "listKeys")).primaryKey ?? "";
  if (authMode === "AMLToken") return (await azure.post<{ readonly accessToken?: string }>(endpointId, "token")).accessToken ?? "";
  if (authMode === "AADToken") return azure.credential(azure.cloud.scoringAudience);
  return fail(`${armIdOf(endpointId).name} has authMode ${authMode}; the gate knows Key, AMLToken and AADToken. Set gate: controlPlane.`);
}
