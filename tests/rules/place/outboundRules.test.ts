// Proves every kind of outbound rule, as a resource and in the body of a workspace. Doesn't prove what Azure's firewall lets through.
import { type Body, SECRET, UNKNOWN, type Value } from "../../../rules/values";
import { checksOf, idOf, inside, missing, outside, resourceOf, resultsOf, sweden, types } from "./world";

const fqdn = (destination: Value): Value => ({ type: "FQDN", category: "UserDefined", destination });
const tag = (serviceTag: Value, more: Readonly<Record<string, Value>> = {}): Value => ({
  type: "ServiceTag",
  category: "UserDefined",
  destination: { serviceTag, action: "Allow", ...more },
});
const endpoint = (serviceResourceId: Value): Value => ({
  type: "PrivateEndpoint",
  destination: { serviceResourceId, subresourceTarget: "blob" },
});

const cases: [string, string, Value, string[]][] = [
  ["a host on the internet", "MOOR413", fqdn("pypi.org"), ["violated destination"]],
  ["all hosts", "MOOR413", fqdn("*"), ["violated destination"]],
  ["the Hub", "MOOR425", fqdn("huggingface.co"), ["violated destination"]],
  ["the Hub's files", "MOOR425", fqdn("*.xethub.hf.co"), ["violated destination"]],
  ["a host that only looks like the Hub", "MOOR413", fqdn("huggingface.co.example.com"), ["violated destination"]],
  ["all storage accounts", "MOOR413", fqdn("*.blob.core.windows.net"), ["violated destination"]],
  ["an account inside", "MOOR413", fqdn("home.blob.core.windows.net"), ["holds destination"]],
  ["an account outside", "MOOR413", fqdn("AWAY.blob.core.windows.net"), ["violated destination"]],
  ["a foreign account", "MOOR413", fqdn("stranger.blob.core.windows.net"), ["violated destination"]],
  ["a host in a region inside", "MOOR413", fqdn("swedencentral.api.azureml.ms"), ["holds destination"]],
  ["a host in a region outside", "MOOR413", fqdn("westeurope.api.azureml.ms"), ["violated destination"]],
  ["an unknown host", "MOOR413", fqdn(UNKNOWN), ["unknown destination"]],
  ["a secret host", "MOOR413", fqdn(SECRET), ["unknown destination"]],
  ["a host that isn't text", "MOOR413", fqdn({ host: "x" }), ["violated destination"]],
  ["no destination", "MOOR413", fqdn(undefined), ["violated destination"]],
  ["a tag inside", "MOOR413", tag("Storage.SwedenCentral"), ["holds destination.serviceTag"]],
  ["a tag outside", "MOOR413", tag("Storage.WestEurope"), ["violated destination.serviceTag"]],
  ["a tag without a region", "MOOR413", tag("Storage"), ["violated destination.serviceTag"]],
  ["the internet", "MOOR413", tag("Internet"), ["violated destination.serviceTag"]],
  ["Front Door, as a rule of the stack", "MOOR413", tag("AzureFrontDoor.FirstParty"), ["violated destination.serviceTag"]],
  ["the managed network itself", "MOOR413", tag("VirtualNetwork"), ["holds destination.serviceTag"]],
  ["a denied tag", "MOOR413", tag("Internet", { action: "Deny" }), ["holds destination.action"]],
  ["an unknown tag", "MOOR413", tag(UNKNOWN), ["unknown destination.serviceTag"]],
  [
    "addresses",
    "MOOR413",
    tag("Storage.SwedenCentral", { addressPrefixes: ["10.0.0.0/8", "203.0.113.0/24", UNKNOWN] }),
    [
      "holds destination.serviceTag",
      "holds destination.addressPrefixes.0",
      "violated destination.addressPrefixes.1",
      "unknown destination.addressPrefixes.2",
    ],
  ],
  ["a target inside", "MOOR413", endpoint(inside.account), ["holds destination.serviceResourceId"]],
  ["a target outside", "MOOR413", endpoint(outside.account), ["violated destination.serviceResourceId"]],
  ["a target that isn't in the review", "MOOR413", endpoint(missing.account), ["unknown destination.serviceResourceId"]],
  ["an unknown target", "MOOR413", { type: "PrivateEndpoint", destination: UNKNOWN }, ["unknown destination"]],
  ["an unknown type", "MOOR413", { type: UNKNOWN, destination: "pypi.org" }, ["unknown destination"]],
  ["another type", "MOOR413", { type: "Anything", destination: "pypi.org" }, ["violated type"]],
  ["a type in lower case", "MOOR413", { type: "fqdn", destination: "pypi.org" }, ["violated destination"]],
];

