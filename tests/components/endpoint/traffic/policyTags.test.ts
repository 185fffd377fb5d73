// Proves the handling of a policy's tags when the endpoint is written: lost tags are restored, others are unchanged, and a failure causes a
// warning and doesn't fail the run. That the engine runs these hooks is proved in tests/e2e/landingZone.test.ts.
import * as pulumi from "@pulumi/pulumi";
import type { EndpointReference } from "../../../../components/endpoint/reference";
import { keepPolicyTags } from "../../../../components/endpoint/traffic/policyTags";
import { armClient, serveAzure } from "../../../azure/fakeArm";
import { workspaceId } from "../../fixtures";
import { record } from "../../recorder";

type Tags = Readonly<Record<string, string>>;

const id = `${workspaceId}/onlineEndpoints/chat`;
const args = { name: "", urn: "", id: "", type: "" };

let warned: string[];
beforeEach(() => {
  warned = [];
  jest.spyOn(pulumi.log, "warn").mockImplementation(async (message) => void warned.push(message));
});
afterEach(() => jest.restoreAllMocks());

/** Runs the hooks before and after a write that changes the tags. Returns the tags that they wrote. */
async function around(before: Tags | undefined, after: Tags, names: readonly string[], patch: object | number = {}): Promise<string[]> {
  const azure = await serveAzure({ ...(before && { [id]: { tags: before } }), [`PATCH ${id}`]: patch });
  const run = async () => {
    const endpoint = { id: pulumi.output(id), azure: armClient() } as unknown as EndpointReference;
    const { beforeUpdate = [], afterUpdate = [] } = keepPolicyTags("tags", endpoint, names);
    for (const hook of beforeUpdate as pulumi.ResourceHook[]) await hook.callback(args);
    azure.responses[id] = { tags: after };
    for (const hook of afterUpdate as pulumi.ResourceHook[]) await hook.callback(args);
  };
  await record(run).finally(() => azure.close());
  return azure.writes;
}

test.each<[string, before: Tags | undefined, after: Tags, names: readonly string[], written: boolean]>([
  ["that the write has lost", { owner: "ml", CostCenter: "4711" }, { owner: "ml" }, ["CostCenter"], true],
  ["that the policy has added to the write", { CostCenter: "4711" }, { CostCenter: "4712" }, ["CostCenter"], false],
  ["that the endpoint never had", { owner: "ml" }, { owner: "ml" }, ["CostCenter"], false],
  ["of an endpoint that wasn't there", undefined, { owner: "ml" }, ["CostCenter"], false],
  ["that the stack doesn't leave to a policy", { old: "x" }, {}, ["CostCenter"], false],
  ["of a stack without tags of a policy", { CostCenter: "4711" }, {}, [], false],
])("A tag is restored only if it was lost: a tag %s.", async (_, before, after, names, written) => {
  expect(await around(before, after, names)).toEqual(written ? [`PATCH ${id}`] : []);
  expect(warned).toEqual([]);
});

test("A tag that can't be restored is reported, and the write does not fail.", async () => {
  await around({ CostCenter: "4711" }, {}, ["CostCenter"], 403);
  expect(warned).toEqual([
    expect.stringMatching(
      /^Updating the traffic of .*\/onlineEndpoints\/chat removed the tags CostCenter, and restoring them failed. Add them to the endpoint again. Error: /,
    ),
  ]);
});
