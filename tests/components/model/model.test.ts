// Proves the model version's name, address of the weights and body. Doesn't prove that weights are there.
import { Model, modelKey, modelName } from "../../../components/model/model";
import { workspace } from "../fixtures";
import { armRequest, find, listing, record, SUBSCRIPTION, schemaErrors } from "../recorder";

const args = { workspace, stack: "prod", id: "Qwen/Qwen2.5-7B-Instruct", revision: "c".repeat(40), path: "models/qwen" };

test.each([false, true])("Staged weights are one model version over the workspace's blob datastore (preview %s).", async (preview) => {
  const recording = await record(() => new Model("model", args), { preview });
  expect(listing(recording)).toEqual(["model-version: machinelearningservices:ModelVersion", "model: moor:index:Model"].sort());
  const version = find(recording, "model-version");
  expect(armRequest(version)).toEqual({
    id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw/models/prod-Qwen-Qwen2-5-7B-Instruct/versions/${"c".repeat(40)}`,
    body: {
      properties: {
        modelType: "custom_model",
        modelUri: `azureml://subscriptions/${SUBSCRIPTION}/resourceGroups/rg/workspaces/mlw/datastores/workspaceblobstore/paths/models/qwen`,
        description: `Qwen/Qwen2.5-7B-Instruct at ${"c".repeat(40)}`,
        isAnonymous: false,
        isArchived: false,
      },
    },
  });
  expect(schemaErrors(version)).toEqual([]);
});

test("A model's name in Azure has no characters that Azure refuses.", () => {
  expect(modelName("prod", "a.b/c_d-e:f")).toBe("prod-a-b-c_d-e-f");
  expect(modelKey({ id: "a/b.c", revision: "0123456789" })).toBe("a-b-c-01234567");
});
