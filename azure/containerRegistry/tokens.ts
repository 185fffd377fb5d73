/**
 * Tokens of a container registry. A Microsoft Entra token is exchanged for a refresh token of the registry, and the refresh token for an
 * access token for one repository. No admin user is required. Source: Azure/acr, docs/AAD-OAuth.md.
 */
import type { SendToRegistry } from "./transport";

export interface TokenSource {
  /** Address of the registry, without a slash at the end. */
  readonly endpoint: string;
  /** Login server, which is also the name of the service in token requests. */
  readonly service: string;
  readonly send: SendToRegistry;
  /** Returns a Microsoft Entra token for the audience of container registries. */
  entraToken(): Promise<string>;
}

const form = { "content-type": "application/x-www-form-urlencoded" };

/** Requests a refresh token, which is valid for about three hours. It is the password of the user `registryUser`. */
export async function requestRefreshToken({ endpoint, service, send, entraToken }: TokenSource): Promise<string> {
  const body = new URLSearchParams({ grant_type: "access_token", service, access_token: await entraToken() }).toString();
  const { text } = await send({ method: "POST", url: `${endpoint}/oauth2/exchange`, headers: form, body });
  return tokenIn(text, "refresh_token");
}

/** Requests an access token to pull from and push to a repository. It is limited to the permissions that the identity has. */
export async function requestAccessToken(
  { endpoint, service, send }: TokenSource,
  refreshToken: string,
  repository: string,
): Promise<string> {
  const scope = `repository:${repository}:pull,push`;
  const body = new URLSearchParams({ grant_type: "refresh_token", service, scope, refresh_token: refreshToken }).toString();
  const { text } = await send({ method: "POST", url: `${endpoint}/oauth2/token`, headers: form, body });
  return tokenIn(text, "access_token");
}

function tokenIn(text: string, name: "refresh_token" | "access_token"): string {
  const token = (JSON.parse(text) as Readonly<Record<string, unknown>>)[name];
  if (typeof token === "string") return token;
  throw new Error(`The container registry returned no ${name}. Check that the address is that of an Azure container registry.`);
}

/**
 * Whether an access token permits to push to the repository, from its claim `access`. Undefined if the token has no such claim.
 * Source: CNCF Distribution, token authentication specification.
 */
export function permitsPush(accessToken: string, repository: string): boolean | undefined {
  try {
    const payload = JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString()) as {
      readonly access?: readonly Access[];
    };
    return payload.access?.some(({ type, name, actions }) => type === "repository" && name === repository && actions?.includes("push"));
  } catch {
    return undefined;
  }
}

interface Access {
  readonly type?: string;
  readonly name?: string;
  readonly actions?: readonly string[];
}
