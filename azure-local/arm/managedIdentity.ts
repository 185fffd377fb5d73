import type { ArmResponse } from "./armRequest";
import { AzureError } from "./azureError";

/** Path of the token endpoint, as in App Service. */
export const IDENTITY_PATH = "/msi/token";

/** The required value of the header `X-IDENTITY-HEADER`. Web pages of other origins can't send this header. */
export const IDENTITY_HEADER = "azure-local";

/** Signs a token for an audience. */
export type IssueIdentityToken = (audience: string) => string;

/**
 * Issues a token of the managed identity of the process that runs the engine. Clients find the endpoint by `IDENTITY_ENDPOINT` and
 * `IDENTITY_HEADER`. Source: Azure docs, app-service/overview-managed-identity, "Connect to Azure services in app code", REST protocol of
 * version 2019-08-01.
 */
export function identityToken(query: URLSearchParams, header: string | undefined, issue: IssueIdentityToken): ArmResponse {
  const resource = query.get("resource");
  if (header !== IDENTITY_HEADER) throw new AzureError(401, "Unauthorized", "The header X-IDENTITY-HEADER is missing or invalid.");
  if (query.get("api-version") !== "2019-08-01" || !resource) {
    throw new AzureError(400, "BadRequest", "The request must contain the parameters api-version=2019-08-01 and resource.");
  }
  const expires = Math.floor(Date.now() / 1000) + LIFETIME;
  return { status: 200, body: { access_token: issue(resource), expires_on: String(expires), resource, token_type: "Bearer" } };
}

/** Seconds. */
const LIFETIME = 3600;
