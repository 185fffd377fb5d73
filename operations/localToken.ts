/**
 * Returns a token of the managed identity that the local Azure provides. The protocol is App Service's. Source: Azure docs,
 * app-service/overview-managed-identity, "Connect to Azure services in app code".
 * @param environment `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`.
 * @throws Error if the local Azure returns no token
 */
export async function localToken(environment: NodeJS.ProcessEnv, audience: string): Promise<string> {
  const { IDENTITY_ENDPOINT: endpoint = "", IDENTITY_HEADER: header = "" } = environment;
  const query = new URLSearchParams({ "api-version": "2019-08-01", resource: audience });
  const response = await fetch(`${endpoint}?${query}`, { headers: { "x-identity-header": header } });
  const { access_token: token } = (await response.json()) as { readonly access_token?: unknown };
  if (typeof token === "string") return token;
  throw new Error(`The local Azure returned no token for ${audience} (status ${response.status}).`);
}