test.each(cases)("a rule resource for %s", (_, code, properties, expected) => {
  const resource = resourceOf(`${types.workspace}/outboundRules`, { properties });
  expect(resultsOf(code, resource)).toEqual(expected.map((one) => one.replace(" ", " properties.")));
});

test.each(cases)("a rule in a workspace for %s", (_, code, properties, expected) => {
  const resource = resourceOf(types.workspace, {
    location: "swedencentral",
    properties: { managedNetwork: { outboundRules: { r: properties } } },
  });
  expect(resultsOf(code, resource)).toEqual(expected.map((one) => one.replace(" ", " properties.managedNetwork.outboundRules.r.")));
});

test.each<[string, Value, string[]]>([
  ["unknown rules", UNKNOWN, ["unknown properties.managedNetwork.outboundRules"]],
  ["rules that are text", "x", ["violated properties.managedNetwork.outboundRules"]],
  ["an unknown rule", { r: UNKNOWN }, ["unknown properties.managedNetwork.outboundRules.r"]],
  ["no rules", {}, []],
])("a workspace with %s", (_, outboundRules, expected) => {
  expect(resultsOf("MOOR413", resourceOf(types.workspace, { properties: { managedNetwork: { outboundRules } } }))).toEqual(expected);
});

test("required tags are Azure's only in what was observed", () => {
  const required = { type: "ServiceTag", category: "Required", destination: { serviceTag: "AzureMonitor" } };
  const rule = (from: "planned" | "observed", properties: Value = required) =>
    resourceOf(`${types.workspace}/outboundRules`, { properties }, { from });
  expect(checksOf(rule("observed")).map(({ code, outcome }) => [code, outcome])).toEqual([["MOOR430", "violated"]]);
  expect(checksOf(rule("planned")).map(({ code, outcome }) => [code, outcome])).toEqual([["MOOR413", "violated"]]);
  expect(checksOf(rule("observed", { ...required, category: "UserDefined" })).map(({ code }) => code)).toEqual(["MOOR413"]);
  expect(checksOf(rule("observed", { ...required, destination: { serviceTag: "Internet" } })).map(({ code }) => code)).toEqual(["MOOR413"]);
});

test.each([
  ["observed", []],
  ["planned", ["violated properties.managedNetwork.outboundRules.hub.destination"]],
] as const)("a rule in an observed workspace is checked once if the rule is %s, too", (from, results) => {
  const workspaceType = "Microsoft.MachineLearningServices/workspaces";
  const id = idOf(workspaceType, "net");
  const rule: Body = { type: "FQDN", category: "UserDefined", destination: "pypi.org" };
  const body: Body = { location: "swedencentral", properties: { managedNetwork: { outboundRules: { hub: rule } } } };
  const workspace = resourceOf(workspaceType, body, { id, from: "observed" });
  const child = resourceOf(`${workspaceType}/outboundRules`, { properties: rule }, { id: `${id}/outboundRules/hub`, from });
  expect(resultsOf("MOOR413", workspace, sweden, [child])).toEqual(results);
  expect(resultsOf("MOOR413", child, sweden, [workspace])).toEqual(["violated properties.destination"]);
});
