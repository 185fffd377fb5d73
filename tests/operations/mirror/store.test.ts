/** Where weights are staged, from the state and from Azure Resource Manager. */
import type { Checkpoint } from "../../../operations/checkpoint";
import { weightStore } from "../../../operations/mirror/store";
import { stackAzure, stackBlobs } from "../../../operations/stackAzure";
import { type FakeAzure, serveAzure } from "../../azure/fakeArm";

const workspace =
  "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw";
const datastore = `${workspace}/datastores/workspaceblobstore`;
const state = (...resources: readonly { readonly type: string; readonly id: string }[]): Checkpoint => ({
  version: 3,
  deployment: { resources: resources.map(({ type, id }) => ({ urn: `urn:${id}`, custom: true, type, id })) },
});
const created = state({ type: "azure-native:machinelearningservices:Workspace", id: workspace });
const stack = { stack: "prod", local: false };

let azure: FakeAzure;
afterEach(() => azure.close());

async function find(responses: Readonly<Record<string, object | number>>, checkpoint = created, adopted?: string, local = false) {
  azure = await serveAzure(responses);
  const client = stackAzure({ local: true, environment: { MOOR_ARM_URL: process.env.MOOR_ARM_URL } }, {});
  return weightStore({ ...stack, local }, client, adopted, checkpoint);
}

const properties = { datastoreType: "AzureBlob", accountName: "stprod", containerName: "azureml-blobstore-1" };

test("The container is that of the datastore, in the created or the adopted workspace", async () => {
  const expected = { workspaceId: workspace, account: "stprod", container: "azureml-blobstore-1" };
  expect(await find({ [datastore]: { properties } })).toEqual(expected);
  await azure.close();
  const other = workspace.replace("/mlw", "/adopted");
  expect(await find({ [`${other}/datastores/workspaceblobstore`]: { properties } }, state(), other)).toEqual({
    ...expected,
    workspaceId: other,
  });
});

test("Without a workspace, the error has the command that creates it", async () => {
  await expect(find({}, state())).rejects.toThrow(
    "The workspace of prod doesn't exist yet. Create the platform first, without the endpoints:\n  npm run platform -- -s prod\nThen run this command again.",
  );
  await azure.close();
  await expect(find({}, state(), undefined, true)).rejects.toThrow("npm run platform -- -s prod --local\n");
  await azure.close();
  await expect(find({})).rejects.toThrow(`The workspace ${workspace} or its datastore workspaceblobstore doesn't exist in Azure.`);
});

test("A datastore without a container, and a request that is refused, are errors", async () => {
  await expect(find({ [datastore]: { properties: { datastoreType: "AzureDataLakeGen2" } } })).rejects.toThrow(
    `The datastore workspaceblobstore of ${workspace} names no blob container.`,
  );
  await azure.close();
  await expect(find({ [datastore]: 403 })).rejects.toMatchObject({ status: 403 });
});

test("In the local Azure, the client says where this machine is", async () => {
  azure = await serveAzure({});
  const environment = { MOOR_ARM_URL: process.env.MOOR_ARM_URL };
  const client = stackAzure({ local: true, environment }, {});
  const container = stackBlobs({ local: true, environment: { ...environment, MOOR_LOCAL_NETWORK: "outside" } }, client, "stprod", "models");
  expect(container.host).toBe("stprod.blob.core.windows.net");
  await container.properties("a");
  expect(azure.reads.concat(azure.writes)).toEqual(["HEAD /data/stprod.blob.core.windows.net/models/a"]);
  const government = stackAzure({ local: false, environment: {} }, { "azure-native:environment": "usgovernment" });
  expect(stackBlobs({ local: false, environment: {} }, government, "stprod", "models").host).toBe("stprod.blob.core.usgovcloudapi.net");
});
