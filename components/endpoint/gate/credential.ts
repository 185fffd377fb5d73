import type { ArmClient } from "../../../azure/arm";
import { fail } from "../../../program/fail";
import { armIdOf } from "../../base/azure";
import { credentialFor as credentialOf, knownAuthModes } from "../../scoring";

/**
 * Returns the key or token for requests of the gate.
 * @throws pulumi.RunError if the authentication mode is unknown
 */
export async function credentialFor(authMode: string, azure: ArmClient, endpointId: string): Promise<string> {
  const credential = await credentialOf(authMode, azure, endpointId);
  if (credential !== undefined) return credential;
  return fail(
    `${armIdOf(endpointId).name}: the gate doesn't support authMode ${authMode}. Allowed: ${knownAuthModes}. Set gate: controlPlane.`,
  );
}
