// Tests which identity the program signs in with: the same that azure-native derives from these settings. The identity package is
// replaced, so this doesn't test that Microsoft Entra ID accepts the requests; tests/e2e/credentials runs the package against a managed identity.
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { clouds } from "../../azure/clouds";
import { type IdentitySettings, providerCredential } from "../../azure/providerIdentity";
import { fakeAz } from "./fakeAz";

const credentials: { readonly kind: string; readonly args: readonly unknown[]; readonly scopes: string[] }[] = [];

jest.mock("@azure/identity", () => {
  const kinds = ["DefaultAzureCredential", "ClientCertificateCredential", "ClientSecretCredential"];
  const fake = (kind: string) =>
    class {
      private readonly one: (typeof credentials)[number];
      constructor(...args: unknown[]) {
        this.one = { kind, args, scopes: [] };
        credentials.push(this.one);
      }
      async getToken(scope: string) {
        this.one.scopes.push(scope);
        return { token: `${kind} ${this.one.scopes.length}` };
      }
    };
  return Object.fromEntries([...kinds, "ClientAssertionCredential", "ManagedIdentityCredential"].map((kind) => [kind, fake(kind)]));
});

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-identity-"));
const file = (name: string, text: string) => {
  const place = path.join(folder, name);
  fs.writeFileSync(place, text);
  return place;
};
afterAll(() => fs.rmSync(folder, { recursive: true }));
beforeEach(() => credentials.splice(0));

const cloud = clouds.AzureCloud;
const principal = { clientId: "client", tenantId: "tenant" };
const pem = "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n";
const options = { authorityHost: "https://login.microsoftonline.com", disableInstanceDiscovery: false, additionallyAllowedTenants: [] };
const secretOf = { ...principal, clientSecret: "secret" };

const rows: [string, IdentitySettings, NodeJS.ProcessEnv, string, unknown[]][] = [
  ["a client secret", secretOf, {}, "ClientSecretCredential", ["tenant", "client", "secret", options]],
  [
    "a client secret from the environment",
    {},
    { ARM_CLIENT_ID: "client", ARM_TENANT_ID: "tenant", ARM_CLIENT_SECRET: "secret" },
    "ClientSecretCredential",
    ["tenant", "client", "secret", options],
  ],
  [
    "settings take precedence over the environment",
    { clientSecret: "mine", clientId: "" },
    { ARM_CLIENT_ID: "client", ARM_TENANT_ID: "tenant", ARM_CLIENT_SECRET: "secret" },
    "ClientSecretCredential",
    ["tenant", "client", "mine", options],
  ],
  [
    "a certificate takes precedence over a secret",
    { ...secretOf, clientCertificatePath: file("both.pem", pem), clientCertificatePassword: "p" },
    {},
    "ClientCertificateCredential",
    ["tenant", "client", { certificate: pem, certificatePassword: "p" }, options],
  ],
  [
    "the default credential takes precedence over all other methods",
    { ...secretOf, useDefaultAzureCredential: "true" },
    {},
    "DefaultAzureCredential",
    [{ ...options, tenantId: "tenant" }],
  ],
  [
    "a secret takes precedence over OIDC",
    { ...secretOf, useOidc: "true" },
    {},
    "ClientSecretCredential",
    ["tenant", "client", "secret", options],
  ],
  ["OIDC", { ...principal, useOidc: "true" }, {}, "ClientAssertionCredential", ["tenant", "client", expect.any(Function), options]],
  ["a managed identity", { useMsi: "true" }, {}, "ManagedIdentityCredential", [{}]],
  ["a managed identity by its client ID", { useMsi: "true", clientId: "own" }, {}, "ManagedIdentityCredential", [{ clientId: "own" }]],
  [
    "additional tenants, without instance discovery",
    { ...secretOf, auxiliaryTenantIds: '["other"]', disableInstanceDiscovery: "true" },
    {},
    "ClientSecretCredential",
    ["tenant", "client", "secret", { ...options, disableInstanceDiscovery: true, additionallyAllowedTenants: ["other"] }],
  ],
];

