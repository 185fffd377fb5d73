// Proves how long a run waits for operations that it did not start, against a small resource manager. Doesn't prove that it waits before
// the gate's checks and before the engine's deletions: the tests of killed rollouts do.
import { waitForOperations } from "../../../components/live/operations";
import { armClient, serveScript } from "../../azure/fakeArm";
import { group } from "../fixtures";

const endpointId = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw/onlineEndpoints/chat`;

beforeAll(() => jest.spyOn(console, "log").mockImplementation(() => {}));
afterAll(() => jest.restoreAllMocks());

/** Waits while the list of deployments shows these states in turn, then the last one. Returns the number of requests. */
async function wait(states: Record<string, string>[], limit: number): Promise<number> {
  const pages = states.map((shown) => {
    const value = Object.entries(shown).map(([name, provisioningState]) => ({ id: name, name, properties: { provisioningState } }));
    return { status: 200, body: { value } };
  });
  const azure = await serveScript(pages);
  await waitForOperations(armClient(), endpointId, limit).finally(() => azure.close());
  expect(new Set(azure.calls)).toEqual(new Set([`GET ${endpointId}/deployments?api-version=2025-12-01`]));
  return azure.calls.length;
}

test.each(["Creating", "Updating", "Scaling", "Deleting"])("The run waits for a deployment in the state %s.", async (state) => {
  expect(await wait([{ old: "Succeeded", candidate: state }, { old: state }, { old: "Succeeded" }], 60)).toBe(3);
});

test("The run doesn't wait for terminal states.", async () => {
  expect(await wait([{ old: "Succeeded", candidate: "Failed", other: "Canceled" }], 60)).toBe(1);
  expect(await wait([{}], 60)).toBe(1);
});

test("The run fails if the operation doesn't end, and reports the deployment.", async () => {
  await expect(wait([{ candidate: "Creating" }], 0)).rejects.toThrow("candidate is still Creating after 0 s.");
});
