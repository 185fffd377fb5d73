// Proves that the reader converts resources as the simulator's provider does, which shares no code with it: every resource of the shipped
// stacks, and for every type of the table inputs with all properties of its schema. Doesn't prove that azure-native sends the same bodies.

// Before Pulumi's runtime, which reads the folder on load.
import "../../components/rootDirectory";

import { resourceTypes } from "../../../azure/resourceTypes";
import { toBody } from "../../../azure-local/providers/mapping";
import { apiVersionOf, resourceId, resourceType } from "../../../azure-local/providers/metadata";
import { isObject, type Properties } from "../../../azure-local/providers/wire";
import { ruleResources } from "../../../rules/read/pulumi";
import { SUBSCRIPTION } from "../../components/recorder";
import { runStack } from "../../components/shippedStacks";
import { fullInputs } from "./fullInputs";

afterAll(() => jest.restoreAllMocks());

/** What the simulator's provider sends. ARM requires `properties` for some types, and the provider adds it; it contains nothing. */
function sent(token: string, inputs: Properties): { readonly id: string; readonly apiVersion: string; readonly body: Properties } {
  const type = resourceType(token);
  const { properties, ...rest } = toBody(type.inputSchema, inputs);
  const isEmpty = isObject(properties) && Object.keys(properties).length === 0;
  const body = properties === undefined || isEmpty ? rest : { ...rest, properties };
  return { id: resourceId(type, inputs, SUBSCRIPTION), apiVersion: apiVersionOf(type, inputs), body };
}

function read(token: string, inputs: Properties) {
  const [resource] = ruleResources({ token, name: "one", inputs }, SUBSCRIPTION);
  return { id: resource?.id, apiVersion: resource?.apiVersion, body: resource?.body };
}

test.each(["prod", "dev"])("Every resource of the shipped stack %s is read as it is sent", async (stack) => {
  const { resources } = await runStack(stack);
  const custom = resources.filter(({ type }) => type.startsWith("azure-native:"));
  expect(custom.length).toBeGreaterThan(40);
  const pairs = custom.map(({ name, type, inputs }) => ({ name, ours: read(type, inputs), theirs: sent(type, inputs) }));
  expect(pairs.map(({ name, ours }) => [name, ours])).toEqual(pairs.map(({ name, theirs }) => [name, theirs]));
});

test.each(Object.keys(resourceTypes))("All properties of %s are read as they are sent", (name) => {
  const token = `azure-native:${name}`;
  const all = fullInputs(token).map((inputs) => ({ ...inputs, ...(name === "resources:Resource" ? { apiVersion: "2025-12-01" } : {}) }));
  expect(all.map((inputs) => read(token, inputs))).toEqual(all.map((inputs) => sent(token, inputs)));
});
