// Proves which resources recover treats as missing. tests/e2e proves that the engine accepts the resulting state.
import { candidatesOf, subscriptionOf } from "../../../operations/recover/missing";
import { withCandidates } from "../../../operations/recover/state";
import { checkpoint, groupId, identity, steps, subscription, urns } from "./sample";

test("Pending operations of the killed engine come first, even if the program no longer contains the resource; planned resources come after.", () => {
  const begun = checkpoint({ pending_operations: [{ type: "creating", resource: identity("begun") }] });
  const found = candidatesOf(begun, steps(identity("planned"), identity("begun")), subscription);
  expect(urns(found)).toEqual(["urn:begun", "urn:planned"]);
  expect(found[1]!.id).toBe(`${groupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/planned`);
});

test.each([
  ["is in the state", { urn: "urn:rg" }],
  ["hangs on something missing", { dependencies: ["urn:nowhere"] }],
  ["has a parent that is missing", { parent: "urn:nowhere" }],
  ["is deleted with something that is missing", { deletedWith: "urn:nowhere" }],
  ["has a provider that is missing", { provider: "urn:provider::id" }],
  ["has an input that isn't known yet", { inputs: { resourceName: "04da6b54-80e4-46f7-96ec-b56ff0331ba9", resourceGroupName: "rg" } }],
  ["has a secret that a preview hides", { inputs: { resourceName: "a", resourceGroupName: "rg", tags: { a: "[secret]" } } }],
  ["is nothing of Azure's", { type: "random:index/randomString:RandomString" }],
])("A resource that %s is not a candidate.", (_, change) => {
  expect(candidatesOf(checkpoint(), steps(identity("one", change)), subscription)).toEqual([]);
});

test("A resource that depends on a component is a candidate together with the component.", () => {
  const component = { urn: "urn:component", custom: false, type: "moor:index:Workspace", inputs: {} };
  const found = candidatesOf(checkpoint(), steps(component, identity("child", { parent: "urn:component" })), subscription);
  expect(urns(found)).toEqual(["urn:component", "urn:child"]);
  const { resources, pending_operations } = withCandidates(checkpoint({ pending_operations: [] }), found).deployment;
  expect(urns(resources!)).toEqual(["urn:rg", "urn:component", "urn:child"]);
  expect(pending_operations).toBeUndefined();
});

test("The subscription is that of the resources in the state, or that of the environment.", () => {
  expect(subscriptionOf(checkpoint(), {})).toBe(subscription);
  expect(subscriptionOf({ version: 3, deployment: {} }, { ARM_SUBSCRIPTION_ID: "s" })).toBe("s");
  expect(() => subscriptionOf({ version: 3, deployment: {} }, {})).toThrow(
    "The state contains no subscription ID. Set ARM_SUBSCRIPTION_ID to the subscription of the stack and run the command again.",
  );
});
