// Proves how long a run waits for what it has not begun, against a small resource manager. Doesn't prove that it waits before the gate asks and
// before the engine deletes: that is for the tests of killed rollouts.
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { EndpointReference } from "../../../components/endpoint/onlineEndpoint";
import { waitForOperations } from "../../../components/live/operations";
import { group } from "../fixtures";
import { record } from "../recorder";

const endpointId = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw/onlineEndpoints/chat`;
/** What the list of deployments shows at each look; the last one from then on. */
let shown: Record<string, string>[] = [];
let looks = 0;
let server: http.Server;

beforeAll(async () => {
  jest.spyOn(console, "log").mockImplementation(() => {});
  server = http.createServer((request, response) => {
    expect(request.url).toBe(`${endpointId}/deployments?api-version=2025-12-01`);
    const states = shown[Math.min(looks++, shown.length - 1)]!;
    const value = Object.entries(states).map(([name, provisioningState]) => ({ id: name, name, properties: { provisioningState } }));
    response.end(JSON.stringify({ value }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.MOOR_ARM_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  delete process.env.MOOR_ARM_URL;
  jest.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function wait(states: Record<string, string>[], limit: number): Promise<number> {
  [shown, looks] = [states, 0];
  const endpoint = { id: pulumi.output(endpointId) } as EndpointReference;
  await record(() => waitForOperations(endpoint, limit), { invokes: { "azure-native:authorization:getClientToken": { token: "t" } } });
  return looks;
}

test.each(["Creating", "Updating", "Scaling", "Deleting"])("One that is %s is waited for.", async (state) => {
  expect(await wait([{ old: "Succeeded", candidate: state }, { old: state }, { old: "Succeeded" }], 60)).toBe(3);
});

test("What has ended, however it has, is in nobody's way.", async () => {
  expect(await wait([{ old: "Succeeded", candidate: "Failed", other: "Canceled" }], 60)).toBe(1);
  expect(await wait([{}], 60)).toBe(1);
});

test("One that doesn't end ends the run, which says what it waited for.", async () => {
  await expect(wait([{ candidate: "Creating" }], 0)).rejects.toThrow("candidate is still Creating after 0 s.");
});
