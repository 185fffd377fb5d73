// Proves the gate's warning of changes made outside the program, and that a deployment which no longer exists is not checked. The checks
// are proved in gate.test.ts; that the engine runs the hooks, in tests/e2e.
import * as pulumi from "@pulumi/pulumi";
import { Gate } from "../../../../components/endpoint/gate";
import type { EndpointReference } from "../../../../components/endpoint/reference";
import { armClient, serveAzure } from "../../../azure/fakeArm";
import { workspace, workspaceId } from "../../fixtures";
import { record } from "../../recorder";

type Shares = Readonly<Record<string, number>>;

const id = `${workspaceId}/onlineEndpoints/chat`;
const inputs = (traffic: Shares) => ({ properties: { template: { resources: [{ properties: { traffic } }] } } });
const [one, two] = ["main-00000001", "main-00000002"] as const;

let warned: string[];
beforeEach(() => {
  warned = [];
  jest.spyOn(pulumi.log, "warn").mockImplementation(async (message) => void warned.push(message));
});
afterEach(() => jest.restoreAllMocks());

/** Runs the hook of a write, with the traffic of the last write, in Azure, and of the next write. */
async function write(mode: "off" | "controlPlane", last: Shares, live: Shares, next: Shares): Promise<void> {
  const properties = { authMode: "Key", scoringUri: "https://chat.swedencentral.inference.ml.azure.com/score", traffic: live };
  const azure = await serveAzure({ [id]: { properties }, [`${id}/deployments`]: { value: [] } });
  const run = () => {
    const endpoint = { id: pulumi.output(id), name: pulumi.output("chat"), workspace, azure: armClient() } as unknown as EndpointReference;
    const subjects = [{ name: two, decision: undefined as never }];
    const args = { name: "", urn: "", id: "", type: "", oldInputs: inputs(last), newInputs: inputs(next) };
    return new Gate(endpoint, { mode, subjects }).beforeWrite("gate").callback(args);
  };
  await record(run).finally(() => azure.close());
}

test.each<[what: string, live: Shares, warnings: string[]]>([
  ["equals the last one", { [one]: 100 }, []],
  ["equals the next one: a killed run has written it", { [two]: 100 }, []],
  [
    "was changed outside the program",
    { [one]: 60, [two]: 40 },
    [`chat: traffic was changed outside the stack, from ${one} 100% to ${one} 60%, ${two} 40%. This run overwrites the change.`],
  ],
])("The traffic in Azure %s.", async (_, live, warnings) => {
  await write("off", { [one]: 100 }, live, { [two]: 100 });
  expect(warned).toEqual(warnings);
});

test("A deployment that no longer exists in Azure is not checked, and the error contains the fix.", async () => {
  await expect(write("controlPlane", { [one]: 100 }, { [one]: 100 }, { [two]: 100 })).rejects.toThrow(
    `chat: ${two} no longer exists in Azure. Traffic was not changed: ${one} 100%. Run \`pulumi refresh\`, then \`pulumi up\` to create ${two} again.`,
  );
});
