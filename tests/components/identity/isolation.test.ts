// Proves that the isolation scope of a created identity is written with the identity's full body, after the identity. Doesn't prove that
// Azure Machine Learning works with an identity of the scope Regional.
import { chooseIdentity, type IdentityChoice, type IsolationScope } from "../../../components/identity";
import { find, listing, PRINCIPAL, type RecordOptions, record, SUBSCRIPTION, schemaErrors, template } from "../recorder";

interface Given {
  readonly choice?: IdentityChoice;
  readonly isolationScope?: IsolationScope;
  readonly tags?: Record<string, string>;
}

const make = ({ choice = "create", isolationScope, tags = { owner: "ml" } }: Given = {}, options: RecordOptions = {}) =>
  record(() => {
    const args = { resourceName: "id-dev-x7k2p9", resourceGroupName: "rg", location: "swedencentral", tags };
    chooseIdentity("platform-identity", choice, { args, isolationScope, transform: { tags: { team: "[x]" } } }, {});
  }, options);

test.each([
  [undefined, "Regional", false],
  [undefined, "Regional", true],
  ["Regional", "Regional", false],
  ["None", "None", false],
] as const)("With the isolation scope %s, the template writes %s (preview %s).", async (isolationScope, written, preview) => {
  const recording = await make({ isolationScope }, { preview });
  const isolation = find(recording, "platform-identity-isolation");
  expect([isolation.dependsOn, isolation.inputs.deploymentName]).toEqual([["platform-identity"], "id-dev-x7k2p9-isolation"]);
  expect(template(isolation)).toEqual({
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    resources: [
      {
        type: "Microsoft.ManagedIdentity/userAssignedIdentities",
        apiVersion: "2024-11-30",
        name: "id-dev-x7k2p9",
        location: "swedencentral",
        // Text in brackets is an expression in a template, unless it is escaped. The transform's tags are written too.
        tags: { owner: "ml", team: "[[x]" },
        properties: { isolationScope: written },
      },
    ],
  });
  expect(recording.resources.filter(({ custom }) => custom).flatMap(schemaErrors)).toEqual([]);
});

test("An existing identity is not changed.", async () => {
  const id = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.ManagedIdentity/userAssignedIdentities/theirs`;
  expect(listing(await make({ choice: { existing: { id, principalId: PRINCIPAL } } }))).toEqual([]);
});
