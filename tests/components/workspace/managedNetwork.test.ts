// Proves when a deployment's hook provisions the managed network, that it waits until the end, and its error message. That Azure
// provisions a network after a failed and repeated creation of a workspace is proved by the sweep, on the simulator.
import type * as pulumi from "@pulumi/pulumi";
import { provisionedNetwork } from "../../../components/workspace/managedNetwork";
import { armClient, type ScriptedAzure, type ScriptedResponse, serveScript } from "../../azure/fakeArm";
import { group } from "../fixtures";
import { record } from "../recorder";

beforeAll(() => jest.spyOn(console, "log").mockImplementation(() => {}));
afterAll(() => jest.restoreAllMocks());

let azure: ScriptedAzure;
const idOf = (name: string) => `${group}/providers/Microsoft.MachineLearningServices/workspaces/${name}`;

/** Runs the hooks of several deployments of one workspace concurrently, and returns the calls. */
async function run(
  name: string,
  managedNetwork: object | undefined,
  turns: readonly ScriptedResponse[] = [],
  deployments = 1,
): Promise<string[]> {
  azure = await serveScript([{ status: 200, body: { properties: { managedNetwork } } }, ...turns]);
  const workspace = { id: idOf(name), name, resourceGroupName: "rg", location: "swedencentral" };
  const args = { urn: "urn", id: "", name: "main", type: "t" } as pulumi.ResourceHookArgs;
  const work = async () => {
    const hooks = Array.from({ length: deployments }, (_, n) => provisionedNetwork(`main-${n}`, armClient(), workspace));
    await Promise.all(hooks.map((hook) => hook.callback(args)));
  };
  await record(work).finally(() => azure.close());
  return azure.calls;
}

const inactive = { isolationMode: "AllowOnlyApprovedOutbound", status: { status: "Inactive" } };
const operation = () => `${azure.url}/operation?api-version=1`;
const look = (name: string) => `GET ${idOf(name)}?api-version=2025-12-01`;
const post = (name: string) => `POST ${idOf(name)}/provisionManagedNetwork?api-version=2025-12-01`;
const poll = "GET /operation?api-version=1";

test.each([
  ["active", { ...inactive, status: { status: "Active" } }],
  ["none", undefined],
  ["switched off", { isolationMode: "Disabled" }],
])("A network that is %s is not provisioned.", async (what, managedNetwork) => {
  const name = `idle-${what.replace(" ", "-")}`;
  expect(await run(name, managedNetwork)).toEqual([look(name)]);
});

test("An inactive network is provisioned once for all deployments, and they wait until the operation has ended.", async () => {
  const turns: ScriptedResponse[] = [
    { status: 202, headers: () => ({ "azure-asyncoperation": operation(), location: "http://127.0.0.1:1/unused" }) },
    { status: 200, body: { status: "InProgress" } },
    { status: 200, body: { status: "Succeeded" } },
  ];
  expect(await run("fresh", inactive, turns, 3)).toEqual([look("fresh"), post("fresh"), poll, poll]);
});

test("If Azure returns only a Location header, polling it shows the end of the operation.", async () => {
  const turns: ScriptedResponse[] = [{ status: 202, headers: () => ({ location: operation() }) }, { status: 202 }, { status: 200 }];
  expect(await run("located", inactive, turns)).toEqual([look("located"), post("located"), poll, poll]);
});

test.each<[string, ScriptedResponse[], RegExp]>([
  [
    "refused",
    [{ status: 403, body: { error: { code: "AuthorizationFailed", message: "No." } } }],
    /Azure answered 403 AuthorizationFailed/,
  ],
  [
    "failed",
    [
      { status: 202, headers: () => ({ "azure-asyncoperation": operation() }) },
      { status: 200, body: { status: "Failed", error: { message: "No addresses are left." } } },
    ],
    /failed in Azure \(Failed\): No addresses are left\..*az ml workspace provision-network -n failed -g rg/,
  ],
])("A provisioning that is %s fails with the reason and the fix.", async (name, turns, message) => {
  await expect(run(name, inactive, turns)).rejects.toThrow(message);
});
