/** Tests how texts of reviews name resources. Doesn't prove that every type of a stack has a word: unknown types are "Resource". */
import * as fc from "fast-check";
import { changeOf } from "../../review/change";
import { counted, joined, listed, mentionedText, resourcesText, sharesText, summaryOf, withinSentence } from "../../review/words";
import { previewOf } from "./previews";

const change = changeOf(previewOf("noChange"));
const vault = "Microsoft.KeyVault/vaults";
const endpoint = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints";
const named = (name: string, type: string) => ({ name, type });

test.each([
  [[named("platform-vault", vault)], "Key Vault platform-vault"],
  [[named("b", vault), named("a", vault.toUpperCase())], "Key Vaults a and b"],
  [["d", "c", "b", "a"].map((name) => named(name, vault)), "Key Vaults a, b, c and 1 more"],
  [[named("chat-endpoint", endpoint), named("chat-traffic-write/resources/0", endpoint)], "Endpoint chat"],
  [[named("x", "Contoso.Things/things")], "Resource x"],
  [
    [named("s", "Microsoft.Storage/storageAccounts"), named("v", vault), named("w", endpoint)],
    "Storage account s, Key Vault v, 1 other resource",
  ],
])("names %#", (resources, expected) => {
  expect(resourcesText(resources, change)).toBe(expected);
});

test("a deployment is named by its label and its endpoint", () => {
  const deployments = change.endpoints.before.flatMap(({ deployments: all }) => all.map(({ resource }) => resource));
  expect(deployments.map((one) => resourcesText([one], change)).sort()).toEqual([
    "Deployment candidate of endpoint chat",
    "Deployment main of endpoint chat",
    "Deployment main of endpoint fraud",
  ]);
  expect(change.endpoints.before.map(sharesText).sort()).toEqual(["main 100%", "main 90%, candidate 10%"]);
});

test("a name in Azure is shown without the stack and the random characters", () => {
  const { id } = change.before.find(({ name }) => name === "fraud-endpoint")!;
  expect(mentionedText(id!, change)).toBe("Endpoint fraud");
  expect(mentionedText("platform-vault", change)).toBe("Key Vault platform-vault");
  expect(mentionedText("azure-native:location", change)).toBe("azure-native:location");
});

test("numbers, lists and starts of sentences", () => {
  expect([counted(1, vault), counted(2, "Microsoft.Network/privateEndpoints")]).toEqual(["1 Key Vault", "2 private endpoints"]);
  expect([joined([]), joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"])]).toEqual(["", "a", "a and b", "a, b and c"]);
  expect(listed(["a", "b", "c", "d", "e"])).toBe("a, b, c and 2 more");
  expect([withinSentence("Blob container x"), withinSentence("NAT gateway x")]).toEqual(["blob container x", "NAT gateway x"]);
});

test("a summary has at most 160 characters and counts what it leaves out", () => {
  expect(summaryOf(["a", "b", "a"])).toBe("a; b");
  expect(summaryOf([])).toBe("");
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, maxLength: 200 }), { maxLength: 10 }), (parts) => {
      const summary = summaryOf(parts);
      expect(summary.length).toBeLessThanOrEqual(160);
      expect(summary === "").toBe(parts.length === 0);
    }),
  );
});
