// Proves that a run without endpoints (MOOR_ENDPOINTS=none) fails if it would delete endpoints, or if it can't read them.
import * as pulumi from "@pulumi/pulumi";
import { rejectDeletedEndpoints } from "../../../components/risks";
import { type FakeAzure, serveAzure } from "../../azure/fakeArm";
import { workspaceId } from "../fixtures";
import { type RecordOptions, record } from "../recorder";

class Place extends pulumi.ComponentResource {
  constructor(readonly id: pulumi.Output<string>) {
    super("test:index:Place", "place");
  }
}

const list = `${workspaceId}/onlineEndpoints`;
const live = (name: string, stack: string) => ({ id: `${list}/${name}`, name, tags: { "moor-stack": stack }, properties: { traffic: {} } });

let isLocal = true;
jest.mock("../../../components/base/azure", () => ({
  ...jest.requireActual<typeof import("../../../components/base/azure")>("../../../components/base/azure"),
  localNetwork: () => (isLocal ? "inside" : undefined),
}));

let azure: FakeAzure;
afterEach(async () => {
  isLocal = true;
  jest.restoreAllMocks();
  await azure.close();
});

/** Errors with which the program ends; a program that ends never resolves its outputs. */
async function reject(shown: Record<string, object | number>, id = workspaceId, options: RecordOptions = {}): Promise<string[]> {
  azure = await serveAzure(shown);
  const errors: string[] = [];
  jest.spyOn(pulumi.log, "error").mockImplementation(async (...[text]) => void errors.push(text));
  jest.spyOn(process, "exit").mockImplementation((code) => void errors.push(`exit ${code}`) as never);
  await record(() => ({ rejected: rejectDeletedEndpoints({ stack: "prod", workspace: new Place(pulumi.output(id)) }) }), options);
  return errors;
}

test.each([
  [false, true, "npm run local -- up -s prod"],
  [true, false, "pulumi up"],
])("endpoints of the stack are named, those of another stack are not (preview %s, local Azure %s)", async (preview, local, up) => {
  isLocal = local;
  const shown = { [list]: { value: [live("chat-prod-x7k2p9", "prod"), live("fraud-prod-x7k2p9", "prod"), live("chat-dev", "dev")] } };
  expect(await reject(shown, workspaceId, { preview })).toEqual([
    "This run creates only the platform (`npm run platform`), and would delete the endpoints of the stack: chat-prod-x7k2p9, fraud-prod-x7k2p9. " +
      `Run \`${up}\` instead. To delete the endpoints, remove them from moor:endpoints in the stack file.`,
    "exit 32",
  ]);
});

test("endpoints that can't be read count as existing", async () => {
  expect(await reject({ [list]: 403 })).toEqual([
    expect.stringContaining("Can't read whether the stack has endpoints: Azure answered 403"),
    "exit 32",
  ]);
});

test.each([
  ["without a workspace", {}, workspaceId],
  ["without endpoints", { [list]: { value: [] } }, workspaceId],
  ["before the workspace exists", {}, pulumi.unknown as unknown as string],
])("a stack %s is accepted", async (_, shown, id) => {
  expect(await reject(shown, id, { preview: true })).toEqual([]);
});
