// Proves the number of instances in an update of an autoscaled deployment, and when autoscale's changes are ignored. Doesn't prove
// that the engine applies them: tests/e2e/rolloutScale does.
import * as pulumi from "@pulumi/pulumi";
import { keepLiveInstances } from "../../../../components/endpoint/deployment/liveInstances";
import type { EndpointReference } from "../../../../components/endpoint/reference";
import { writtenTag } from "../../../../planner/tags";
import { armClient, serveAzure } from "../../../azure/fakeArm";
import { workspaceId } from "../../fixtures";
import { record } from "../../recorder";

const endpointId = `${workspaceId}/onlineEndpoints/chat`;

const scalable = { name: "main-00000001", concurrency: 8, max: 6 };
const inputs = {
  ...{ resourceGroupName: "rg", workspaceName: "workspace", endpointName: "chat", deploymentName: scalable.name },
  sku: { name: "Default", capacity: 1 },
  tags: { owner: "ml" },
  properties: { environmentVariables: { A: "1" } },
};

interface Result {
  readonly props: { readonly sku: { readonly capacity: number }; readonly tags: Record<string, string> };
  readonly opts: { readonly ignoreChanges: string[] };
}

async function transformed(props: object, live?: { capacity: number; concurrency?: number; written?: string }): Promise<Result> {
  const { capacity, concurrency = 8, written = "" } = live ?? {};
  const found = {
    sku: { capacity },
    tags: { [writtenTag]: written },
    properties: { provisioningState: "Succeeded", requestSettings: { maxConcurrentRequestsPerInstance: concurrency } },
  };
  const azure = await serveAzure(live === undefined ? {} : { [`${endpointId}/deployments/${scalable.name}`]: found });
  const endpoint = { id: pulumi.output(endpointId), azure: armClient() } as unknown as EndpointReference;
  const args = { custom: true, type: "", name: "", props, opts: { ignoreChanges: ["sku.capacity"] } };
  const { result } = await record(() => keepLiveInstances(endpoint, scalable)(args)).finally(() => azure.close());
  return result as Result;
}

const writtenOf = async (props: object) => (await transformed(props)).props.tags[writtenTag]!;

test("A new deployment gets the given number, and a tag with the hash of its inputs.", async () => {
  const { props, opts } = await transformed(inputs);
  expect(props).toMatchObject({ ...inputs, tags: { owner: "ml", [writtenTag]: expect.stringMatching(/^[0-9a-f]{8}$/) } });
  expect(opts.ignoreChanges).toEqual(["sku.capacity"]);
});

test("Without another change, autoscale's number is ignored.", async () => {
  const { props, opts } = await transformed(inputs, { capacity: 4, written: await writtenOf(inputs) });
  expect(props.sku.capacity).toBe(1);
  expect(opts.ignoreChanges).toEqual(["sku.capacity"]);
});

const changes: [what: string, props: object, concurrency: number, capacity: number][] = [
  ["a tag", { ...inputs, tags: { owner: "another-team" } }, 8, 4],
  ["a property", { ...inputs, properties: { environmentVariables: { A: "2" } } }, 8, 4],
  ["a lower concurrency", { ...inputs, properties: {} }, 10, 5],
  ["a concurrency so low that the maximum of instances is too small", { ...inputs, properties: {} }, 64, 6],
  ["a higher concurrency", { ...inputs, properties: {} }, 4, 4],
];
test.each(changes)("If %s changes, the update contains the current number.", async (_, props, concurrency, capacity) => {
  const found = await transformed(props, { capacity: 4, concurrency, written: await writtenOf(inputs) });
  expect(found.props.sku.capacity).toBe(capacity);
  expect(found.opts.ignoreChanges).toEqual([]);
});

test("A changed number of instances alone is not an update.", async () => {
  expect(await writtenOf({ ...inputs, sku: { name: "Default", capacity: 5 } })).toBe(await writtenOf(inputs));
});

test("Inputs that depend on another resource are compared by value.", async () => {
  const wrapped = (value: string) => ({ ...inputs, properties: pulumi.output({ environmentVariables: { A: value } }) });
  expect(await writtenOf(wrapped("1"))).toBe(await writtenOf(inputs));
  expect(await writtenOf(wrapped("2"))).not.toBe(await writtenOf(inputs));
});
