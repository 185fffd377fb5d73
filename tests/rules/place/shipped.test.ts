// Proves that every rule for places holds on the shipped stacks, except for what Azure doesn't let anyone choose. Doesn't prove that Pulumi's
// engine passes these inputs: the tests with the engine do.
import { isFinding } from "../../../rules/finding";
import { placeRules } from "../../../rules/place";
import { ResourceSet } from "../../../rules/resource";
import { runRules } from "../../../rules/rule";
import { shippedResources } from "../shipped";
import { sweden } from "./world";

afterAll(() => jest.restoreAllMocks());

const reviewed = async (stack: string, preview = false) =>
  runRules(placeRules, { contract: sweden, resources: new ResourceSet(await shippedResources(stack, { preview })) });

test("the clean prod has only global services as findings", async () => {
  const checks = await reviewed("prod");
  expect(checks.filter(({ outcome }) => outcome === "unknown")).toEqual([]);
  const findings = checks.filter(isFinding);
  expect([...new Set(findings.map(({ code, resource }) => `${code} ${resource.type}`))].sort()).toEqual([
    "MOOR430 Microsoft.Insights/metricAlerts",
    "MOOR430 Microsoft.MachineLearningServices/workspaces",
    "MOOR430 Microsoft.Network/privateDnsZones",
    "MOOR430 Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    "MOOR430 Microsoft.Resources/resourceGroups",
  ]);
});

test.each(["prod", "dev"])("a preview of %s, in which names are unknown, has the same findings as the update", async (stack) => {
  const findings = async (preview: boolean) =>
    (await reviewed(stack, preview)).filter(isFinding).map(({ code, resource, property }) => `${code} ${resource.name} ${property}`);
  expect((await findings(true)).sort()).toEqual((await findings(false)).sort());
});

test("in the clean dev, the model comes from the Hub", async () => {
  const findings = (await reviewed("dev")).filter(isFinding).filter(({ code }) => code !== "MOOR430");
  expect(findings.map(({ code, resource, property }) => [code, resource.name.replace(/-[0-9a-f]{8}-/, "-*-"), property])).toEqual([
    ["MOOR425", "hub-hf-hub", "properties.destination"],
    ["MOOR425", "hub-hf-lfs", "properties.destination"],
    ["MOOR425", "hub-hf-lfs-us", "properties.destination"],
    ["MOOR425", "hub-hf-xet", "properties.destination"],
    ["MOOR425", "chat-main-*-deployment", "properties.environmentVariables.HF_HUB_OFFLINE"],
  ]);
});

test("every resource of prod that can hold data has evidence", async () => {
  const resources = await shippedResources("prod");
  const checked = new Set((await reviewed("prod")).map(({ resource }) => resource.name));
  expect([...new Set(resources.filter(({ name }) => !checked.has(name)).map(({ type }) => type))].sort()).toEqual([
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.Authorization/roleDefinitions",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
    "Microsoft.Network/virtualNetworks/subnets",
    "Microsoft.Resources/deployments",
    "Microsoft.Storage/storageAccounts/blobServices",
  ]);
});
