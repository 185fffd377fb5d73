// Proves what happens to tags of a policy when the endpoint is written: what was lost is put back, nothing else is touched, and a failure is told and
// fails nothing. That the engine runs these hooks is proved in tests/e2e/landingZone.test.ts.
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

/** Runs the hooks around a write that leaves other tags; yields what they wrote. */
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
])("Put back only where it was lost: a tag %s.", async (_, before, after, names, written) => {
  expect(await around(before, after, names)).toEqual(written ? [`PATCH ${id}`] : []);
  expect(warned).toEqual([]);
});

test("A tag that can't be put back is named, and the write stays good.", async () => {
  await around({ CostCenter: "4711" }, {}, ["CostCenter"], 403);
  expect(warned).toEqual([
    expect.stringMatching(/^The tags CostCenter were lost when traffic of .*\/onlineEndpoints\/chat was written, and can't be put back: /),
  ]);
});
