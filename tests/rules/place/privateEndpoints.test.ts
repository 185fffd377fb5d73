// Proves that a private endpoint, its network and its target are all in the residency.
import { UNKNOWN, type Value } from "../../../rules/values";
import { inside, missing, outside, resourceOf, resultsOf } from "./world";

const connection = (privateLinkServiceId: Value): Value => ({
  privateLinkServiceConnections: [{ name: "x", properties: { privateLinkServiceId } }],
});
const target = "properties.privateLinkServiceConnections.0.properties.privateLinkServiceId";

test.each<[string, Value, string[]]>([
  ["a target inside", connection(inside.vault), [`holds ${target}`]],
  ["a target inside, in lower case", connection(inside.vault.toLowerCase()), [`holds ${target}`]],
  ["a target outside", connection(outside.vault), [`violated ${target}`]],
  ["a target that isn't in the review", connection(missing.vault), [`unknown ${target}`]],
  ["an unknown target", connection(UNKNOWN), [`unknown ${target}`]],
  ["a target of another form", connection({ id: inside.vault }), [`violated ${target}`]],
  ["no connections", { privateLinkServiceConnections: [] }, []],
  ["connections that are text", { privateLinkServiceConnections: "x" }, ["violated properties.privateLinkServiceConnections"]],
  [
    "a manual connection",
    { manualPrivateLinkServiceConnections: [{ properties: { privateLinkServiceId: outside.account } }] },
    ["violated properties.manualPrivateLinkServiceConnections.0.properties.privateLinkServiceId"],
  ],
  [
    "aliases",
    {
      manualPrivateLinkServiceConnections: ["westeurope", "swedencentral"].map((region) => ({
        properties: { privateLinkServiceId: `service.0a0a0a0a-0000-4000-8000-000000000000.${region}.azure.privatelinkservice` },
      })),
    },
    [
      "violated properties.manualPrivateLinkServiceConnections.0.properties.privateLinkServiceId",
      "holds properties.manualPrivateLinkServiceConnections.1.properties.privateLinkServiceId",
    ],
  ],
  ["a subnet inside", { subnet: { id: `${inside.network}/subnets/a` } }, ["holds properties.subnet.id"]],
  ["a subnet outside", { subnet: { id: `${outside.network}/subnets/a` } }, ["violated properties.subnet.id"]],
  ["an unknown subnet", { subnet: UNKNOWN }, ["unknown properties.subnet"]],
  ["no body", undefined, []],
])("%s", (_, properties, expected) => {
  expect(resultsOf("MOOR412", resourceOf("Microsoft.Network/privateEndpoints", { location: "swedencentral", properties }))).toEqual(
    expected,
  );
});

test("shared private links of a workspace", () => {
  const links = [{ properties: { privateLinkResourceId: outside.account } }, { properties: { privateLinkResourceId: inside.account } }];
  const workspace = resourceOf("Microsoft.MachineLearningServices/workspaces", { properties: { sharedPrivateLinkResources: links } });
  expect(resultsOf("MOOR412", workspace)).toEqual([
    "violated properties.sharedPrivateLinkResources.0.properties.privateLinkResourceId",
    "holds properties.sharedPrivateLinkResources.1.properties.privateLinkResourceId",
  ]);
});
