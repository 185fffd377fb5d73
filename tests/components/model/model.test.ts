// Proves the model version's name, the URI of the weights and the body, and that different weights have different names. Doesn't prove that
// the weights exist.
import fc from "fast-check";
import { Model } from "../../../components/model/model";
import { modelKey, modelName, weightsPath } from "../../../planner/names";
import { workspace } from "../fixtures";
import { armRequest, find, listing, record, SUBSCRIPTION, schemaErrors } from "../recorder";

const revision = "c".repeat(40);
const args = { workspace, stack: "prod", id: "Qwen/Qwen2.5-7B-Instruct", revision, path: "models/qwen" };

test.each([false, true])("Staged weights are one model version in the workspace's blob datastore (preview %s).", async (preview) => {
  const recording = await record(() => new Model("model", args), { preview });
  expect(listing(recording)).toEqual(["model-version: machinelearningservices:ModelVersion", "model: moor:index:Model"].sort());
  const version = find(recording, "model-version");
  expect(armRequest(version)).toEqual({
    id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw/models/prod-Qwen-Qwen2-5-7B-Instruct-${revision}-3aaae37d/versions/1`,
    body: {
      properties: {
        modelType: "custom_model",
        modelUri: `azureml://subscriptions/${SUBSCRIPTION}/resourceGroups/rg/workspaces/mlw/datastores/workspaceblobstore/paths/models/qwen`,
        description: `Qwen/Qwen2.5-7B-Instruct at ${revision}`,
        isAnonymous: false,
        isArchived: false,
      },
    },
  });
  expect(schemaErrors(version)).toEqual([]);
});

describe("a model's name in Azure", () => {
  const name = (id: string, stack = "prod", commit = revision, withCode = false) =>
    modelName(stack, { id, revision: commit, path: weightsPath(id, commit, { withCode }) });

  test("contains the commit, because the version of a model must be a number in Azure", () => {
    expect(name("a/b")).toMatch(new RegExp(`^prod-a-b-${revision}-[0-9a-f]{8}$`));
  });

  test("has only characters that Azure accepts, at most 255 of them", () => {
    const anyId = fc.string({ minLength: 1, maxLength: 300 });
    fc.assert(fc.property(anyId, (id) => /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}$/.test(name(id)) && name(id).includes(revision)));
  });

  test.each([
    ["IDs that differ in characters that Azure rejects", [name("a/b.c"), name("a/b-c")]],
    ["IDs that differ only at the end and are too long", [name(`a/${"b".repeat(300)}c`), name(`a/${"b".repeat(300)}d`)]],
    ["a stack and an ID that are the same when joined", [name("b-c/d", "a"), name("c/d", "a-b")]],
    ["commits of one model", [name("a/b"), name("a/b", "prod", "d".repeat(40))]],
    ["weights with and without Python files", [name("a/b"), name("a/b", "prod", revision, true)]],
  ])("is different for %s", (_, [one, other]) => {
    expect(one).not.toBe(other);
  });
});

test("Weights of a stack have different keys if their IDs, commits or files differ", () => {
  const keyOf = (id: string, commit = revision, withCode = false) =>
    modelKey({ id, revision: commit, path: weightsPath(id, commit, { withCode }) });
  const keys = [keyOf("a/b.c"), keyOf("a/b-c"), keyOf("a/b.c", `${revision.slice(0, 39)}d`), keyOf("a/b.c", revision, true)];
  expect(new Set(keys).size).toBe(4);
  expect(keys[0]).toMatch(/^a-b-c-[0-9a-f]{8}$/);
});
