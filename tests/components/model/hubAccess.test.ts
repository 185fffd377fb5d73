// Proves the outbound rules, the token's secret, and that the token is never in plain text. Doesn't prove that the list of hosts is
// complete.
import { HubAccess, type HubAccessArgs } from "../../../components/model/hubAccess";
import { Milestone, vaultId, workspace } from "../fixtures";
import { armRequest, exposed, find, listing, record, schemaErrors } from "../recorder";

const token = "hf_not_a_real_token";
const make = (args: Partial<HubAccessArgs> = {}, preview = false) =>
  record(() => new HubAccess("hub", { workspace, vaultId, ...args }), { preview });
const rules = ["hub-hf-hub", "hub-hf-lfs", "hub-hf-lfs-us", "hub-hf-xet"];

test.each([false, true])("Public models require four rules, created one after another, and no secret (preview %s).", async (preview) => {
  const recording = await make({}, preview);
  expect(listing(recording)).toEqual(
    ["hub: moor:index:HubAccess", ...rules.map((rule) => `${rule}: machinelearningservices:ManagedNetworkSettingsRule`)].sort(),
  );
  expect(rules.map((rule) => find(recording, rule).inputs.properties)).toEqual(
    ["huggingface.co", "cdn-lfs.huggingface.co", "cdn-lfs-us-1.huggingface.co", "*.xethub.hf.co"].map((destination) => ({
      type: "FQDN",
      category: "UserDefined",
      destination,
    })),
  );
  expect(rules.slice(1).map((rule) => find(recording, rule).dependsOn)).toEqual(rules.slice(0, -1).map((rule) => [rule]));
  expect(recording.resources.filter(({ custom }) => custom).flatMap(schemaErrors)).toEqual([]);
});

test("The first rule depends on the resources in `after`.", async () => {
  const recording = await record(() => {
    const before = new Milestone("before");
    new HubAccess("hub", { workspace, vaultId, after: [before] });
  });
  expect(find(recording, "hub-hf-hub").dependsOn).toEqual(["before"]);
});

test("A token is a text secret of the stack in the workspace's vault, and the reference contains its version.", async () => {
  const recording = await make({ token });
  expect(armRequest(find(recording, "hub-token"))).toEqual({
    id: `${vaultId}/secrets/hf-token-dev-x7k2p9`,
    body: { properties: { value: token, contentType: "text/plain" } },
  });
  expect(recording.outputs.hub).toEqual({
    tokenReference: `\${{keyvault:https://vault.vault.azure.net/secrets/hf-token-dev-x7k2p9/${"0123456789abcdef".repeat(2)}}}`,
  });
});

test("An existing secret keeps its name, even if the suffix differs.", async () => {
  expect(find(await make({ token }), "hub-token").ignoreChanges).toEqual(["secretName"]);
});

test.each([false, true])("The expiry date of a token is set on its secret, in seconds (preview %s).", async (preview) => {
  const { inputs } = find(await make({ token, tokenExpires: "2027-03-01" }, preview), "hub-token");
  expect(inputs.properties).toEqual({ value: token, contentType: "text/plain", attributes: { expires: 1803859200 } });
});

test("No input contains the token in plain text.", async () => {
  const recording = await make({ token });
  expect(recording.resources.flatMap(({ name, rawInputs }) => exposed(rawInputs, token, name))).toEqual([]);
  expect(JSON.stringify(find(recording, "hub-token").rawInputs)).toContain(token);
});
