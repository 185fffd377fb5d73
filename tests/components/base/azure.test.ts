// Proves whose credential a component's own requests to Azure carry, and which cloud they go to. Doesn't prove that the provider gives a valid
// token, nor that the addresses of the other clouds answer.
import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import { azureOf, cloudOfProgram } from "../../../components/base/azure";
import { OnlineEndpoint } from "../../../components/endpoint/onlineEndpoint";
import { registryId, storageId, workspace } from "../fixtures";
import { record } from "../recorder";

const endpointArgs = {
  ...{ workspace, resourceGroupName: "rg", endpointName: "chat-dev-x7k2p9", auth: "key" as const },
  ...{ imageRegistryId: registryId, storageAccountId: storageId },
};

/** The provider of each request for a token, by its logical name. */
async function providersAsked(program: () => OnlineEndpoint): Promise<(string | undefined)[]> {
  const { invokes } = await record(async () => {
    const endpoint = program();
    await endpoint.azure.find(`${workspace.id}/onlineEndpoints/chat`);
  });
  const tokens = invokes.filter(({ token }) => token.endsWith("getClientToken"));
  return [...new Set(tokens.map(({ provider }) => provider && /::([^:]+)::[^:]*$/.exec(provider)?.[1]))];
}

test("A component reads with its own provider, and without one with the program's.", async () => {
  expect(await providersAsked(() => new OnlineEndpoint("chat", endpointArgs))).toEqual([undefined]);
  const own = () => {
    const provider = new Provider("own", { subscriptionId: "55555555-5555-4555-8555-555555555555" });
    return new OnlineEndpoint("chat", endpointArgs, { provider });
  };
  expect(await providersAsked(own)).toEqual(["own"]);
});

test("The audience of a token is Azure Resource Manager's own, or the one that is asked for.", async () => {
  const { invokes } = await record(async () => {
    const azure = azureOf(new pulumi.ComponentResource("tests:index:Any", "any"));
    for (const audience of [azure.cloud.audience, azure.cloud.scoringAudience]) await azure.credential(audience);
  });
  expect(invokes.map(({ inputs }) => inputs)).toEqual([{}, { endpoint: "https://ml.azure.com" }]);
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
  ])("that the setting %s and ARM_ENVIRONMENT %s name is at %s.", async (setting, variable, address) => {
    if (variable !== undefined) process.env.ARM_ENVIRONMENT = variable;
    expect(await manager(setting)).toBe(address);
  });

  test("that isn't known is refused, with those that are.", async () => {
    await expect(manager("germany")).rejects.toThrow('azure-native:environment is "germany". Allowed: public, usgovernment, china.');
  });
});
