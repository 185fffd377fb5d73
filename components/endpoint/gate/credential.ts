import * as authorization from "@pulumi/azure-native/authorization";
import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import { fail } from "../../base/fail";
import type { EndpointAddress } from "../../live/endpoint";

/** Audience of Entra tokens for scoring. Source: Azure docs, how-to-authenticate-online-endpoint. */
const scoringAudience = "https://ml.azure.com";

/**
 * What opens the endpoint to whoever runs the program: a key, or a token of the credential that Pulumi has. It lives in this process only.
 * @throws pulumi.RunError for a way to authenticate that Azure didn't have when this was written.
 */
export async function credentialFor(authMode: string, address: EndpointAddress): Promise<string> {
  if (authMode === "Key") return (await machinelearningservices.listOnlineEndpointKeys(address, { async: true })).primaryKey ?? "";
  if (authMode === "AMLToken") return (await machinelearningservices.getOnlineEndpointToken(address, { async: true })).accessToken ?? "";
  if (authMode === "AADToken") return (await authorization.getClientToken({ endpoint: scoringAudience }, { async: true })).token;
  return fail(`${address.endpointName} has authMode ${authMode}; the gate knows Key, AMLToken and AADToken. Set gate: controlPlane.`);
}
