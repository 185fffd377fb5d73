/**
 * The identity that the azure-native provider signs in with, determined from the same settings in the same order. The program gets its own
 * tokens here instead of by an invoke of the provider, because Pulumi logs the results of invokes.
 * Source: pulumi-azure-native, provider/pkg/provider/auth_azidentity.go (`readAuthConfig`, `newSingleMethodAuthCredential`).
 */
import * as fs from "node:fs";
import type { TokenCredential } from "@azure/identity";
import type { Credential } from "./arm";
import { azureCliCredential } from "./azureCli";
import type { Cloud } from "./clouds";

/** Settings of the provider, and the environment variables that replace absent settings. */
const variables = {
  useDefaultAzureCredential: "ARM_USE_DEFAULT_AZURE_CREDENTIAL",
  clientCertificatePath: "ARM_CLIENT_CERTIFICATE_PATH",
  clientCertificatePassword: "ARM_CLIENT_CERTIFICATE_PASSWORD",
  clientSecret: "ARM_CLIENT_SECRET",
  useOidc: "ARM_USE_OIDC",
  oidcAudience: "ARM_OIDC_AUDIENCE",
  oidcToken: "ARM_OIDC_TOKEN",
  oidcTokenFilePath: "ARM_OIDC_TOKEN_FILE_PATH",
  oidcRequestToken: "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
  oidcRequestUrl: "ACTIONS_ID_TOKEN_REQUEST_URL",
  useMsi: "ARM_USE_MSI",
  clientId: "ARM_CLIENT_ID",
  tenantId: "ARM_TENANT_ID",
  subscriptionId: "ARM_SUBSCRIPTION_ID",
  auxiliaryTenantIds: "ARM_AUXILIARY_TENANT_IDS",
  disableInstanceDiscovery: "ARM_DISABLE_INSTANCE_DISCOVERY",
} as const;

export type IdentitySetting = keyof typeof variables;

export const identitySettings = Object.keys(variables) as IdentitySetting[];

/** Settings of the provider. Environment variables replace absent and empty settings. */
export type IdentitySettings = { readonly [Setting in IdentitySetting]?: string };

/**
 * Returns access tokens of the identity that the settings select: the default credential, a service principal with a certificate, a secret or
 * OIDC, a managed identity, or the Azure CLI's login.
 * @param environment Environment variables of the settings and of `az`.
 * @throws Error, at the first token, if a required setting is absent or Microsoft Entra ID returns no token
 */
export function providerCredential(given: IdentitySettings, cloud: Cloud, environment: NodeJS.ProcessEnv = process.env): Credential {
  const settings = withVariables(given, environment);
  const method = methodOf(settings);
  if (method === "cli") return azureCliCredential(environment, settings);
  let credential: Promise<TokenCredential> | undefined;
  return async (audience) => {
    credential ??= credentialOf(method, settings, cloud);
    const answer = await (await credential).getToken(`${audience.replace(/\/$/, "")}/.default`);
    if (answer === null)
      throw new Error(`Microsoft Entra ID returned no token for ${audience}. Check the credentials of the azure-native provider.`);
    return answer.token;
  };
}

type Settings = Readonly<Record<IdentitySetting, string | undefined>>;

function withVariables(given: IdentitySettings, environment: NodeJS.ProcessEnv): Settings {
  return Object.fromEntries(
    identitySettings.map((setting) => [setting, given[setting] || environment[variables[setting]] || undefined]),
  ) as Settings;
}

type Method = "default" | "certificate" | "secret" | "oidc" | "managedIdentity" | "cli";

function methodOf({ useDefaultAzureCredential, clientCertificatePath, clientSecret, useOidc, useMsi }: Settings): Method {
  if (useDefaultAzureCredential === "true") return "default";
  if (clientCertificatePath !== undefined) return "certificate";
  if (clientSecret !== undefined) return "secret";
  if (useOidc === "true") return "oidc";
  return useMsi === "true" ? "managedIdentity" : "cli";
}

/**
 * The package takes 0.2 s to load, so it is loaded when the first token is requested. It caches tokens in its modules: `require` allows a process
 * that runs several programs to load it again.
 */
async function credentialOf(method: Exclude<Method, "cli">, settings: Settings, cloud: Cloud): Promise<TokenCredential> {
  const identity = require("@azure/identity") as typeof import("@azure/identity");
  const { tenantId, clientId, auxiliaryTenantIds, disableInstanceDiscovery } = settings;
  const options = {
    authorityHost: cloud.authorityHost,
    disableInstanceDiscovery: disableInstanceDiscovery === "true",
    additionallyAllowedTenants: auxiliaryTenantIds === undefined ? [] : (JSON.parse(auxiliaryTenantIds) as string[]),
  };
  const principal = () => [required(settings, "tenantId"), required(settings, "clientId")] as const;
  switch (method) {
    case "default":
      return new identity.DefaultAzureCredential({ ...options, tenantId });
    case "certificate": {
      const certificate = readPem(required(settings, "clientCertificatePath"));
      const certificatePassword = settings.clientCertificatePassword;
      return new identity.ClientCertificateCredential(...principal(), { certificate, certificatePassword }, options);
    }
    case "secret":
      return new identity.ClientSecretCredential(...principal(), required(settings, "clientSecret"), options);
    case "oidc":
      return new identity.ClientAssertionCredential(...principal(), () => assertionOf(settings), options);
    case "managedIdentity":
      return new identity.ManagedIdentityCredential(clientId === undefined ? {} : { clientId });
    default:
      return method satisfies never;
  }
}

function required(settings: Settings, setting: IdentitySetting): string {
  const value = settings[setting];
  if (value !== undefined) return value;
  throw new Error(
    `azure-native:${setting} and ${variables[setting]} are not set. Set one of them. The selected authentication method requires it.`,
  );
}

/** Reads the only format that both @azure/identity and the provider support: PEM. */
function readPem(file: string): string {
  const text = fs.readFileSync(file, "utf8");
  if (text.includes("-----BEGIN ")) return text;
  throw new Error(
    `azure-native:clientCertificatePath is ${file}, which is not a PEM file. Allowed: the certificate and its private key in PEM format. ` +
      "Convert a PKCS #12 file with `openssl pkcs12 -in <file>.pfx -out <file>.pem -nodes`.",
  );
}

/** The token of the pipeline, which Microsoft Entra ID exchanges for an access token. */
async function assertionOf(settings: Settings): Promise<string> {
  const { oidcToken, oidcTokenFilePath, oidcRequestUrl, oidcRequestToken, oidcAudience = "api://AzureADTokenExchange" } = settings;
  if (oidcToken !== undefined) return oidcToken;
  if (oidcTokenFilePath !== undefined) return fs.readFileSync(oidcTokenFilePath, "utf8");
  const [url, token] = [oidcRequestUrl ?? required(settings, "oidcRequestUrl"), oidcRequestToken ?? required(settings, "oidcRequestToken")];
  const address = new URL(url);
  address.searchParams.set("audience", oidcAudience);
  const answer = await fetch(address, { headers: { accept: "application/json", authorization: `Bearer ${token}` } });
  // The response can contain a token, so it isn't shown.
  if (!answer.ok)
    throw new Error(
      `${address.origin} returned ${answer.status} for the OIDC token request. Check that the pipeline is allowed to request OIDC tokens.`,
    );
  return ((await answer.json()) as { readonly value: string }).value;
}
