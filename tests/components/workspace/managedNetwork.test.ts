// Proves when a deployment's hook provisions the managed network, that it waits for the end, and what it says when Azure refuses. That Azure
// provisions a network after a workspace's creation has failed and was repeated is the sweep's to prove, on the simulator.
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import type { Properties } from "../../../azure-local/providers/wire";
import { provisionedNetwork } from "../../../components/workspace/managedNetwork";
import { record } from "../recorder";

/** What Azure answers to the calls of a test, in their order. */
let answers: { readonly status: number; readonly headers?: http.OutgoingHttpHeaders; readonly body?: object }[] = [];
let calls: string[] = [];
const server = http.createServer((request, response) => {
  calls.push(`${request.method} ${request.url}`);
  const { status, headers, body } = answers.shift()!;
  response.writeHead(status, { ...headers, connection: "close" }).end(JSON.stringify(body ?? {}));
});

beforeAll(async () => {
  jest.spyOn(console, "log").mockImplementation(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.MOOR_ARM_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  calls = [];
});
afterAll(async () => {
  delete process.env.MOOR_ARM_URL;
  jest.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Runs the hooks of so many deployments of one workspace at once. */
function run(workspaceName: string, managedNetwork: Properties | undefined, deployments = 1) {
  const workspace = { id: `/workspaces/${workspaceName}`, name: workspaceName, resourceGroupName: "rg", location: "swedencentral" };
  const args = { urn: "urn", id: "", name: "main", type: "t" } as pulumi.ResourceHookArgs;
  return record(
    async () => {
      const hooks = Array.from({ length: deployments }, (_, n) => provisionedNetwork(`main-${n}`, workspace));
      // A recording that ends before Pulumi's server of hooks is up leaves it trying for ever.
      await Promise.all(hooks.map((hook) => (hook as unknown as { __registered: Promise<void> }).__registered));
      await Promise.all(hooks.map((hook) => hook.callback(args)));
    },
    {
      invokes: {
        "azure-native:machinelearningservices:getWorkspace": managedNetwork === undefined ? {} : { managedNetwork },
        "azure-native:authorization:getClientToken": { token: "t" },
      },
    },
  );
}

const inactive = { isolationMode: "AllowOnlyApprovedOutbound", status: { status: "Inactive" } };
const operation = () => `${process.env.MOOR_ARM_URL}/operation?api-version=1`;
const post = (name: string) => `POST /workspaces/${name}/provisionManagedNetwork?api-version=2025-12-01`;

test.each([
  ["active", { ...inactive, status: { status: "Active" } }],
  ["none", undefined],
  ["switched off", { isolationMode: "Disabled" }],
])("A network that is %s is left alone.", async (_, managedNetwork) => {
  await run("idle", managedNetwork);
  expect(calls).toEqual([]);
});

test("An inactive network is provisioned once for all deployments, and they wait until the operation is over.", async () => {
  answers = [
    { status: 202, headers: { "azure-asyncoperation": operation(), location: "http://127.0.0.1:1/unused" } },
    { status: 200, body: { status: "InProgress" } },
    { status: 200, body: { status: "Succeeded" } },
  ];
  const { invokes } = await run("fresh", inactive, 3);
  expect(calls).toEqual([post("fresh"), "GET /operation?api-version=1", "GET /operation?api-version=1"]);
  expect(invokes.filter(({ token }) => token.endsWith("getWorkspace"))).toHaveLength(1);
});

test("Where Azure gives only a location, its answer says when the operation is over.", async () => {
  answers = [{ status: 202, headers: { location: operation() } }, { status: 202 }, { status: 200 }];
  await run("located", inactive);
  expect(calls).toEqual([post("located"), "GET /operation?api-version=1", "GET /operation?api-version=1"]);
});

test.each([
  ["refused", [{ status: 403, body: { error: "AuthorizationFailed" } }], /Azure answered 403 .*AuthorizationFailed/],
  [
    "failed",
    [
      { status: 202, headers: () => ({ "azure-asyncoperation": operation() }) },
      { status: 200, body: { status: "Failed", error: { message: "No addresses are left." } } },
    ],
    /is Failed: No addresses are left\..*az ml workspace provision-network -n failed -g rg/,
  ],
])("A provisioning that is %s says why and what to do.", async (name, given, message) => {
  answers = given.map(({ headers, ...rest }: { status: number; headers?: () => object; body?: object }) => ({
    ...rest,
    headers: headers?.() as never,
  }));
  await expect(run(name, inactive)).rejects.toThrow(message);
});
