// Proves that a type without a rule is never a silent pass, and that no type of the table in azure/resourceTypes.ts is one.
import { armTypeOf, resourceTypes, type TypedResourceName } from "../../../azure/resourceTypes";
import { checksOf, resourceOf, resultsOf } from "./world";

const names = Object.keys(resourceTypes) as (keyof typeof resourceTypes)[];
const typed = names.filter((name): name is TypedResourceName => name !== "resources:Resource" && name !== "resources:ResourceGroup");

test.each([
  "Microsoft.DocumentDB/databaseAccounts",
  "Microsoft.EventHub/namespaces",
  "Microsoft.CognitiveServices/accounts",
  "Microsoft.Storage/storageAccounts/dataShares",
  "Example.Provider/things",
])("%s has no rule, so nothing is proved", (type) => {
  const resource = resourceOf(type, { location: "swedencentral" });
  expect(resultsOf("MOOR418", resource)).toEqual(["unknown type"]);
  expect(checksOf(resource).find(({ code }) => code === "MOOR418")?.problem).toBe(
    `No rule checks ${type}, so the locations where it stores and sends data are not proved.`,
  );
});

test.each([
  ...typed.map((name) => armTypeOf(name).replace("{recordType}", "A")),
  "Microsoft.Resources/resourceGroups",
  "MICROSOFT.NETWORK/NETWORKINTERFACES",
  "Microsoft.Authorization/locks",
])("%s is covered", (type) => {
  expect(resultsOf("MOOR418", resourceOf(type, { location: "swedencentral", properties: {} }))).toEqual([]);
});

test("a template that is loaded from an address isn't read", () => {
  const deployment = (properties: object) => resourceOf("Microsoft.Resources/deployments", { properties: { ...properties } });
  expect(resultsOf("MOOR418", deployment({ templateLink: { uri: "https://example.com/t.json?sig=planted" } }))).toEqual([
    "unknown properties.templateLink",
  ]);
  expect(resultsOf("MOOR418", deployment({ template: { resources: [] } }))).toEqual([]);
});
