// Proves the credential and the cloud of a component's own requests to Azure. Doesn't prove that the provider returns a valid
// token, nor that the addresses of the other clouds are reachable.
import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import { azureOf, cloudOfProgram } from "../../../components/base/azure";
import { OnlineEndpoint } from "../../../components/endpoint/onlineEndpoint";
import { registryId, storageId, workspace } from "../fixtures";
import { record } from "../recorder";

// Returns the identity instead of a token.
jest.mock("@azure/identity", () => ({
  ClientSecretCredential: class {
    constructor(
      readonly tenant: string,
      readonly client: string,
      readonly secret: string,
    ) {}
    getToken = async () => ({ token: JSON.stringify([this.tenant, this.client, this.secret]) });
  },
}));

const endpointArgs = {
  ...{ workspace, resourceGroupName: "rg", endpointName: "chat-dev-x7k2p9", auth: "key" as const },
  ...{ imageRegistryId: registryId, storageAccountId: storageId },
};

/** Returns the identity of an endpoint's requests: tenant, client and secret. */
async function identityOf(program: () => OnlineEndpoint, config: Record<string, string> = {}): Promise<readonly unknown[]> {
  return withoutIdentity(async () => {
    const { result } = await record(
      () => {
        // The recorder uses a local Azure.
        delete process.env.MOOR_ARM_URL;
        return program().azure.credential("https://ml.azure.com");
      },
      { config },
    );
    return JSON.parse(result as string) as unknown[];
  });
}

/** Runs in an environment without identity variables. */
async function withoutIdentity<T>(run: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (/^(ARM|AZURE)_/.test(name)) delete process.env[name];
  try {
    return await run();
  } finally {
    Object.assign(process.env, before);
  }
}

const names = ["azure-native:clientId", "azure-native:clientSecret", "azure-native:tenantId"];
const configOf = (who: string) => Object.fromEntries(names.map((name) => [name, `${who} ${name.slice(13)}`]));

test("A component uses the identity of its explicit provider, or else of the default provider.", async () => {
  const theirs = { clientId: "own clientId", clientSecret: "own clientSecret", tenantId: "own tenantId" };
  const own = () => new OnlineEndpoint("chat", endpointArgs, { provider: new Provider("own", theirs) });
  const config = configOf("stack");
  expect(await identityOf(() => new OnlineEndpoint("chat", endpointArgs), config)).toEqual([
    "stack tenantId",
    "stack clientId",
    "stack clientSecret",
  ]);
  expect(await identityOf(own, config)).toEqual(["own tenantId", "own clientId", "own clientSecret"]);
});

test("No invoke returns a token, because Pulumi would log it.", async () => {
  const { invokes } = await record(async () => {
    const azure = azureOf(new pulumi.ComponentResource("tests:index:Any", "any"));
    await azure.find(`${workspace.id}/onlineEndpoints/chat`);
  });
  expect(invokes).toEqual([]);
});

describe("The cloud", () => {
  afterEach(() => {
    delete process.env.ARM_ENVIRONMENT;
  });
  const manager = async (setting?: string) => {
    const config: Record<string, string> = setting === undefined ? {} : { "azure-native:environment": setting };
    return (await record(() => cloudOfProgram().resourceManager, { config })).result;
  };

  test.each([
    [undefined, undefined, "https://management.azure.com"],
    ["public", undefined, "https://management.azure.com"],
    ["usgovernment", undefined, "https://management.usgovcloudapi.net"],
    ["AzureUSGovernment", undefined, "https://management.usgovcloudapi.net"],
    ["china", undefined, "https://management.chinacloudapi.cn"],
    [undefined, "china", "https://management.chinacloudapi.cn"],
    ["public", "china", "https://management.azure.com"],
  ])("for the setting %s and ARM_ENVIRONMENT %s is at %s.", async (setting, variable, address) => {
    if (variable !== undefined) process.env.ARM_ENVIRONMENT = variable;
    expect(await manager(setting)).toBe(address);
  });

  test("is rejected if it is unknown, with the allowed values.", async () => {
    await expect(manager("germany")).rejects.toThrow('azure-native:environment is "germany". Allowed: public, usgovernment, china.');
  });
});