test.each(rows)("%s", async (_, settings, environment, kind, args) => {
  const credential = providerCredential(settings, cloud, environment);
  expect(credentials).toEqual([]);
  expect([await credential(cloud.audience), await credential(cloud.scoringAudience)]).toEqual([`${kind} 1`, `${kind} 2`]);
  expect(credentials).toEqual([{ kind, args, scopes: ["https://management.azure.com/.default", "https://ml.azure.com/.default"] }]);
});

test("Another cloud has another Microsoft Entra ID.", async () => {
  await providerCredential(secretOf, clouds.AzureUSGovernment, {})("https://management.usgovcloudapi.net/");
  expect(credentials[0]!.args[3]).toMatchObject({ authorityHost: "https://login.microsoftonline.us" });
});

test.each([
  [{}, {}, ""],
  [{ subscriptionId: "sub", tenantId: "tenant" }, {}, " --subscription sub"],
  [{ tenantId: "tenant", useMsi: "false" }, {}, " --tenant tenant"],
  [{}, { ARM_SUBSCRIPTION_ID: "sub" }, " --subscription sub"],
])("Without such settings, the Azure CLI is called: %j %j", async (settings, environment, which) => {
  const az = fakeAz("echo t");
  try {
    expect(await providerCredential(settings, cloud, { ...az.environment, ...environment })("https://ml.azure.com")).toBe("t");
    expect(az.calls()).toEqual([`account get-access-token --resource https://ml.azure.com${which} --query accessToken --output tsv`]);
    expect(credentials).toEqual([]);
  } finally {
    az.remove();
  }
});

describe("The OIDC token", () => {
  let server: http.Server;
  let status = 200;
  const seen: unknown[] = [];
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?job=1`;
  beforeAll(async () => {
    server = http.createServer((request, response) => {
      seen.push([request.url, request.headers.authorization]);
      response.writeHead(status).end(JSON.stringify({ value: "exchanged" }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => server.close());

  async function assertion(settings: IdentitySettings): Promise<string> {
    await providerCredential({ ...principal, useOidc: "true", ...settings }, cloud, {})(cloud.audience);
    return (credentials.at(-1)!.args[2] as () => Promise<string>)();
  }

  test("is a setting, or is read from a file, or is requested from the pipeline's address.", async () => {
    expect(await assertion({ oidcToken: "given" })).toBe("given");
    expect(await assertion({ oidcTokenFilePath: file("token", "read") })).toBe("read");
    expect(await assertion({ oidcRequestUrl: url(), oidcRequestToken: "r" })).toBe("exchanged");
    expect(await assertion({ oidcRequestUrl: url(), oidcRequestToken: "r", oidcAudience: "mine" })).toBe("exchanged");
    expect(seen).toEqual([
      ["/token?job=1&audience=api%3A%2F%2FAzureADTokenExchange", "Bearer r"],
      ["/token?job=1&audience=mine", "Bearer r"],
    ]);
  });

  test("is reported by name if it is absent, and an error response isn't shown.", async () => {
    await expect(assertion({})).rejects.toThrow("azure-native:oidcRequestUrl and ACTIONS_ID_TOKEN_REQUEST_URL are not set");
    status = 403;
    const rejected = assertion({ oidcRequestUrl: url(), oidcRequestToken: "r" });
    await expect(rejected).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:\d+ returned 403 for the OIDC token request\. Check that the pipeline is allowed to request OIDC tokens\.$/,
    );
  });
});

test("A required setting that is absent is reported by name, and a certificate in another format too.", async () => {
  const ask = (settings: IdentitySettings) => providerCredential(settings, cloud, {})(cloud.audience);
  await expect(ask({ clientSecret: "s" })).rejects.toThrow("azure-native:tenantId and ARM_TENANT_ID are not set");
  const pfx = file("cert.pfx", "\u0030\u0082");
  await expect(ask({ ...principal, clientCertificatePath: pfx })).rejects.toThrow(`${pfx}, which is not a PEM file`);
});
