// Proves what the gate's hooks say of changes that others have made in Azure, and that one which is gone is not asked. What it asks of the
// others is proved in gate.test; that the engine runs the hooks, in tests/e2e.
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

/** Runs the hook of a write, with what the last one wrote, what Azure has, and what is to be written. */
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
  ["as it was written", { [one]: 100 }, []],
  ["as it is to be written: a killed run has done it", { [two]: 100 }, []],
  [
    "as nobody here has written it",
    { [one]: 60, [two]: 40 },
    [`chat: traffic was changed outside this program, to ${one} 60 %, ${two} 40 %; it was written as ${one} 100 %.`],
  ],
])("Traffic that Azure has %s.", async (_, live, warnings) => {
  await write("off", { [one]: 100 }, live, { [two]: 100 });
  expect(warned).toEqual(warnings);
});

test("A deployment that is gone from Azure is not asked, and the remedy is named.", async () => {
  await expect(write("controlPlane", { [one]: 100 }, { [one]: 100 }, { [two]: 100 })).rejects.toThrow(
    `chat: ${two} is gone from Azure. Traffic was not changed: ${one} 100 % still serves. Run \`pulumi refresh\`, then \`pulumi up\`: it makes ${two} again.`,
  );
});
