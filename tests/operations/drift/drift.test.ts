// Proves that drift distinguishes a deleted endpoint from a failed request: each error ends the command with its message. Azure Resource
// Manager is a list of responses, with codes from Azure's documentation.
import type { Checkpoint } from "../../../operations/checkpoint";
import { acceptDrift, findDrift } from "../../../operations/drift";
import { driftReport } from "../../../operations/drift/report";
import { stackAzure } from "../../../operations/stackAzure";
import { armClient, type ScriptedResponse, serveAzure, serveScript } from "../../azure/fakeArm";
import { fakeAz, notLoggedIn } from "../../azure/fakeAz";
import { memoryStack } from "../memoryStack";

const workspace =
  "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw";
const id = `${workspace}/onlineEndpoints/chat`;
const properties = { authMode: "Key", publicNetworkAccess: "Disabled", traffic: { a: 100 }, mirrorTraffic: {} };
const written = { location: "swedencentral", tags: { owner: "us" }, properties };
const component = {
  urn: "urn:traffic",
  custom: false,
  type: "moor:index:Traffic",
  inputs: { traffic: { a: 100 }, mirrorTraffic: {}, name: "x" },
};
const write = {
  urn: "urn:write",
  custom: true,
  type: "azure-native:resources:Deployment",
  parent: "urn:traffic",
  inputs: { deploymentName: "moor-traffic-chat", properties: { mode: "Incremental", template: { resources: [written] } } },
};
const endpoint = { urn: "urn:endpoint", custom: true, type: "azure-native:machinelearningservices:OnlineEndpoint", id };
const state = (...resources: Checkpoint["deployment"]["resources"] & object): Checkpoint => ({ version: 3, deployment: { resources } });
const stack = () => memoryStack({ state: state(endpoint, component, write) });

/** The report of drift for these responses. */
async function against(...turns: ScriptedResponse[]): Promise<string> {
  const azure = await serveScript(turns);
  try {
    return driftReport(await findDrift(stack(), armClient()));
  } finally {
    await azure.close();
  }
}

const refusal = (status: number, code: string, message: string) => ({ status, body: { error: { code, message } } });

test.each([
  ["the endpoint", "ResourceNotFound"],
  ["its workspace", "ParentResourceNotFound"],
  ["its resource group", "ResourceGroupNotFound"],
])("If %s doesn't exist, the endpoint was deleted.", async (_, code) => {
  expect(await against(refusal(404, code, "not there"))).toBe("chat was deleted in Azure. Run `pulumi refresh`, then `pulumi up`.");
});

test.each<[what: string, ScriptedResponse, message: string]>([
  [
    "a missing role",
    refusal(403, "AuthorizationFailed", "The client does not have authorization to perform action 'read'."),
    `Azure answered 403 AuthorizationFailed to GET ${id}: The client does not have authorization to perform action 'read'.`,
  ],
  [
    "a subscription that the login doesn't see",
    refusal(404, "SubscriptionNotFound", "The subscription could not be found."),
    `Azure answered 404 SubscriptionNotFound to GET ${id}: The subscription could not be found.`,
  ],
  ["a proxy's page", { status: 404, body: "<html>Not Found</html>" }, `Azure answered 404 to GET ${id}: <html>Not Found</html>`],
  [
    "another tenant's token",
    refusal(401, "InvalidAuthenticationTokenTenant", "The access token is from the wrong issuer."),
    `Azure answered 401 InvalidAuthenticationTokenTenant to GET ${id}: The access token is from the wrong issuer.`,
  ],
])("%s ends the command with Azure's message.", async (_, turn, message) => {
  await expect(against(turn)).rejects.toThrow(new Error(message));
});

test("A request to a busy Azure is retried.", async () => {
  expect(await against({ status: 503 }, { status: 200, body: written })).toBe("The endpoints in Azure match the last write of the stack.");
});

test("Without the Azure CLI or a login, the command fails with a fix.", async () => {
  const look = (environment: NodeJS.ProcessEnv) => findDrift(stack(), stackAzure({ local: false, environment }, {}));
  await expect(look({ PATH: "/nowhere" })).rejects.toThrow("The Azure CLI (`az`) is not on the PATH.");
  const az = fakeAz(notLoggedIn);
  try {
    await expect(look(az.environment)).rejects.toThrow(
      "The Azure CLI returned no token for https://management.azure.com/. Log in with `az login` and run the command again.",
    );
  } finally {
    az.remove();
  }
});

test("A stack without a traffic write has nothing to compare, and a write without its endpoint requires recover.", async () => {
  const nothing = { version: 3, deployment: {} };
  expect(driftReport(await findDrift(memoryStack({ state: nothing }), armClient()))).toBe(
    "The stack has not created any endpoint yet. There is nothing to compare.",
  );
  await expect(findDrift(memoryStack({ state: state(write) }), armClient())).rejects.toThrow(
    "The state contains the traffic of chat, but not the endpoint. Run `npm run recover`.",
  );
});

test("Differences are listed value by value, and accepted ones are in the write and in its component.", async () => {
  const live = { tags: {}, properties: { ...properties, traffic: { a: 40, b: 60 } } };
  const azure = await serveAzure({ [id]: live });
  try {
    const pulumi = stack();
    const found = await findDrift(pulumi, armClient());
    expect(azure.reads).toEqual([id]);
    expect(driftReport(found)).toBe(
      'chat was changed outside the stack:\n  traffic: {"a":40,"b":60} in Azure, {"a":100} in the last write of the stack\n  tag owner: not set in Azure, "us" in the last write of the stack',
    );
    await acceptDrift(pulumi, found);
    const body = { ...written, tags: {}, properties: { ...properties, traffic: { a: 40, b: 60 } } };
    expect(pulumi.state.deployment.resources).toEqual([
      endpoint,
      { ...component, inputs: { traffic: { a: 40, b: 60 }, mirrorTraffic: {}, name: "x" } },
      { ...write, inputs: { ...write.inputs, properties: { mode: "Incremental", template: { resources: [body] } } } },
    ]);
  } finally {
    await azure.close();
  }
});
